"""Law: nothing happens behind a change's back. We connect no receivers of our own to signals."""

import ast

import pytest

from tests.house.source import Module, modules

# Framework signals that we do listen to: "path: signal" and the reason.
ALLOWED: dict[str, str] = {}


def receivers(module: Module) -> list[str]:
    """Every use of @receiver and every signal.connect()."""
    found = []
    for node in ast.walk(module.tree):
        match node:
            case ast.ImportFrom(module="django.dispatch", names=names):
                found += [
                    f"{module.path}: {alias.name}" for alias in names if alias.name in {"receiver", "Signal"}
                ]
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name) | ast.Attribute(attr=name), attr="connect")
            ):
                if name.startswith(("pre_", "post_", "user_", "request_", "m2m_", "email_", "class_")):
                    found.append(f"{module.path}: {name}")
    return found


def test_there_are_no_receivers():
    found = {place for module in modules() for place in receivers(module)}
    assert found == set(ALLOWED)


@pytest.mark.parametrize(
    "text",
    [
        "from django.dispatch import receiver",
        "from django.dispatch import Signal",
        "post_save.connect(go)",
        "signals.post_save.connect(go, sender=Record)",
        "user_logged_in.connect(go)",
    ],
)
def test_a_receiver_is_seen(text):
    assert len(receivers(Module.of("src/kecs/x/apps.py", text))) == 1


def test_other_connections_are_left_alone():
    assert (
        receivers(Module.of("src/kecs/x/apps.py", "server.connect(address)\nsocket.connect(address)")) == []
    )
