// Our own checks of a page as it stands in the window; each gives a list of sentences. Runs through the debugger.
(() => {
  const LEAST = 44; // pixels that a target measures, either way
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 100);

  const sideways = () => {
    const wide = document.documentElement.scrollWidth;
    return wide > innerWidth ? [`${wide} wide in a window of ${innerWidth}`] : [];
  };

  // A link in a sentence is as high as its line, WCAG 2.5.8; everything else is a target of its own.
  const inSentence = (element) => {
    const block = element.closest("p, li, dd, td, th");
    return element.tagName === "A" && block && block.textContent.trim() !== element.textContent.trim();
  };
  const targets = () =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .filter((element) => shown(element) && !inSentence(element) && !element.matches(".usa-skipnav, .usa-sr-only"))
      .map((element) => {
        const label = ["checkbox", "radio"].includes(element.type)
          ? element.closest("label") ?? document.querySelector(`label[for="${element.id}"]`) ?? element
          : element;
        return [element, label.getBoundingClientRect()];
      })
      .filter(([, box]) => box.height < LEAST - 0.5 || box.width < LEAST - 0.5)
      .map(([element, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${name(element)}`);

  const clipped = () =>
    [...document.querySelectorAll("main *, header *, footer *")]
      .filter((element) => shown(element) && element.children.length === 0 && element.textContent.trim())
      .filter((element) => {
        const style = getComputedStyle(element);
        return style.overflow === "hidden" && !element.matches(".usa-sr-only, .usa-sr-only *")
          && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
      })
      .map((element) => name(element));

  // After a key was pressed, so that :focus-visible holds.
  const focus = () =>
    [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
      .filter(shown)
      .filter((element) => {
        const rest = (style) => [style.outlineStyle, style.outlineWidth, style.boxShadow, style.borderColor].join();
        const marked = document.querySelector(`label[for="${element.id}"]`);
        const looks = () => {
          const all = [element, ...(marked ? [marked] : [])];
          return all.map((each) => rest(getComputedStyle(each)) + rest(getComputedStyle(each, "::before"))).join();
        };
        document.activeElement?.blur();
        const before = looks();
        element.focus();
        const after = looks();
        return before === after;
      })
      .map((element) => name(element));

  const naming = () => {
    const headings = [...document.querySelectorAll("h1")].filter(shown);
    const found = headings.length === 1 ? [] : [`${headings.length} h1`];
    const wrong = document.querySelector("[data-error-summary]");
    if (wrong && !/^\s*Error:/.test(document.title)) {
      found.push(`the title says nothing of the error: ${document.title}`);
    }
    return found;
  };

  globalThis.kecsChecks = { sideways, targets, clipped, focus, naming };
})();
