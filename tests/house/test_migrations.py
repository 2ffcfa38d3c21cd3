"""Law: the version before can serve beside a migration. What it cannot live with waits for a later release, or has its reason here."""

from collections.abc import Mapping
from functools import cache

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from kecs.audit.indexes import AddIndexBesideWriters
from tests.house.side_by_side import harm

# The last migration of each app in the release that agencies run; moved up when one is released. What is newer must be
# able to run beside it. An app that is not named is new.
RELEASED = {
    "account": "0009_emailaddress_unique_primary_email",
    "accounts": "0008_agree_to_recoveries",
    "assurance": "0004_letters_take_two",
    "audit": "0003_plain_indexes",
    "auth": "0012_alter_user_first_name_max_length",
    "contenttypes": "0002_remove_content_type_name",
    "corrections": "0002_correct_at_desk",
    "guard": "0002_tally_searches_and_keep_strict_mode",
    "mail": "0003_note_bounces",
    "mfa": "0003_authenticator_type_uniq",
    "records": "0015_legal_holds",
    "registration": "0002_invite_without_ssn",
    "sessions": "0001_initial",
}
# What may go in all the same: (app, migration), and why the version before can live with it. For a contract step: since
# which release nothing uses any more what it takes away.
ALLOWED: Mapping[tuple[str, str], str] = {}


@cache
def as_it_is() -> ProjectState:
    """All migrations done; to be cloned by who changes it."""
    return MigrationLoader(None).project_state()


def harmful(released: Mapping[str, str]) -> dict[tuple[str, str], list[str]]:
    """Each migration newer than these, and what it does to the version before."""
    loader = MigrationLoader(None)
    state, made, found = loader.project_state([]), set[str](), dict[tuple[str, str], list[str]]()
    known = {node for leaf in released.items() for node in loader.graph.forwards_plan(leaf)}
    for app, name in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        migration = loader.get_migration(app, name)
        if (app, name) in known:
            migration.mutate_state(state, preserve=False)
        elif reasons := list(harm(app, migration.operations, state, made)):
            found[app, name] = reasons
    return found


def test_the_version_before_serves_beside_each_migration():
    found = harmful(RELEASED)
    assert {which: why for which, why in found.items() if which not in ALLOWED} == {}
    assert all(len(reason.split()) > 4 for reason in ALLOWED.values())
    assert set(ALLOWED) <= set(found), "this has no need to be allowed, or is released"


def test_what_our_own_past_did_to_a_version_before_is_seen():
    before = harmful({**RELEASED, "accounts": "0006_take_recoveries", "records": "0013_merge_records"})
    assert [len(before[which]) for which in sorted(before)] == [2, 1, 4]
    assert "NOT NULL without db_default" in before["accounts", "0008_agree_to_recoveries"][0]
    assert "code" in before["records", "0014_admit_another_key"][0]


SHORT = models.CharField(max_length=10)


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (migrations.DeleteModel("user"), "takes away"),
        (migrations.RenameModel("user", "person"), "takes away"),
        (migrations.AlterModelTable("user", "people"), "takes away"),
        (migrations.RemoveField("user", "created_at"), "takes away"),
        (migrations.RenameField("user", "created_at", "made_at"), "takes away"),
        (migrations.AddField("user", name="x", field=models.TextField(default="")), "NOT NULL"),
        (migrations.AddField("user", name="x", field=models.TextField(null=True)), ""),
        (migrations.AddField("user", name="x", field=models.TextField(db_default="")), ""),
        (migrations.AddField("user", name="x", field=models.TextField(db_default="", unique=True)), "unique"),
        (migrations.AlterField("user", name="username", field=SHORT), "too long"),
        (migrations.AlterField("user", name="username", field=models.CharField(max_length=999)), ""),
        (migrations.AlterField("user", name="username", field=models.IntegerField()), "another type"),
        (migrations.AlterField("user", name="last_login", field=models.DateTimeField()), "NULL"),
        (
            migrations.AlterField(
                "user", name="last_login", field=models.DateTimeField(null=True, db_index=True)
            ),
            "writers wait",
        ),
        (migrations.AddIndex("user", models.Index(fields=["last_login"], name="x")), "writers wait"),
        (AddIndexBesideWriters("user", models.Index(fields=["last_login"], name="x")), ""),
        (
            migrations.AddConstraint("user", models.UniqueConstraint(fields=["last_login"], name="x")),
            "writers wait",
        ),
        (
            migrations.AddConstraint("user", models.CheckConstraint(condition=models.Q(pk=1), name="x")),
            "refuses",
        ),
        (migrations.RunSQL("SELECT 1"), "code"),
        (
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("user", "created_at")]
            ),
            "new version",
        ),
        (
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("user", "last_login")]
            ),
            "",
        ),
    ],
)
def test_each_kind_of_harm_is_seen(operation, says):
    found = list(harm("accounts", [operation], as_it_is().clone(), set()))
    assert len(found) == (1 if says else 0), found
    assert says in "".join(found)


def test_a_table_that_the_version_before_never_saw_may_change():
    made = migrations.CreateModel("new", [("id", models.BigAutoField(primary_key=True))])
    more = migrations.AddField("new", "x", models.TextField(default=""))
    assert list(harm("accounts", [made, more], as_it_is().clone(), set())) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_built_beside_writers_is_an_index():
    state = as_it_is().clone()
    after, name = state.clone(), "accounts_user_beside"
    operation = AddIndexBesideWriters("user", models.Index(fields=["last_login"], name=name))
    operation.state_forwards("accounts", after)
    table = state.apps.get_model("accounts", "user")._meta.db_table

    def there() -> bool:
        with connection.cursor() as cursor:
            return name in connection.introspection.get_constraints(cursor, table)

    # Twice on PostgreSQL: what is left of a try that came to no end is no obstacle.
    for _try in range(2 if connection.vendor == "postgresql" else 1):
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("accounts", editor, state, after)
    try:
        assert there()
        assert issubclass(AddIndexBesideWriters, AddIndexConcurrently)
    finally:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("accounts", editor, after, state)
    assert not there()
