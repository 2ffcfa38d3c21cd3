"""Law: only actions change what the database holds, so that every change has one place, one transaction and one event.

`actions.py` of a room and `importing/apply.py` may write, and `audit/rows.py` for them; a management command, a view or a
form calls them. `accounts/sessions.py` keeps browser sessions for Django, which are no change of anything.
"""

import ast

import pytest

from tests.house.source import Module, modules

WRITES = frozenset(
    [
        "acreate",
        "aget_or_create",
        "asave",
        "adelete",
        "aupdate",
        "aupdate_or_create",
        "abulk_create",
        "abulk_update",
        "bulk_create",
        "bulk_update",
        "create",
        "create_superuser",
        "create_user",
        "delete",
        "get_or_create",
        "save",
        "update",
        "update_or_create",
        "executemany",
        "copy",
    ]
)
# Functions that write for whoever calls them.
WRITERS = frozenset({"insert_packed", "insert_rows"})
# Words that dictionaries, sets, files and forms use as well: there, only a manager or a queryset counts.
SHARED = frozenset({"copy", "create", "delete", "save", "update"})
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
QUERYSETS = frozenset(
    [
        "all",
        "alias",
        "annotate",
        "exclude",
        "filter",
        "get",
        "iterator",
        "none",
        "only",
        "order_by",
        "select_for_update",
        "using",
        "first",
        "last",
    ]
)
READING_SQL = ("select", "pragma", "explain", "with")
# A migration's editor changes tables, not rows.
SCHEMA_EDITORS = frozenset({"editor", "schema_editor"})


def may_write(module: Module) -> bool:
    """Whether the law lets this file change rows."""
    return module.name == "actions" or module.path.endswith(
        ("/importing/apply.py", "/audit/rows.py", "/accounts/sessions.py")
    )


def reaches_rows(node: ast.expr, models: set[str]) -> bool:
    """Whether an expression is rows or a row: it goes through a manager, a queryset's method, or a model's name."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=attr)):
            return (attr in QUERYSETS and reaches_rows(value, models)) or reaches_rows(value, models)
        case ast.Call(func=ast.Name(id=name)):
            return name in models
        case ast.Attribute(value=value, attr=attr):
            return attr in MANAGERS or attr.endswith("_set") or reaches_rows(value, models)
        case ast.Subscript(value=value):
            return reaches_rows(value, models)
        case ast.Name(id=name):
            return name in models
    return False


def names_of_rows(tree: ast.AST) -> set[str]:
    """Model classes that the module imports, and variables that rows were put into."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(".models")
        for alias in node.names
        if node.module != "django.db.models"
    }
    for _pass in range(2):  # a variable may be made from another one
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and reaches_rows(node.value, names):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            if (
                isinstance(node, ast.For)
                and isinstance(node.target, ast.Name)
                and reaches_rows(node.iter, names)
            ):
                names.add(node.target.id)
            if isinstance(node, ast.arg) and node.annotation is not None:
                words = {word.id for word in ast.walk(node.annotation) if isinstance(word, ast.Name)}
                if words & names:
                    names.add(node.arg)
    return names


def writes(module: Module) -> list[str]:
    """Every place of a module that changes rows."""
    rows = names_of_rows(module.tree)
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
            found.append(f"{module.at(node)} {node.func.id}()")
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        verb, subject = node.func.attr, node.func.value
        if verb in WRITES and (verb not in SHARED or reaches_rows(subject, rows)):
            found.append(f"{module.at(node)} .{verb}()")
        of_schema = isinstance(subject, ast.Name) and subject.id in SCHEMA_EDITORS
        if verb == "execute" and not of_schema and not reads_only(node):
            found.append(f"{module.at(node)} .execute() of SQL that is not a plain SELECT")
    return found


def reads_only(call: ast.Call) -> bool:
    """Whether a cursor's execute() is given the text of a query that only reads."""
    text = call.args[0] if call.args else None
    if isinstance(text, ast.JoinedStr) and text.values:
        text = text.values[0]
    return isinstance(text, ast.Constant) and str(text.value).lstrip().lower().startswith(READING_SQL)


def test_only_actions_write():
    found = [place for module in modules() if not may_write(module) for place in writes(module)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "Record.objects.create(name='x')",
        "Record.objects.filter(id=1).update(name='x')",
        "Record.objects.get(id=1).delete()",
        "Record(name='x').save()",
        "row = Record.objects.get(id=1)\nrow.save()",
        "rows = Record.objects.all()\nfor row in rows:\n    row.delete()",
        "def go(row: Record):\n    row.save()",
        "user.holding_set.all().delete()",
        "whatever.bulk_create([])",
        "get_user_model().objects.create_user('x')",
        "cursor.execute('UPDATE t SET a = 1')",
        "cursor.execute(statement)",
        "insert_rows([Record(name='x')])",
    ],
)
def test_a_write_is_seen(line):
    assert writes(Module.of("src/kecs/x/views.py", f"from kecs.x.models import Record\n{line}\n")) != []


@pytest.mark.parametrize(
    "line",
    [
        "seen = {}\nseen.update(a=1)",
        "digest.update(b'x')",
        "form.cleaned_data.copy()",
        "Keyring.create(path, label='x')",
        "Record.objects.filter(id=1).first()",
        "cursor.execute('SELECT 1')",
        "editor.execute('CREATE TRIGGER t')",
    ],
)
def test_what_is_not_a_write_is_left_alone(line):
    assert writes(Module.of("src/kecs/x/views.py", f"from kecs.x.models import Record\n{line}\n")) == []
