"""Law: every kind of event has its own code and stands in docs/events.md."""

import pkgutil
import re
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar

import pytest

import kecs
from kecs.audit.events import Event, kinds
from kecs.audit.owasp import Owasp
from tests.house.source import ROOT

DOCUMENT = ROOT / "docs" / "events.md"
# What OWASP's vocabulary has no word for, and why. Everything else says its name.
NAMELESS = {
    "accounts.device_met": "the sign-in itself has its row",
    "accounts.recovery_asked": "nothing has changed yet: staff decide",
    "accounts.recovery_confirmed": "nothing has changed yet: staff decide",
    "accounts.usernames_sent": "a mail went out",
    "assurance.letter_asked": "nothing has changed yet: its code is made when it is printed",
    "assurance.notice_sent": "a mail went out",
    "corrections.correction_asked": "nothing has changed yet: staff decide",
    "guard.strict_mode_ended": "the end of an alarm",
    "mail.refused": "a mail did not go out",
    "mail.sent": "a mail went out",
    "records.case_opened": "work for staff; what it is about has its row",
    "registration.choice_made": "a step on the way, counted for the weekly picture",
    "registration.help_asked": "nothing has changed yet: staff decide",
    "registration.registered": "the account itself has its row",
    "registration.search_made": "nobody is known yet; too many misses have their row",
}
CODE = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)*")


def all_kinds() -> list[type[Event]]:
    """Every kind that any room declares."""
    for room in pkgutil.iter_modules(kecs.__path__, "kecs."):
        names = [
            module.name for module in pkgutil.iter_modules(import_module(room.name).__path__, f"{room.name}.")
        ]
        if f"{room.name}.events" in names:
            import_module(f"{room.name}.events")
    # A dataclass with slots is made twice; only the second class stands in its module.
    declared = [kind for kind in kinds() if kind.__module__.startswith("kecs.")]
    return [kind for kind in declared if vars(sys.modules[kind.__module__]).get(kind.__name__) is kind]


def faults(kind: type[Event], document: str) -> list[str]:
    """What is wrong with the name or the documentation of one kind."""
    found = []
    if not CODE.fullmatch(kind.code):
        found.append(f"{kind.__name__}: the code {kind.code!r} is not room.what_happened")
    if kind.__module__.startswith("kecs.") and kind.code.split(".")[0] != kind.__module__.split(".")[1]:
        found.append(f"{kind.__name__}: the code {kind.code!r} does not start with its room")
    if "owasp" not in vars(kind):
        found.append(f"{kind.__name__}: says neither its OWASP name nor that there is none: owasp = ...")
    elif (kind.owasp is None) != (kind.code in NAMELESS):
        found.append(
            f"{kind.__name__}: has no OWASP name, and NAMELESS does not say why, or the other way round"
        )
    elif kind.owasp is not None and kind.owasp not in set(Owasp):
        found.append(f"{kind.__name__}: {kind.owasp!r} is not in the vocabulary (kecs/audit/owasp.py)")
    if f"`{kind.code}` | {f'`{kind.owasp}`' if kind.owasp else '-'} |" not in document:
        found.append(f"{kind.__name__}: `{kind.code}` is not in docs/events.md; run: .venv/bin/kecs events")
    if not (kind.__doc__ or "").strip() or (kind.__doc__ or "").startswith(f"{kind.__name__}("):
        found.append(f"{kind.__name__}: no sentence on what happened")
    return found


def test_every_kind_of_event_is_documented():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [fault for kind in all_kinds() for fault in faults(kind, document)] == []


def test_no_reason_is_left_of_an_event_that_is_gone():
    assert set(NAMELESS) <= {kind.code for kind in all_kinds()}


def test_what_staff_look_at_is_a_reading_for_whoever_watches():
    looks = {kind.owasp for kind in all_kinds() if kind.is_look}
    assert looks == {Owasp.SENSITIVE_READ, Owasp.REVEAL_SSN}


def test_no_two_kinds_share_a_code():
    codes = [kind.code for kind in all_kinds()]
    assert codes
    assert len(codes) == len(set(codes))


def test_the_document_names_no_event_that_is_gone():
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", DOCUMENT.read_text(encoding="utf-8")))
    named = {word for word in named if not word.endswith((".py", ".md"))}
    assert named <= {kind.code for kind in all_kinds()}


@pytest.mark.parametrize(
    ("code", "document"),
    [("Search made", "`Search made` | `authz_fail` |"), ("tests.search_made", "`tests.search_made` | - |")],
)
def test_a_fault_is_seen(code, document):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

        owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_FAIL

    Made.code = code  # after the class: it must not join the kinds that rooms declare
    assert len(faults(Made, document)) == 1


@pytest.mark.parametrize("name", [None, "authz_failed"])
def test_a_name_that_is_not_in_the_vocabulary_is_seen(name):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

    Made.code, Made.owasp = "tests.search_made", name
    assert len(faults(Made, f"`tests.search_made` | {f'`{name}`' if name else '-'} |")) == 1


def test_a_kind_that_says_nothing_of_its_name_is_seen():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

    Made.code = "tests.search_made"
    assert len(faults(Made, "`tests.search_made` | - |")) == 1


def test_a_good_kind_has_no_fault():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

        code: ClassVar[str] = "tests.search_made"
        owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_FAIL

    assert faults(Made, "| `tests.search_made` | `authz_fail` | ... |") == []
