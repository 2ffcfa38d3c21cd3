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
from tests.house.source import ROOT

DOCUMENT = ROOT / "docs" / "events.md"
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
    if f"`{kind.code}`" not in document:
        found.append(f"{kind.__name__}: `{kind.code}` is not in docs/events.md; run: .venv/bin/kecs events")
    if not (kind.__doc__ or "").strip() or (kind.__doc__ or "").startswith(f"{kind.__name__}("):
        found.append(f"{kind.__name__}: no sentence on what happened")
    return found


def test_every_kind_of_event_is_documented():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [fault for kind in all_kinds() for fault in faults(kind, document)] == []


def test_no_two_kinds_share_a_code():
    codes = [kind.code for kind in all_kinds()]
    assert codes
    assert len(codes) == len(set(codes))


def test_the_document_names_no_event_that_is_gone():
    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", DOCUMENT.read_text(encoding="utf-8")))
    named = {word for word in named if not word.endswith((".py", ".md"))}
    assert named <= {kind.code for kind in all_kinds()}


@pytest.mark.parametrize(
    ("code", "document"), [("Search made", "`Search made`"), ("tests.search_made", "nothing here")]
)
def test_a_fault_is_seen(code, document):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

    Made.code = code  # after the class: it must not join the kinds that rooms declare
    assert len(faults(Made, document)) == 1


def test_a_good_kind_has_no_fault():
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made(Event):
        """A search was made."""

        code: ClassVar[str] = "tests.search_made"

    assert faults(Made, "- `tests.search_made`: a search was made") == []
