// Says now and then how far an import is, and shows the page anew once it is done. Nothing else.

const EVERY = 2000; // milliseconds

const place = document.querySelector("[data-import-progress]");
const bar = place.querySelector("progress");
const words = place.querySelector("[aria-live]");

async function look() {
  if (!document.hidden) {
    try {
      // The header says that nobody touched anything: the session's clock goes on.
      const answer = await fetch(place.dataset.importProgress, { redirect: "error", headers: { Accept: "application/json", "X-By-Itself": "1" } });
      const told = await answer.json();
      if (!told.works) {
        location.reload();
        return;
      }
      bar.value = told.percent;
      if (words.textContent.trim() !== told.words) {
        words.textContent = told.words;
      }
    } catch {
      // The next look may find the server again; a session that ended shows at the next press of a button.
    }
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
