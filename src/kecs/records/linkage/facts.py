"""PURE. What is on file about one person, as linkage takes it in; place-holders such as 1900-01-01 or 0000 are blank.

Made by index, read by blocking and rows.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from kecs.matching.keys import KeyKind, record_keys
from kecs.matching.names import OtherName

FULL_SSN = 9
LAST4 = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Blank: not on file."""

    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_surname: str = field(default="", repr=False)
    generation_code_suffix: str = field(default="", repr=False)
    other_names: tuple[OtherName, ...] = field(default=(), repr=False)
    birth_date: str = field(default="", repr=False)  # YYYY-MM-DD
    ssn: str = field(default="", repr=False)  # nine digits, or the last four


def as_date(iso: str) -> date | None:
    """The date, if there is such a day."""
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None


def without_placeholders(facts: Facts) -> Facts:
    """The same, with what stands for "unknown" made blank, by the rule of the index: what it has no key for."""
    birth_date = facts.birth_date if _is_known_date(facts.birth_date) else ""
    ssn = facts.ssn if len(facts.ssn) in {LAST4, FULL_SSN} else ""
    if ssn and not _is_known_number(ssn):
        ssn = ""
    if (birth_date, ssn) == (facts.birth_date, facts.ssn):
        return facts
    return replace(facts, birth_date=birth_date, ssn=ssn)


# A fact beside one that is surely known has a key exactly if it is known itself.
_SOME_DAY, _SOME_LAST4 = date(1980, 2, 3), "1234"


@lru_cache(maxsize=65_536)
def _is_known_date(iso: str) -> bool:
    parts = iso.split("-")
    born = as_date(iso)
    if born is None:
        # A day that never was is a slip, and two slips alike are evidence; text that is no date is not.
        return len(parts) == len(("year", "month", "day")) and all(part.isdigit() for part in parts)
    return bool(record_keys(birth_date=born, last4=_SOME_LAST4, ssn=None))


def _is_known_number(ssn: str) -> bool:
    return _is_known_end(ssn) if len(ssn) == LAST4 else _has_end(ssn[-LAST4:], ssn)


@lru_cache(maxsize=10_000)
def _is_known_end(last4: str) -> bool:
    return _has_end(last4, None)


def _has_end(last4: str, whole: str | None) -> bool:
    keys = record_keys(birth_date=_SOME_DAY, last4=last4, ssn=whole)
    return any(key.kind is KeyKind.BIRTH_DATE_LAST4 for key in keys)
