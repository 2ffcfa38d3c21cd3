"""Law: a file is named for what is in it, and names say where things are without a search."""

import ast

import pytest

from tests.house.source import Module, modules, rooms

# Words that say nothing about what is inside.
EMPTY_WORDS = frozenset(
    [
        "base",
        "common",
        "core",
        "helper",
        "helpers",
        "lib",
        "libs",
        "managers",
        "manager",
        "misc",
        "mixins",
        "mixin",
        "service",
        "services",
        "shared",
        "stuff",
        "tool",
        "tools",
        "util",
        "utils",
        "utilities",
        "various",
    ]
)
# Files whose word the frameworks chose.
MAX_LINES = 400


def faults(module: Module) -> list[str]:
    """Files and folders with an empty word, and files that hold two subjects."""
    found = []
    parts = module.path.removesuffix(".py").split("/")[1:]
    found += [f"{module.path}: {part!r} says nothing" for part in parts if set(part.split("_")) & EMPTY_WORDS]
    if any(
        word[-1].isdigit() and word[:-1] in {"views", "models", "actions", "queries", "forms"}
        for word in parts
    ):
        found.append(f"{module.path}: a number is not a name")
    if len(module.lines) > MAX_LINES:
        found.append(f"{module.path}: {len(module.lines)} lines; split it by noun")
    if module.lines and ast.get_docstring(module.tree) is None and not module.path.endswith("__init__.py"):
        found.append(f"{module.path}: no sentence on what it promises")
    return found


def test_every_file_is_named_for_what_is_in_it():
    assert [fault for module in modules() for fault in faults(module)] == []


def test_there_are_rooms_to_look_at():
    assert {"config", "pii", "audit"} <= set(rooms())
    assert len(modules()) > 20


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("src/kecs/records/utils.py", '"""X."""', "says nothing"),
        ("src/kecs/records/form_helpers.py", '"""X."""', "says nothing"),
        ("src/kecs/common/words.py", '"""X."""', "says nothing"),
        ("src/kecs/records/views2.py", '"""X."""', "a number"),
        ("src/kecs/records/views.py", "a = 1\n", "no sentence"),
        ("src/kecs/records/views.py", '"""X."""\n' + "a = 1\n" * 400, "split it"),
    ],
)
def test_a_fault_is_seen(path, text, fault):
    assert any(fault in line for line in faults(Module.of(path, text)))


def test_a_good_file_has_no_fault():
    assert faults(Module.of("src/kecs/records/queries.py", '"""What the room knows."""\n')) == []
