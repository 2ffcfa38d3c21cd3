// Ticks the rules of a password while it is typed, and says politely how many are met once typing rests.
// Only a comfort: the server checks the same rules again, and more.

const REST_MS = 900;

for (const list of document.querySelectorAll("[data-password-rules]")) {
  const input = document.getElementById(list.dataset.passwordRules);
  const status = list.querySelector("[role=status]");
  const rules = [...list.querySelectorAll("li[data-pattern]")].map((item) => {
    const done = document.createElement("span");
    done.className = "usa-sr-only";
    item.append(done);
    return { item, done, pattern: new RegExp(item.dataset.pattern, "u") };
  });
  let timer;

  const check = () => {
    let met = 0;
    for (const { item, done, pattern } of rules) {
      const kept = pattern.test(input.value);
      item.toggleAttribute("data-met", kept);
      done.textContent = kept ? ` (${list.dataset.metText})` : "";
      met += kept ? 1 : 0;
    }
    return met;
  };

  input?.addEventListener("input", () => {
    const met = check();
    clearTimeout(timer);
    timer = setTimeout(() => {
      status.textContent = list.dataset.progressText
        .replace("{met}", met)
        .replace("{all}", rules.length);
    }, REST_MS);
  });
}
