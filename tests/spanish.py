"""Reads a Spanish page as a person would, and names every English word on it; tests of the language use it."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import write_mails
from tests.house.test_words import ALIKE, PLACEHOLDER, TAG, catalogue
from tests.inspection import VOID, InspectingClient

SPOKEN_ATTRIBUTES = frozenset({"alt", "title", "placeholder", "aria-label", "content", "value"})
NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+|\S+\.csv")
STOP_WORDS = re.compile(
    r"\b(the|and|you|your|is|are|was|were|of|to|with|please|this|that|not|we|our|can|cannot|must|from|for|it|"
    r"enter|type|email|sign|account|password|record|link|page|at least|ensure|required|valid|field)\b",
    re.IGNORECASE,
)


@dataclass
class Words(HTMLParser):
    """What a page says to eye and ear, piece by piece; pieces that are marked as another language are left out."""

    source: str
    language: str = ""
    pieces: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the language and what attributes say."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = attributes.get("lang", "")
        silent = tag in {"script", "style"} or attributes.get("lang", self.language) != self.language
        silent = silent or bool(self._open and self._open[-1][1])
        if tag not in VOID:
            self._open.append((tag, silent))
        if silent or attributes.get("type") in {"hidden", "checkbox"} or attributes.get("name") == "viewport":
            return
        for name, value in attributes.items():
            words_for_scripts = name.startswith("data-") and " " in value and name != "data-pattern"
            if words_for_scripts or (name in SPOKEN_ATTRIBUTES and tag not in {"button", "option"}):
                self.pieces.append(value)

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and those in it that were never closed."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Text that is shown or read out."""
        if data.strip() and not (self._open and self._open[-1][1]):
            self.pieces.append(" ".join(data.split()))


def parts_of(text: str) -> list[str]:
    """What stands between the gaps of a text of the catalogue."""
    return PLACEHOLDER.split(" ".join(TAG.sub(" ", text).split()))


def pattern_of(text: str) -> re.Pattern[str]:
    """A text of the catalogue as a pattern: whatever is put in may stand in its gaps."""
    return re.compile(r"\b" + ".+?".join(re.escape(part) for part in parts_of(text)))


ENGLISH = {str(message.id) for message in catalogue() if message.id} - ALIKE
# Each with its longest part, which is looked for first: two thousand patterns take a second for each page.
SENTENCES = [(max(parts_of(text), key=len), pattern_of(text)) for text in sorted(ENGLISH) if " " in text]


def english_in(pieces: list[str]) -> list[str]:
    """The English among these pieces: sentences of the catalogue, whole labels, and the small words of any English."""
    whole = NOT_WORDS.sub(" ", " ".join(pieces))
    found = [
        match.group(0) for part, pattern in SENTENCES if part in whole for match in pattern.finditer(whole)
    ]
    found += [piece for piece in pieces if piece in ENGLISH]
    return found + [match.group(0) for match in STOP_WORDS.finditer(whole)]


class EnglishLeft(AssertionError):
    """A Spanish page said something in English. The message quotes it."""


class SpanishClient(InspectingClient):
    """A browser that was switched to Spanish; every page it gets must be Spanish from title to footer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cookies["language"] = "es"
        self.titles: set[str] = set()

    def request(self, **request: Any) -> Any:
        """Fetch, then read. Raises EnglishLeft."""
        response = super().request(**request)
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            words = Words(response.content.decode())
            left = english_in(words.pieces)
            if left or words.language != "es":
                raise EnglishLeft(f"{request['PATH_INFO']} ({words.language}): {left}")
            self.titles.add(words.pieces[0])
        return response


def mails() -> dict[str, str]:
    """Subject and text of every queued mail, by its kind; those included that were asked for and not written yet."""
    write_mails()
    return {
        message.kind: f"{message.subject}\n{json.loads(unseal_from(message, 'body_sealed') or '')['text']}"
        for message in OutboxMessage.objects.order_by("queued_at")
    }
