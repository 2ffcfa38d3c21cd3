"""Grants the roles what they may do; `kecs database roles` calls this."""

from django.db import connection, transaction

from kecs.config.database.grants import Role, statements


def grant_roles(*, prefix: str, by: str) -> list[str]:
    """Make the roles that are missing and grant all of them what they may do, nothing else; answers the statements.

    In one transaction: a portal that runs meanwhile is never without its rights.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        made = list(
            statements(prefix=prefix, database=connection.settings_dict["NAME"], existing=_existing(prefix))
        )
        for statement in made:
            cursor.execute(statement)
    return made


def _existing(prefix: str) -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[prefix + role for role in Role]]
        )
        return frozenset(name for (name,) in cursor.fetchall())
