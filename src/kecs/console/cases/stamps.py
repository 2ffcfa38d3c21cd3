"""PURE. What a page was made of, part by part, so that a decision made on an old page can say what has changed since."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256

_LETTERS = 12


class Part(StrEnum):
    """What may change while a case lies open on somebody's desk."""

    WHOSE = "whose"  # who of staff works on it
    RECORDS = "records"  # what stands on file, and whose it is
    CLAIM = "claim"  # what the account holds
    PERSON = "person"  # what the person said about herself, and her addresses
    REQUEST = "request"  # the correction that is asked for, and its documents


def stamp_of(parts: Mapping[Part, Iterable[str]]) -> str:
    """For a hidden field: a word for each part, which tells nothing but whether it is the same."""
    words = {part: "\n".join(values).encode() for part, values in parts.items()}
    return ".".join(f"{part}-{sha256(words[part]).hexdigest()[:_LETTERS]}" for part in Part if part in words)


def changed_since(before: str, now: str) -> tuple[Part, ...]:
    """The parts that are otherwise now; all of them for a stamp that is none of ours."""
    then, today = _read(before), _read(now)
    return tuple(part for part in Part if then.get(part) != today.get(part))


def _read(stamp: str) -> dict[str, str]:
    return dict(word.split("-", 1) for word in stamp.split(".") if "-" in word)
