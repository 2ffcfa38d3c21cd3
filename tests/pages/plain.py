"""Writes docs/plain-words.md from the figures that the test of the pages measured: `scripts/pages` calls it."""

import json
import sys
from pathlib import Path

from tests.plain_words import FEWEST_WORDS_OF_A_PAGE, HARDEST, LEAST_EASE

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "pages"
DOCUMENT = ROOT / "docs" / "plain-words.md"
INTRODUCTION = f"""# Plain words

How hard each page and each mail reads, measured over the sentences that are ours: no headings, labels and lists of facts, which
would flatter the figure, none of the agency's own texts, nothing that a person typed. A page with fewer than {FEWEST_WORDS_OF_A_PAGE} words in
sentences has no figure: one long word would decide it. Of a page's states the hardest counts.

- **Grade** of the English: Flesch and Kincaid (Kincaid, Fishburne, Rogers and Chissom 1975), the school grade that can read it.
  At most {HARDEST:.0f}.
- **Ease** of the Spanish: Fernández Huerta 1959, on the scale INFLESZ (Barrio-Cantalejo 2008): 55 to 65 is normal, 65 to 80
  quite easy, above 80 very easy. At least {LEAST_EASE}.

`tests/pages/test_pages.py` fails when a page or a mail asks for more. `scripts/pages` writes this table.

| page or mail | grade, English | ease, Spanish |
| --- | ---: | ---: |
"""


def figures(language: str) -> dict[str, float]:
    """By page, its hardest state."""
    found: dict[str, float] = json.loads((KEPT / language / "figures.json").read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Both languages side by side."""
    english, spanish = figures("en"), figures("es")
    rows = [
        f"| {name} | {'' if (grade := english.get(name)) is None else f'{grade:.1f}'} "
        f"| {'' if (ease := spanish.get(name)) is None else f'{ease:.0f}'} |"
        for name in sorted(english.keys() | spanish.keys())
    ]
    DOCUMENT.write_text(INTRODUCTION + "\n".join(rows) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(rows)} pages and mails: docs/plain-words.md\n")


if __name__ == "__main__":
    main()
