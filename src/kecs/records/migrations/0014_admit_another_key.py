"""Another key may take the place of the one that sealed a fact: the two locks on identities admit that, and nothing else.

The database cannot open a sealed value. It can see that its first byte, the number of the key, is another one, and that it is
as long as before, as the same text under another key is.
"""

from django.db import migrations

from kecs.audit.triggers import lift, refuse

STATED = ("id", "account_id", "number", "first_name", "last_surname", "stated_at")
ON_FILE = ("staff_unique_id", "first_name", "middle_name", "last_surname", "generation_code_suffix")
SEALED = ("birth_date_sealed", "ssn_sealed")


def differs(column: str) -> str:
    """SQL that both databases understand, for a column that may be NULL."""
    return f"OLD.{column} <> NEW.{column} OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL)"


def is_not_the_same_under_another_key(column: str) -> str:
    """Changed, and not by another key."""
    return (
        f"(OLD.{column} IS NULL) <> (NEW.{column} IS NULL) OR (OLD.{column} <> NEW.{column} AND "
        f"(substr(OLD.{column}, 1, 1) = substr(NEW.{column}, 1, 1) OR length(OLD.{column}) <> length(NEW.{column})))"
    )


def _changed(plain: tuple[str, ...]) -> str:
    conditions = [differs(column) for column in plain]
    conditions += [is_not_the_same_under_another_key(column) for column in SEALED]
    return " OR ".join(f"({condition})" for condition in conditions)


STATED_LOCK = {
    "table": "records_statedidentity",
    "operation": "UPDATE",
    "name": "records_stated_identity_locked",
    "message": "a stated identity is never changed",
}
RECORD_LOCK = {
    "table": "records_educatorrecord",
    "operation": "UPDATE",
    "name": "records_identity_locked",
    "message": "an identity changes only with its version",
}


class Migration(migrations.Migration):
    dependencies = [("records", "0013_merge_records")]

    operations = [
        lift(refuse(**STATED_LOCK)),
        refuse(**STATED_LOCK, when=_changed(STATED)),
        lift(
            refuse(
                **RECORD_LOCK,
                when=f"({' OR '.join(differs(column) for column in (*ON_FILE, *SEALED))}) "
                "AND NEW.identity_version <= OLD.identity_version",
            )
        ),
        refuse(**RECORD_LOCK, when=f"({_changed(ON_FILE)}) AND NEW.identity_version <= OLD.identity_version"),
    ]
