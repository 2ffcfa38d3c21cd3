"""Law: a row is locked against change, not against being pointed at: select_for_update(no_key=True).

PostgreSQL looks at the row that a foreign key points at when the transaction commits. A lock without `no_key` keeps that look
waiting, while whoever holds it waits for what the other has (the end of the audit log): one of the two is broken off.
"""

import ast

from tests.house.source import Module, modules

# Where a record goes for good: whoever would point at it is to wait, and find it gone. All of it is rare.
STRICT = frozenset(
    {
        "src/kecs/records/merging/actions.py",
        "src/kecs/records/merging/undoing/actions.py",
        "src/kecs/records/undoing/actions.py",
    }
)


def strict_locks(module: Module) -> list[str]:
    """Every lock of a module that is stricter than need be. A row that is deleted is locked strictly by that."""
    return [
        module.at(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "select_for_update"
        and not any(each.arg == "no_key" for each in node.keywords)
    ]


def test_rows_are_locked_against_change_only():
    strict = {module.path: strict_locks(module) for module in modules()}
    assert [place for path, places in strict.items() if path not in STRICT for place in places] == []
    assert all(strict[path] for path in STRICT)


def test_a_strict_lock_is_seen():
    code = "def f():\n    User.objects.select_for_update(of=('self',)).get()\n    User.objects.select_for_update(no_key=True)"
    assert len(strict_locks(Module.of("src/kecs/x/actions.py", code))) == 1
