// What a form does better with script: focus on the summary of errors, one send per click, show and hide.
// Each page works without this file.

const RETRY_AFTER_MS = 8000;

const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
}

for (const wrap of document.querySelectorAll("[data-reveal]")) {
  const input = wrap.querySelector("input");
  const button = wrap.querySelector("button");
  const status = wrap.querySelector("[role=status]");
  const words = wrap.dataset;
  let shown = false;

  const paint = () => {
    if (words.reveal === "password") {
      input.type = shown ? "text" : "password";
    } else {
      input.classList.toggle("kecs-masked", !shown);
    }
    button.textContent = shown ? button.dataset.hideText : button.dataset.showText;
    button.setAttribute("aria-label", shown ? words.hide : words.show);
  };
  const set = (wanted) => {
    shown = wanted;
    paint();
  };

  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    set(!shown);
    status.textContent = shown ? words.shown : words.hidden;
  });
  // a suggested password is there to be read
  input.addEventListener("kecs:show", () => set(true));
  // a password left in a text field would be offered again by the browser as an old entry
  input.form?.addEventListener("submit", () => set(false));
  paint();
  button.hidden = false;
}

// A second click while the first is under way is dropped. The button stays focusable, and everything comes back
// after a while or when the page is shown again, so that a lost connection is never a dead end.
const submitters = (form) => [...form.elements].filter((element) => element.type === "submit");

const release = (form) => {
  delete form.dataset.sending;
  for (const button of submitters(form)) {
    button.removeAttribute("aria-disabled");
  }
};

// On the document, so that anything that stops a submission on the form itself has had its say.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) {
    return;
  }
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  for (const button of submitters(form)) {
    button.setAttribute("aria-disabled", "true");
  }
  setTimeout(() => release(form), RETRY_AFTER_MS);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    document.querySelectorAll("form[data-sending]").forEach(release);
  }
});
