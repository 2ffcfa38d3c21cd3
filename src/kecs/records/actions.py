"""Everything that changes records and cases; each in a transaction with its audit row."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from kecs.audit.actions import record as record_event
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import whole
from kecs.matching.keys import KeyKind, linkage_keys, record_keys
from kecs.pii.fields import digests_of, seal_into, unseal_from
from kecs.records import events
from kecs.records.index import identity_key_rows, linkage_key_rows
from kecs.records.kinds import CaseKind
from kecs.records.models import (
    Case,
    EducatorRecord,
    IdentityKey,
    LinkageKey,
    NameKey,
    StatedIdentity,
    StatedNameKey,
    WaitingIdentity,
)
from kecs.records.name_keys import NamePair, name_keys
from kecs.records.queries import ssn_is_on_file
from kecs.records.record_ids import new_record_id
from kecs.records.staff_unique_ids import new_staff_unique_id
from kecs.records.targets import due_on

FULL = 9  # digits of an SSN


class SsnOnFile(Exception):
    """Another record came to have this full SSN first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody says she is: names as typed, and the digits that were asked (nine, or the last four)."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: date = field(repr=False)
    ssn: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who created a new account and is not on file, and what she stated."""

    stated_id: UUID
    account_id: UUID
    stated_at: datetime
    identity: Identity = field(repr=False)


def state_identity(*, account_id: UUID, identity: Identity, by: str) -> UUID:
    """Keep what the person said about herself. It is never changed afterwards."""
    stated = StatedIdentity(
        account_id=account_id, first_name=identity.first_name, last_surname=identity.last_surname
    )
    seal_into(stated, "birth_date_sealed", identity.birth_date.isoformat())
    seal_into(stated, "ssn_sealed", identity.ssn)
    insert_rows([stated])
    make_findable_by_name(stated_id=stated.pk, identity=identity, by=by)
    return stated.pk


def make_findable_by_name(*, stated_id: UUID, identity: Identity, by: str) -> None:
    """Let staff find the account by the name that its holder stated, whether or not it has a record."""
    names = _names_of(identity)
    insert_rows(
        [StatedNameKey(stated_id=stated_id, surname=surname, given=given) for surname, given in names]
    )


def _names_of(identity: Identity) -> tuple[NamePair, ...]:
    return name_keys(first_name=identity.first_name, middle_name="", last_surname=identity.last_surname)


@whole
def make_findable(*, stated_id: UUID, identity: Identity, by: str) -> None:
    """Let a search find what the holder of a new account stated, whether or not she has a record.

    Her account answers for her from now on: a search with the same facts says that there is one, before and after staff
    have looked. Raises SsnOnFile when somebody else with her SSN came first by a moment.
    """
    keys = record_keys(birth_date=identity.birth_date, last4=identity.ssn[-4:], ssn=identity.ssn)
    rows = identity_key_rows(keys, stated_id=stated_id)
    ssn_is_known = ssn_is_on_file(identity.ssn)
    try:
        insert_rows([row for row in rows if not (ssn_is_known and row.kind == KeyKind.SSN.value)])
    except IntegrityError:
        raise SsnOnFile from None


def wait_to_be_settled(*, stated_id: UUID, by: str) -> None:
    """Nobody on file has her facts; whether somebody comes near is looked for behind the scenes."""
    insert_rows([WaitingIdentity(stated_id=stated_id)])


@whole
def create_record(*, waiting: Waiting, by: str) -> UUID:
    """Make the record of a person who waited, under the keys she stands under already.

    Raises SsnOnFile when the import has given her SSN to another record meanwhile.
    """
    identity = waiting.identity
    created = _new_record(identity, source="registration", by=by)
    search = record_keys(birth_date=identity.birth_date, last4=identity.ssn[-4:], ssn=identity.ssn)
    moved = IdentityKey.objects.filter(stated_id=waiting.stated_id).update(stated_id=None, record_id=created)
    if moved != len(search):
        raise SsnOnFile
    return created


@whole
def create_record_apart(*, account_id: UUID, by: str) -> UUID | None:
    """Staff are sure that she is none of those on file: a record of what her account stated. None where it stated nothing.

    A full SSN that somebody else has is kept as its last four: whose it is must be shown first.
    """
    stated = StatedIdentity.objects.filter(account_id=account_id).order_by("-number").first()
    if stated is None or not stated.birth_date_sealed:  # let go of: staff put the fact right first
        return None
    identity = _identity_of(stated)
    keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=_ssn_digests(identity.ssn))
    if keys.exclude(stated__account_id=account_id).exists():
        identity = replace(identity, ssn=identity.ssn[-4:])
    # What leads to her words leads to her record from now on.
    IdentityKey.objects.filter(stated__account_id=account_id).delete()
    WaitingIdentity.objects.filter(stated__account_id=account_id).delete()
    created = _new_record(identity, source="staff", by=by)
    full = identity.ssn if len(identity.ssn) == FULL else None
    search = record_keys(birth_date=identity.birth_date, last4=identity.ssn[-4:] or None, ssn=full)
    IdentityKey.objects.bulk_create(identity_key_rows(search, record_id=created))
    return created


def _ssn_digests(ssn: str) -> list[bytes]:
    return list(digests_of(KeyKind.SSN.value, ssn)) if len(ssn) == FULL else []


def _new_record(identity: Identity, *, source: str, by: str) -> UUID:
    """A record with its linkage keys, and without the search keys."""
    created = EducatorRecord(
        id=new_record_id(),
        staff_unique_id=new_staff_unique_id(),
        first_name=identity.first_name,
        last_surname=identity.last_surname,
    )
    seal_into(created, "birth_date_sealed", identity.birth_date.isoformat())
    seal_into(created, "ssn_sealed", identity.ssn or None)
    created.save(force_insert=True)
    near = linkage_keys(
        birth_date=identity.birth_date,
        last4=identity.ssn[-4:] or None,
        ssn=identity.ssn if len(identity.ssn) == FULL else None,
        first_names=[identity.first_name],
        last_surnames=[identity.last_surname],
    )
    LinkageKey.objects.bulk_create(linkage_key_rows(near, record_id=created.pk))
    NameKey.objects.bulk_create(
        NameKey(record_id=created.pk, surname=surname, given=given) for surname, given in _names_of(identity)
    )
    record_event(event=events.RecordCreated(subject=f"record:{created.pk}", source=source), by=by)
    return created.pk


@whole
def clear_deceased(*, record_id: UUID, by: str) -> bool:
    """The record says no more that its person has died. False where it did not say so."""
    cleared = EducatorRecord.objects.filter(pk=record_id, deceased=True).update(
        deceased=False, updated_at=portal_clock()
    )
    if cleared:
        changed = events.RecordChanged(subject=f"record:{record_id}", source="staff", columns=("deceased",))
        record_event(event=changed, by=by)
    return bool(cleared)


def next_waiting(*, by: str) -> Waiting | None:
    """Who has waited longest, locked until the transaction ends, so that one is settled after the other."""
    first = (
        WaitingIdentity.objects.select_for_update(of=("self",), no_key=True)
        .order_by("since", "stated_id")
        .first()
    )
    if first is None:
        return None
    stated = first.stated
    return Waiting(
        stated_id=stated.pk,
        account_id=stated.account_id,
        stated_at=stated.stated_at,
        identity=_identity_of(stated),
    )


def _identity_of(stated: StatedIdentity) -> Identity:
    return Identity(
        first_name=stated.first_name,
        last_surname=stated.last_surname,
        birth_date=date.fromisoformat(unseal_from(stated, "birth_date_sealed") or ""),
        ssn=unseal_from(stated, "ssn_sealed") or "",
    )


def wait_no_longer(*, stated_id: UUID, by: str) -> None:
    """She is settled."""
    WaitingIdentity.objects.filter(stated_id=stated_id).delete()


def put_off(*, by: str) -> None:
    """Whoever is first in the queue goes to its end: what failed for her must not hold up the others."""
    first = WaitingIdentity.objects.order_by("since", "stated_id").first()
    if first is not None:
        WaitingIdentity.objects.filter(pk=first.pk).update(since=portal_clock())


@whole
def open_case(
    *,
    kind: CaseKind,
    account_id: UUID | None,
    record_ids: Iterable[UUID],
    because: Iterable[str],
    other_account_id: UUID | None = None,
    facts: dict[str, str] | None = None,
    by: str,
) -> UUID:
    """Put something before staff. `facts` is what the person wrote where no account holds it; it is sealed."""
    case = Case(
        kind=kind.value,
        account_id=account_id,
        other_account_id=other_account_id,
        because=list(because),
        opened_by=by,
        due_on=due_on(kind=kind.value, opened=timezone.localdate(), holidays=settings.KECS_HOLIDAYS),
    )
    if facts is not None:
        seal_into(case, "facts_sealed", json.dumps(facts))
    case.save(force_insert=True)
    ids = tuple(record_ids)
    case.records.set(EducatorRecord.objects.filter(pk__in=ids))
    record_event(
        event=events.CaseOpened(
            subject=f"account:{account_id}" if account_id else f"case:{case.pk}",
            kind=kind.value,
            records=tuple(str(record_id) for record_id in ids),
        ),
        by=by,
    )
    return case.pk


@whole
def close_case(*, case_id: UUID, outcome: str, by: str) -> bool:
    """Staff, or whoever asked, are done with it. False when it was closed before."""
    closed = Case.objects.filter(pk=case_id, closed_at=None).update(
        closed_at=portal_clock(), closed_by=by, outcome=outcome
    )
    if closed:
        record_event(event=events.CaseClosed(subject=f"case:{case_id}", outcome=outcome), by=by)
    return bool(closed)
