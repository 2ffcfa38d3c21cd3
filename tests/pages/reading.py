"""What a page or a mail says, sentence by sentence, and how hard that reads."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from tests.inspection import VOID
from tests.pages.visit import Shown, Written
from tests.plain_words import FEWEST_WORDS_OF_A_PAGE, grade, reading_ease

BLOCKS = frozenset({"p", "li", "dd", "span", "div", "td", "label", "legend", "h1", "h2", "h3"})
# What is not ours to write: the agency's notice, and what people typed.
NOT_OURS = frozenset({"kecs-notice", "kecs-summary", "kecs-letter"})
NOT_WORDS = re.compile(r"\S+@\S+|https?://\S+|\S*[0-9*]\S*")
ENDS = (".", "!", "?")


@dataclass
class Sentences(HTMLParser):
    """The sentences in <main>, without headings, labels and lists of facts, which would flatter the figure."""

    source: str
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []
        self._text = ""
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Follow into <main>; a block begins a new sentence."""
        attributes = {name: value or "" for name, value in attrs}
        inside = tag == "main" or (bool(self._open) and self._open[-1][1])
        inside = inside and not NOT_OURS & set(attributes.get("class", "").split())
        inside = inside and tag not in {"script", "style", "option", "pre"}
        if tag in BLOCKS:
            self._end()
        if tag not in VOID:
            self._open.append((tag, inside))

    def handle_endtag(self, tag: str) -> None:
        """A block's end ends the sentence."""
        if tag in BLOCKS:
            self._end()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._open and self._open[-1][1]:
            self._text += data

    def _end(self) -> None:
        text = " ".join(self._text.split())
        if text.endswith(ENDS):
            self.found.append(text)
        self._text = ""


def sentences_of(page: Shown) -> list[str]:
    """What we say on the page in whole sentences."""
    return [NOT_WORDS.sub("", text) for text in Sentences(page.html).found]


def sentences_in(mail: Written) -> list[str]:
    """The same of a mail."""
    lines = [line.strip() for line in mail.text.splitlines()]
    return [NOT_WORDS.sub("", line) for line in lines if line.endswith(ENDS)]


def measured(sentences: list[str], language: str) -> float | None:
    """The grade of English, the ease of Spanish, each sentence once; nothing for fewer than thirty words."""
    sentences = list(dict.fromkeys(sentences))
    if len(re.findall(r"[^\W\d_]+", " ".join(sentences))) < FEWEST_WORDS_OF_A_PAGE:
        return None
    return grade("\n".join(sentences)) if language == "en" else reading_ease(sentences)
