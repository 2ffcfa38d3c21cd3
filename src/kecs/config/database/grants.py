"""The roles and what each may do, as the statements that grant it; worked out from what each room says of its columns.

The owner owns the tables, changes them (`kecs migrate`) and runs these statements. The others own nothing: web (the pages), worker
(settling, documents, imports, the jobs of the night), mailer (the outbox) and reports (figures for staff: no column that says
anything about a person, so that nobody is looked at without a line on the log).
"""

import importlib
from collections.abc import Iterator
from enum import StrEnum

from django.apps import apps
from django.db import models

from kecs.pii.fields import SealedField


class Role(StrEnum):
    """Behind the prefix, the name in PostgreSQL."""

    WEB = "web"
    WORKER = "worker"
    MAILER = "mailer"
    REPORTS = "reports"


EVENTS, HEAD = "audit_auditevent", "audit_chainhead"
READ_ONLY_TABLES = frozenset({"django_migrations"})
# Sealed columns that the pages write at most. What they need not read, a hole in them cannot read.
NOT_READ_BY_WEB = {
    "mail_outboxmessage": ("body_sealed",),
    "mail_errand": ("facts_sealed",),
    "records_undobatch": ("before_sealed",),
}
# What the mails that are asked for are written from; the worker of mails sees nothing else.
MAILER = {
    "mail_outboxmessage": "SELECT, INSERT, UPDATE, DELETE",
    "mail_errand": "SELECT, INSERT, UPDATE, DELETE",
    "guard_limitcounter": "SELECT, INSERT, UPDATE",
    EVENTS: "SELECT, INSERT",
    HEAD: "SELECT, INSERT, UPDATE",
    # The hash of its password too: the link of a forgotten password ends when that changes. To lock a row takes a column that may change.
    "accounts_user": "SELECT, UPDATE (created_at)",
    "accounts_emailconfirmation": "SELECT, INSERT, UPDATE, DELETE",
    "account_emailaddress": "SELECT",
    "records_holding": "SELECT",
    "records_educatorrecord": "SELECT (id, contact_email)",
}
TIMES = {
    Role.WEB: {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"},
    Role.MAILER: {"idle_in_transaction_session_timeout": "300s"},
    Role.WORKER: {},
    Role.REPORTS: {"default_transaction_read_only": "on", "statement_timeout": "300s"},
}
OPEN_CLASSES = frozenset({"public", "internal"})


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def statements(*, prefix: str, database: str, existing: frozenset[str]) -> Iterator[str]:
    """All, to be run in one transaction by the owner; the same statements again change nothing."""
    roles = {role: prefix + role.value for role in Role}
    for role, name in roles.items():
        if name not in existing:
            yield f"CREATE ROLE {quoted(name)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"
        for setting, value in TIMES[role].items():
            yield f"ALTER ROLE {quoted(name)} IN DATABASE {quoted(database)} SET {setting} = '{value}'"
    everybody = ", ".join(["PUBLIC", *(quoted(name) for name in roles.values())])
    ours = ", ".join(quoted(name) for name in roles.values())
    yield f"REVOKE ALL ON DATABASE {quoted(database)} FROM {everybody}"
    yield f"GRANT CONNECT ON DATABASE {quoted(database)} TO {ours}"
    # An import brings what changes in a table of its transaction.
    yield f"GRANT TEMPORARY ON DATABASE {quoted(database)} TO {quoted(roles[Role.WORKER])}"
    yield f"REVOKE ALL ON SCHEMA public FROM {everybody}"
    yield f"GRANT USAGE ON SCHEMA public TO {ours}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everybody}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {everybody}"
    writing = ", ".join(quoted(roles[role]) for role in (Role.WEB, Role.WORKER, Role.MAILER))
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {writing}"
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for role, what in _grants(model).items():
                yield f"GRANT {what} ON {quoted(model._meta.db_table)} TO {quoted(roles[role])}"
    for table in sorted(READ_ONLY_TABLES):
        yield f"GRANT SELECT ON {quoted(table)} TO {writing}"


def _grants(model: type[models.Model]) -> dict[Role, str]:
    table = model._meta.db_table
    columns = [str(each.column) for each in model._meta.concrete_fields]
    granted: dict[Role, str] = {}
    if table == EVENTS:
        granted |= dict.fromkeys((Role.WEB, Role.WORKER), "SELECT, INSERT")
    elif table == HEAD:
        granted |= dict.fromkeys((Role.WEB, Role.WORKER), "SELECT, INSERT, UPDATE")
    else:
        unread = NOT_READ_BY_WEB.get(table, ())
        seen = f"SELECT ({_listed([each for each in columns if each not in unread])})" if unread else "SELECT"
        granted[Role.WEB] = f"{seen}, INSERT, UPDATE, DELETE"
        granted[Role.WORKER] = "SELECT, INSERT, UPDATE, DELETE"
    if table in MAILER:
        granted[Role.MAILER] = MAILER[table]
    if harmless := _harmless(model):
        granted[Role.REPORTS] = f"SELECT ({_listed(harmless)})"
    return granted


def _harmless(model: type[models.Model]) -> list[str]:
    """Columns that say nothing about a person, by what their room says of them; none of a table that no room has."""
    classes = getattr(importlib.import_module(model.__module__), "FIELDS", {}).get(model.__name__, {})
    return [
        str(each.column)
        for each in model._meta.concrete_fields
        if classes.get(each.name) in OPEN_CLASSES and not isinstance(each, SealedField)
    ]


def _listed(columns: list[str]) -> str:
    return ", ".join(quoted(column) for column in columns)
