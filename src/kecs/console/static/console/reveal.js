// Masks a number that was shown: after its seconds, and whenever the page is left, so that no back button brings it out.
const shown = document.querySelector("[data-shown-once]");

function mask() {
  shown.textContent = shown.dataset.masked;
}

if (shown) {
  setTimeout(mask, Number(shown.dataset.seconds) * 1000);
  addEventListener("pagehide", mask);
}
