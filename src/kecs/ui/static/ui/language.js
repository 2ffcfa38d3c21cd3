// Keeps what was typed while the language is switched: in this tab, until the next page has taken it back. Passwords and
// Social Security numbers are not kept. Without script the page comes back with empty boxes.

const KEY = "kecs-typed";
const KEPT_TYPES = new Set(["text", "email", "tel", "select-one", "textarea", "checkbox", "radio"]);

const kept = (field) =>
  field.name && KEPT_TYPES.has(field.type) && !field.closest("[data-reveal]") && !field.dataset.secret
  && !field.closest("[data-robot]") && field.autocomplete !== "one-time-code";
const fields = () => [...document.querySelectorAll("main form [name]")].filter(kept);
const isTick = (field) => field.type === "checkbox" || field.type === "radio";

document.querySelector(".kecs-language")?.addEventListener("submit", () => {
  const typed = fields().map((field, place) => [place, field.name, isTick(field) ? field.checked : field.value]);
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, typed }));
  } catch {
    // A browser that keeps nothing: the page comes back with empty boxes.
  }
});

let found = null;
try {
  found = JSON.parse(sessionStorage.getItem(KEY));
  sessionStorage.removeItem(KEY);
} catch {
  found = null;
}
if (found?.path === location.pathname) {
  const now = fields();
  for (const [place, name, value] of found.typed) {
    const field = now[place];
    if (field?.name !== name) {
      continue;
    }
    if (isTick(field)) {
      field.checked = value;
    } else if (!field.value) {
      field.value = value;
    }
  }
}
