"""Law: whoever catches everything says why, on that line."""

import ast

import pytest

from tests.house.source import Module, modules

EVERYTHING = frozenset({"Exception", "BaseException"})


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """A bare except, or one that names Exception, alone or among others."""
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in EVERYTHING for node in ast.walk(handler.type))


def reason(line: str) -> str:
    """The words of the comment on a line, without the linter's own."""
    comment = line.partition("#")[2].strip()
    if comment.startswith("noqa"):
        comment = comment.partition(" - ")[2]
    return comment.strip()


def faults(module: Module) -> list[str]:
    """Every handler for everything that gives no reason."""
    return [
        module.at(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and catches_everything(node)
        and len(reason(module.lines[node.lineno - 1]).split()) < 3
    ]


def test_nobody_catches_everything_without_a_reason():
    assert [place for module in modules() for place in faults(module)] == []


@pytest.mark.parametrize(
    ("clause", "count"),
    [
        ("except Exception:", 1),
        ("except:", 1),
        ("except (ValueError, Exception):", 1),
        ("except BaseException as error:  # why", 1),
        ("except Exception:  # noqa: BLE001", 1),
        ("except Exception:  # noqa: BLE001 - one bad mail must not stop the others", 0),
        ("except Exception:  # one bad mail must not stop the others", 0),
        ("except ValueError:", 0),
    ],
)
def test_a_fault_is_seen(clause, count):
    assert len(faults(Module.of("src/kecs/x/actions.py", f"try:\n    pass\n{clause}\n    pass\n"))) == count
