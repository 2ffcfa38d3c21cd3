/**
 * The robot check in the browser. The box is the page's own and stays; ticking it makes ALTCHA's widget, which is
 * never shown, do its work, and the result goes into the form. Where anything of this fails, the form is posted
 * without the result, as it is without script, and the server takes its other road.
 */

const LONGEST_WAIT = 45_000; // milliseconds that a press of Search waits for the work

function start(root) {
  const box = root.querySelector('input[type="checkbox"]');
  const status = root.querySelector("[data-robot-status]");
  const form = box.form;
  const says = root.dataset;
  let widget = null; // a promise of the widget, made once
  let work = null; // a promise that ends when the running work does, well or not
  let result = null; // the hidden field that carries the work

  function say(text) {
    status.textContent = text;
  }

  function forget() {
    result?.remove();
    result = null;
  }

  function keep(payload) {
    forget();
    result = document.createElement("input");
    result.type = "hidden";
    result.name = "altcha";
    result.value = payload;
    root.append(result);
  }

  async function makeWidget() {
    await import(says.widget);
    await customElements.whenDefined("altcha-widget");
    globalThis.$altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(says.worker));
    // Outside of the form: the widget has a box and a field of its own, which are not for people.
    const host = document.createElement("div");
    host.hidden = true;
    const element = document.createElement("altcha-widget");
    element.setAttribute("auto", "off");
    element.setAttribute("challenge", says.challenge);
    element.setAttribute(
      "configuration",
      JSON.stringify({ hideFooter: true, hideLogo: true, humanInteractionSignature: false, minDuration: 0 }),
    );
    const loaded = new Promise((resolve) => element.addEventListener("load", resolve, { once: true }));
    host.append(element);
    document.body.append(host);
    await loaded;
    element.addEventListener("statechange", (event) => {
      // A slow typist outlives a challenge: take a new one, without a word.
      if (event.detail.state === "expired" && box.checked && !work) {
        begin({ quietly: true });
      }
    });
    return element;
  }

  function prepare() {
    widget ??= makeWidget();
    widget.catch(() => {
      widget = null; // the network may be back at the next try
    });
    return widget;
  }

  function begin({ quietly = false } = {}) {
    forget();
    if (!quietly) say(says.saysChecking);
    const mine = prepare()
      .then((element) => element.verify())
      .catch(() => null)
      .then((verified) => {
        if (work !== mine) return; // unticked, or begun anew
        work = null;
        if (verified?.payload) keep(verified.payload);
        if (!quietly) say(verified?.payload ? says.saysDone : says.saysSlow);
      });
    work = mine;
  }

  function stop() {
    work = null;
    forget();
    say("");
  }

  async function sendWhenDone(submitter) {
    say(says.saysSending);
    await Promise.race([work, new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
    work = null;
    form.requestSubmit(submitter);
  }

  box.addEventListener("change", () => (box.checked ? begin() : stop()));
  // 30 kB that only those who fill in the form need, and before they reach the box.
  form.addEventListener("focusin", () => prepare().catch(() => {}), { once: true });
  form.addEventListener(
    "submit",
    (event) => {
      if (!work) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      sendWhenDone(event.submitter);
    },
    { capture: true },
  );
  // Back from the next page: what the form carries has been used.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      box.checked = false;
      stop();
    }
  });
  if (box.checked) begin();
}

document.querySelectorAll("[data-robot]").forEach(start);
