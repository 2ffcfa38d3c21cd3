"""Law: what ends by the clock goes by the database's (`kecs.audit.clock`), on which web servers whose clocks differ agree."""

import ast

from tests.house.source import Module, modules

# Who may ask the machine that it runs on, and why.
OWN_CLOCK = {
    "src/kecs/audit/anchors.py": "what a file of anchors says of itself",
    "src/kecs/audit/clock.py": "SQLite has no clock but ours",
    "src/kecs/accounts/turns.py": "a crowd is told when to come without asking the database; seconds off do no harm",
    "src/kecs/config/backups/actions.py": "what a backup says of itself",
    "src/kecs/config/figures.py": "how old files of this machine are",
    "src/kecs/config/management/commands/backup.py": "a file's name",
    "src/kecs/config/management/commands/breach.py": "until when somebody asks",
    "src/kecs/config/readiness.py": "compares the two",
    "src/kecs/guard/robots/altcha.py": "the library compares with this clock, too; the stamp, for who has no script, does not",
    "src/kecs/mail/transports.py": "a file's name",
    "src/kecs/records/importing/prepare.py": "in a process that has no database; nothing ends by it",
}
ASKED = {
    ("timezone", "now"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("time", "time"),
    ("signing", "loads"),
    ("signing", "dumps"),
}


def asks_the_machine(module: Module) -> list[str]:
    """Every call for the machine's time, in any of its guises. What is signed without an end needs none."""
    return [
        module.at(node)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in ASKED
        and (node.func.value.id != "signing" or any(each.arg == "max_age" for each in node.keywords))
    ]


def test_time_is_the_databases():
    asked = {module.path: asks_the_machine(module) for module in modules()}
    assert [place for path, places in asked.items() if path not in OWN_CLOCK for place in places] == []
    assert all(asked[path] for path in OWN_CLOCK), "this one asks no more"


def test_who_asks_the_machine_is_seen():
    code = "a = timezone.now()\nb = time.time()\nc = signing.loads(x, max_age=3)\nd = signing.loads(x)\ne = f(default=timezone.now)"
    assert len(asks_the_machine(Module.of("src/kecs/x/actions.py", code))) == 3
