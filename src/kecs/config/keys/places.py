"""Every place in the database where a sealed value stands, and how each is sealed anew; this package's actions and queries ask.

A SealedField is found by its class. Few are sealed otherwise than one value for its row: those, and the two columns of
libraries that hold a sealed text, are named here. A test demands that a sealed value of every place opens again.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F
from django.db.models.fields.json import KT
from django.db.models.functions import Substr

from kecs.accounts.factors.queries import secret_place
from kecs.corrections.documents.pieces import place_of_part
from kecs.pii.fields import SealedField, place_of, sealed_bytes, unsealed_bytes
from kecs.records.merging.images import under_another_key

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A column with sealed values: how its first byte, the number of the key, is asked for, and how a row is sealed anew."""

    model: type[models.Model]
    column: str
    beginning: Any  # the expression whose value tells the key
    beginnings: Callable[[int], list[Any]]  # what that expression can be under a key
    key_of: Callable[[Any], int]  # the key, from the expression's value
    anew: Callable[[models.Model], Any]  # what the column shall hold

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.model._meta.db_table}.{self.column}"

    def sealed(self) -> models.QuerySet:
        """The rows that have a value, with where it begins as `beginning`."""
        rows = self.model._base_manager.annotate(beginning=self.beginning)
        return rows.exclude(beginning=None)

    def not_under(self, key_id: int) -> models.QuerySet:
        """Those that another key sealed."""
        return self.sealed().exclude(beginning__in=self.beginnings(key_id))


def _bytes(model: type[models.Model], column: str) -> Place:
    """A SealedField."""
    context = _CONTEXTS.get(f"{model._meta.db_table}.{column}", lambda row: place_of(row, column))
    inside = _INSIDES.get(f"{model._meta.db_table}.{column}")

    def anew(row: models.Model) -> bytes:
        where = context(row)
        plain = unsealed_bytes(bytes(getattr(row, column)), where)
        return sealed_bytes(inside(plain) if inside else plain, where)

    return Place(
        model=model,
        column=column,
        beginning=Substr(F(column), 1, 1, output_field=models.BinaryField()),
        beginnings=lambda key_id: [bytes([key_id])],
        key_of=lambda value: bytes(value)[0],
        anew=anew,
    )


def _texts_of(key_id: int) -> list[str]:
    """How Base64 begins where the first byte is this: two letters hold it and four bits of what follows."""
    return [b64encode(bytes([key_id, bits << 4]))[:2].decode() for bits in range(16)]


def _sealed_again(text: str, where: str) -> str:
    return b64encode(sealed_bytes(unsealed_bytes(b64decode(text), where), where)).decode("ascii")


def _text(model: type[models.Model], column: str, at: Any, anew: Callable[[Any], Any]) -> Place:
    """A column that holds a sealed value as Base64."""
    return Place(
        model=model,
        column=column,
        beginning=Substr(at, 1, 2),
        beginnings=_texts_of,
        key_of=lambda value: b64decode(f"{value}==")[0],
        anew=anew,
    )


def _session_anew(row: Any) -> str:
    return _sealed_again(row.session_data, f"{Session._meta.db_table}:{row.pk}")


def _authenticator_anew(row: Any) -> Row:
    return {**row.data, "secret": _sealed_again(row.data["secret"], secret_place(row.user_id))}


def _part_context(row: Any) -> str:
    return place_of_part(row)


def _merge_anew(plain: bytes) -> bytes:
    return under_another_key(plain.decode()).encode()


# Sealed for another place than "table.column:row".
_CONTEXTS: dict[str, Callable[[Any], str]] = {"corrections_documentpart.content_sealed": _part_context}
# What is sealed holds sealed values again.
_INSIDES: dict[str, Callable[[bytes], bytes]] = {
    "records_recordmerge.before_sealed": _merge_anew,
    "records_recordmerge.after_sealed": _merge_anew,
}


def places() -> Iterator[Place]:
    """All of them, table by table."""
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        for column in model._meta.concrete_fields:
            if isinstance(column, SealedField):
                yield _bytes(model, column.attname)
    yield _text(Session, "session_data", F("session_data"), _session_anew)
    authenticator = apps.get_model("mfa", "Authenticator")
    yield _text(authenticator, "data", KT("data__secret"), _authenticator_anew)
