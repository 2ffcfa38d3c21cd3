"""Who somebody is cannot change by the way: the database refuses it.

What a person stated is never changed. A record's name, birth date or SSN changes only together with a higher
identity_version, which the import and the correction of records raise on purpose.
"""

from django.db import migrations

from kecs.audit.triggers import refuse

IDENTITY_COLUMNS = (
    "staff_unique_id",
    "first_name",
    "middle_name",
    "last_surname",
    "generation_code_suffix",
    "birth_date_sealed",
    "ssn_sealed",
)


def differs(column: str) -> str:
    """SQL that both databases understand, for a column that may be NULL."""
    return f"OLD.{column} <> NEW.{column} OR (OLD.{column} IS NULL) <> (NEW.{column} IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("records", "0001_keep_records_and_holdings")]

    operations = [
        refuse(
            table="records_statedidentity",
            operation="UPDATE",
            name="records_stated_identity_locked",
            message="a stated identity is never changed",
        ),
        refuse(
            table="records_educatorrecord",
            operation="UPDATE",
            name="records_identity_locked",
            message="an identity changes only with its version",
            when=f"({' OR '.join(differs(column) for column in IDENTITY_COLUMNS)}) "
            "AND NEW.identity_version <= OLD.identity_version",
        ),
    ]
