"""The database refuses level 2 to a holding without live evidence, whichever code asks.

The trigger stands on a table of records: a migration that remakes that table on SQLite must make it anew (a test tells).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "assurance_verified_needs_evidence"
MESSAGE = "a verified holding needs evidence"
LIVE_EVIDENCE = "SELECT 1 FROM assurance_evidence WHERE holding_id = NEW.id AND withdrawn_at IS NULL"


def add(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(
            f"CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT EXISTS ({LIVE_EVIDENCE}) THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN NEW; END $$"
        )
        editor.execute(
            f"CREATE TRIGGER {NAME} BEFORE INSERT OR UPDATE ON records_holding "
            f"FOR EACH ROW WHEN (NEW.level = 2 AND NEW.released_at IS NULL) EXECUTE FUNCTION {NAME}()"
        )
        return
    for verb in ("INSERT", "UPDATE"):
        editor.execute(
            f"CREATE TRIGGER {NAME}_{verb.lower()} BEFORE {verb} ON records_holding FOR EACH ROW "
            f"WHEN (NEW.level = 2 AND NEW.released_at IS NULL AND NOT EXISTS ({LIVE_EVIDENCE})) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


def remove(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER {NAME} ON records_holding")
        editor.execute(f"DROP FUNCTION {NAME}()")
        return
    for verb in ("INSERT", "UPDATE"):
        editor.execute(f"DROP TRIGGER {NAME}_{verb.lower()}")


class Migration(migrations.Migration):
    dependencies = [("assurance", "0001_keep_evidence")]

    operations = [migrations.RunPython(add, remove)]
