"""What a breach laid open: which columns in which form, and which people; from what each room says of its columns, and from the log."""

import importlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from kecs.audit.events import kinds
from kecs.audit.queries import Recorded, recorded_since
from kecs.pii.fields import SealedField

SAYS_SOMETHING = frozenset({"personal", "secret"})
# Tables of libraries: no room says of their columns what they are.
OF_LIBRARIES = {
    "account_emailaddress": {"email": "personal"},
    "mfa_authenticator": {"data": "secret"},
    "django_session": {"session_data": "secret"},
}
KEYED = frozenset({"records_identitykey", "records_linkagekey"})
SEALED_IN_LIBRARIES = frozenset({"mfa_authenticator.data", "django_session.session_data"})


class Form(StrEnum):
    """How a column stood in what was taken."""

    CLEAR = "in clear"
    SEALED = "sealed; unreadable without the keyring"
    OPENED = "sealed, and readable with the keyring that was taken too"
    DIGEST = "a digest or hash"
    GUESSED = "a keyed digest; with the keyring that was taken too, birth dates and SSNs can be guessed from it in minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that says something about people, and how many rows had it."""

    name: str  # table.column
    form: Form
    rows: int


@dataclass(slots=True, kw_only=True)
class Affected:
    """People, by the record or the account that stands for them."""

    records: set[UUID] = field(default_factory=set)
    accounts: set[UUID] = field(default_factory=set)


def tables_with_people() -> list[str]:
    """Every table with a column that says something about a person."""
    return sorted(model._meta.db_table for model in apps.get_models() if _classes(model))


def columns_of(tables: Collection[str], *, keyring_taken: bool) -> list[Column]:
    """What of people stood in these tables."""
    found = []
    for model in _models(tables):
        for column in model._meta.concrete_fields:
            if (kind := _classes(model).get(column.name)) is not None:
                rows = model._base_manager.exclude(Q(**{f"{column.attname}__isnull": True})).count()
                if rows:
                    form = _form(model, column, kind, keyring_taken=keyring_taken)
                    found.append(Column(name=f"{model._meta.db_table}.{column.column}", form=form, rows=rows))
    return found


def people_in(tables: Collection[str]) -> Affected:
    """Whom rows of these tables are about."""
    affected = Affected()
    record, account = apps.get_model("records", "EducatorRecord"), apps.get_model("accounts", "User")
    for model in _models(tables):
        for target, ids in ((record, affected.records), (account, affected.accounts)):
            if model is target:
                ids.update(model._base_manager.values_list("pk", flat=True).iterator())
                continue
            for column in model._meta.concrete_fields:
                if (
                    column.is_relation
                    and column.related_model is target
                    and not column.name.startswith("taken")
                ):
                    rows = model._base_manager.exclude(Q(**{f"{column.attname}__isnull": True}))
                    ids.update(rows.values_list(column.attname, flat=True).distinct().iterator())
    return affected


def looks_of(by: str, *, since: datetime, until: datetime) -> tuple[Affected, Counter[str], int]:
    """Whom somebody of staff looked at between two moments, how often in which way, and how many looks were at no one person (lists, exports)."""
    affected, ways, at_many = Affected(), Counter[str](), 0
    codes = {kind.code for kind in kinds() if kind.is_look}
    for look in recorded_since(since, codes=codes):
        if look.by != by or look.at >= until:
            continue
        ways[look.code] += 1
        named = list(_named(look))
        for kind, key in named:
            (affected.records if kind == "record" else affected.accounts).add(key)
        at_many += not named
    return affected, ways, at_many


def _named(look: Recorded) -> Iterator[tuple[str, UUID]]:
    """The records and accounts that a look names: its subject, and what its keys list."""
    kind, _colon, key = look.subject.partition(":")
    named = [(kind, key)] if kind in {"record", "account"} else []
    if kind == "correction":
        named += [("account", str(account)) for account in _asked_by(key)]
    for kind in ("record", "account"):
        listed = (look.keys.get(kind), *(look.keys.get(f"{kind}s") or ()))
        named += [(kind, one) for one in listed if isinstance(one, str) and one]
    for kind, key in named:
        try:
            found = UUID(key)
        except ValueError:
            continue  # a word that stands for nobody
        yield kind, found


def _asked_by(correction_id: str) -> list[UUID]:
    """Whose request for a correction it was: what is opened of it is named by its id."""
    corrections = apps.get_model("corrections", "Correction")._base_manager.filter(pk=correction_id)
    return list(corrections.values_list("account_id", flat=True))


def tables_without_ids(tables: Collection[str]) -> list[str]:
    """Those whose rows say something of people and name no record and no account."""
    return sorted(
        {model._meta.db_table for model in _models(tables) if _classes(model) and not _leads_to_people(model)}
    )


def _leads_to_people(model: type[models.Model]) -> bool:
    ours = {apps.get_model("records", "EducatorRecord"), apps.get_model("accounts", "User")}
    return model in ours or any(column.related_model in ours for column in model._meta.concrete_fields)


def people(affected: Affected) -> Iterator[tuple[str, str, str, str]]:
    """Each person once, as record, account, state and language; a person with both is one. Nothing that says who she is."""
    holdings = apps.get_model("records", "Holding")._base_manager.filter(released_at=None, contests=False)
    holder = {
        record: (account, level)
        for record, account, level in holdings.values_list("record_id", "account_id", "level")
    }
    language = dict(apps.get_model("accounts", "User")._base_manager.values_list("pk", "language"))
    held_by = {account: record for record, (account, _level) in holder.items()}
    records = affected.records | {held_by[account] for account in affected.accounts if account in held_by}
    for record in sorted(records):
        account, level = holder.get(record, (None, None))
        state = "on file, nobody holds it" if account is None else f"held at level {level}"
        yield str(record), str(account or ""), state, language.get(account, "") if account else ""
    for account in sorted(affected.accounts - held_by.keys()):
        yield "", str(account), "account without a record", language.get(account, "")


def _models(tables: Collection[str]) -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.db_table in tables]


def _classes(model: type[models.Model]) -> dict[str, str]:
    said = getattr(importlib.import_module(model.__module__), "FIELDS", {}).get(model.__name__)
    classes = OF_LIBRARIES.get(model._meta.db_table, {}) if said is None else said
    return {name: kind for name, kind in classes.items() if kind in SAYS_SOMETHING}


def _form(model: type[models.Model], column: models.Field, kind: str, *, keyring_taken: bool) -> Form:
    name = f"{model._meta.db_table}.{column.column}"
    if isinstance(column, SealedField) or name in SEALED_IN_LIBRARIES:
        return Form.OPENED if keyring_taken else Form.SEALED
    if isinstance(column, models.BinaryField):
        return Form.GUESSED if keyring_taken and model._meta.db_table in KEYED else Form.DIGEST
    return Form.DIGEST if kind == "secret" else Form.CLEAR
