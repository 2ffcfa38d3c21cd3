// Ticks the rules of a password while it is typed, and says politely how many are met once typing rests; fills in a
// password that the server suggests. Only a comfort: the server checks the same rules again, and more.

const REST_MS = 900;
const SUGGEST_WITHIN_MS = 4000;

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
  const say = (met) => {
    const words = list.dataset.progressText.replace("{met}", met).replace("{all}", rules.length);
    // the same words again are no news, and would be read out as if they were
    if (status.textContent !== words) {
      status.textContent = words;
    }
  };

  input?.addEventListener("input", () => {
    const met = check();
    clearTimeout(timer);
    timer = setTimeout(() => say(met), REST_MS);
  });
  // a suggestion that came with the page, or what the browser kept when the person came back
  if (input?.value) {
    check();
  }
}

for (const part of document.querySelectorAll("[data-suggest-password]")) {
  const button = part.querySelector("button[name=suggest]");
  const place = part.querySelector("[data-suggestion]");
  const boxes = part.dataset.fills.split(" ").map((id) => document.getElementById(id));
  const words = part.querySelector("template");

  const fill = (password) => {
    for (const box of boxes) {
      box.value = password;
      box.dispatchEvent(new CustomEvent("kecs:show", { bubbles: true }));
    }
    boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
    const said = words.content.cloneNode(true);
    said.querySelector("strong").textContent = password;
    place.replaceChildren(said);
  };

  // with script it sends nothing, so that Enter in a field sends the form as ever
  button.type = "button";
  button.addEventListener("click", async () => {
    try {
      const answer = await fetch(part.dataset.suggestPassword, {
        cache: "no-store",
        signal: AbortSignal.timeout(SUGGEST_WITHIN_MS),
      });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      fill(await answer.text());
    } catch {
      place.textContent = part.dataset.failedText;
    }
  });
}
