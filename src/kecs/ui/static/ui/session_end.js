// Warns 150 seconds before the session ends. One press and it goes on; what was typed stays where it is.

const WARN_BEFORE = 150;

const dialog = document.querySelector("[data-session-end]");
const text = dialog.querySelector("#session-end-text");
const form = dialog.querySelector("form");
const stay = dialog.querySelector("[data-stay]");
const close = dialog.querySelector("[data-close]");
let timer = 0;

const wait = (seconds, then) => {
  clearTimeout(timer);
  timer = setTimeout(then, Math.max(seconds, 0) * 1000);
};

const begin = (seconds) => wait(seconds - WARN_BEFORE, look);

// Another tab may have been used since: the server knows.
async function look() {
  const left = await ask(dialog.dataset.left, {});
  if (left > WARN_BEFORE + 1) {
    begin(left);
    return;
  }
  text.textContent = text.dataset.soon;
  stay.hidden = false;
  close.hidden = true;
  if (!dialog.open) {
    dialog.showModal(); // takes the focus, and gives it back where it was
  }
  stay.focus();
  wait(left, over);
}

async function ask(address, options) {
  try {
    const answer = await fetch(address, { ...options, redirect: "error", headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).seconds : 0;
  } catch {
    return 0;
  }
}

function over() {
  text.textContent = text.dataset.over;
  stay.hidden = true;
  close.hidden = false;
  close.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const left = await ask(dialog.dataset.extend, { method: "POST", body: new FormData(form) });
  if (left > WARN_BEFORE) {
    dialog.close();
    begin(left);
  } else if (left <= 0) {
    text.textContent = text.dataset.failed;
  } else {
    dialog.close();
    wait(left, look);
  }
});
close.addEventListener("click", () => dialog.close());

// A laptop that slept: its timers did too.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !dialog.open) {
    look();
  }
});

begin(Number(dialog.dataset.sessionEnd));
