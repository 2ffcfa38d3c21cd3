"""What was built on records since an import touched them; undoing asks before it takes anything back."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel

from kecs.audit.clock import portal_clock
from kecs.audit.events import kinds
from kecs.audit.queries import told_of
from kecs.records.events import RecordChanged, RecordCreated, RecordUndone
from kecs.records.importing.images import Image
from kecs.records.importing.stored import StoredRecord
from kecs.records.kinds import BuiltOn
from kecs.records.models import (
    Case,
    EducatorRecord,
    Holding,
    IdentityKey,
    LinkageKey,
    LinkedPair,
    NameKey,
    OtherName,
    RecordNumber,
)

# What the import writes itself; a later change of a record shows in its version.
_OWN = (IdentityKey, LinkageKey, NameKey, OtherName)
_OWN_EVENTS = frozenset({RecordCreated.code, RecordChanged.code, RecordUndone.code})
# A search is no claim. Nor does whoever looks at a record build on it, or looking into a wrong import would keep it from
# being undone.
_SEARCHED = "registration.search_made"
_WORDS: dict[type[models.Model], BuiltOn] = {
    Holding: BuiltOn.HELD,
    Case: BuiltOn.CASE,
    LinkedPair: BuiltOn.LINKED,
}


def built_on(
    record_ids: Collection[UUID], *, created: Collection[UUID], since: datetime
) -> dict[UUID, BuiltOn]:
    """The records that something was built on after that moment, and what. On a created one any reference counts."""
    found: dict[UUID, BuiltOn] = {}
    harmless = {*_OWN_EVENTS, _SEARCHED, *(kind.code for kind in kinds() if kind.is_look)}
    for subject, code in told_of([f"record:{record_id}" for record_id in record_ids], since=since):
        if code not in harmless:
            held = code.startswith(("records.", "assurance."))
            found[UUID(subject.removeprefix("record:"))] = BuiltOn.HELD if held else BuiltOn.ON_LOG
    # Of a row under such a number only the news counted, and what has been told under it since is not set back.
    joined = RecordNumber.objects.filter(record__in=list(record_ids)).values_list("record_id", flat=True)
    found |= dict.fromkeys(joined, BuiltOn.MERGED)
    new, now = frozenset(created), portal_clock()
    # What lies ahead (until when a claim is open) says nothing of when the row was written.
    return found | {
        record_id: why
        for record_id, why, moments in _references(record_ids)
        if record_id in new or any(moment and since < moment <= now for moment in moments)
    }


def _references(record_ids: Collection[UUID]) -> Iterator[tuple[UUID, BuiltOn, tuple[datetime | None, ...]]]:
    """Every row of any room that points at one of the records, with the moments that it names.

    Asked of the models and not written out: a room that comes to point at records is asked from its first day.
    """
    for relation in EducatorRecord._meta.get_fields(include_hidden=True):
        model: Any = relation.related_model
        if not isinstance(relation, ForeignObjectRel) or model in _OWN or model._meta.auto_created:
            continue
        name = relation.field.name
        moments = [each.name for each in model._meta.fields if isinstance(each, models.DateTimeField)]
        rows = model._base_manager.filter(**{f"{name}__in": list(record_ids)})
        for record_id, *when in rows.values_list(name, *moments):
            yield record_id, _WORDS.get(model, BuiltOn.ON_LOG), tuple(when)


def changed_since(
    found: Mapping[UUID, StoredRecord], *, created: Collection[UUID], images: Collection[Image], at: datetime
) -> dict[UUID, BuiltOn]:
    """The records that are not as the batch left them."""
    versions = dict.fromkeys(created, 1)
    versions |= {each.record_id: each.identity_version + each.identity for each in images}
    why: dict[UUID, BuiltOn] = {}
    for record_id, version in versions.items():
        record = found.get(record_id)
        if record is None:
            why[record_id] = BuiltOn.GONE
        elif (record.identity_version, record.updated_at) != (version, at):
            why[record_id] = BuiltOn.CHANGED
    return why
