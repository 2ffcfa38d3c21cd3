"""Law: an action is called with names, and says who does it."""

import ast

import pytest

from tests.house.source import Module, functions, modules

# Functions in an actions.py that are no actions (room and name), with the reason why they stand there.
NOT_ACTIONS: dict[str, str] = {
    "audit.recorded_together": "a block around actions; each event in it says by whom",
}


def faults(module: Module) -> list[str]:
    """Every public function of an actions.py that takes arguments by position, or has no `by`."""
    found = []
    for function in functions(module):
        arguments = function.args
        if f"{module.room}.{function.name}" in NOT_ACTIONS:
            continue
        if arguments.posonlyargs or arguments.args or arguments.vararg or arguments.kwarg:
            found.append(f"{module.at(function)} {function.name}() takes arguments that are not keyword-only")
        if "by" not in {argument.arg for argument in arguments.kwonlyargs}:
            found.append(f"{module.at(function)} {function.name}() does not say by whom")
    return found


def test_every_action_is_keyword_only_and_has_by():
    assert [fault for module in modules() if module.name == "actions" for fault in faults(module)] == []


def test_the_exceptions_still_exist():
    there = {
        f"{m.room}.{function.name}" for m in modules() if m.name == "actions" for function in functions(m)
    }
    assert set(NOT_ACTIONS) <= there


@pytest.mark.parametrize(
    ("signature", "count"),
    [
        ("*, claim, by", 0),
        ("claim, *, by", 1),
        ("*, claim", 1),
        ("claim, by", 2),
        ("*claims, by", 1),
        ("*, by, **rest", 1),
    ],
)
def test_a_fault_is_seen(signature, count):
    module = Module.of("src/kecs/x/actions.py", f"def hold_record({signature}): pass\n")
    assert len(faults(module)) == count


def test_private_functions_are_their_own_business():
    assert faults(Module.of("src/kecs/x/actions.py", "def _digest(row): pass\n")) == []
    assert isinstance(ast.parse(""), ast.Module)
