"""Finding records by keyed digests, and reading who holds what; other rooms ask here and never touch the models."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from kecs.matching.decide import Candidate, Claim, OtherName
from kecs.matching.keys import Key, KeyKind, claim_keys, new_account_keys
from kecs.pii.fields import digest_of, the_keyring, unseal_from
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import EducatorRecord, Holding, IdentityKey, StatedIdentity
from kecs.records.models import OtherName as OtherNameOnFile

NO_RECORD = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """The record an account holds, and how surely."""

    holding_id: UUID
    record_id: UUID
    level: AssuranceLevel
    frozen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the holder of an account said about herself, fit for a page: the SSN masked."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    ssn_masked: str = field(repr=False)
    by_claim: bool  # a record was claimed, so that only the last four digits were asked


def key_digest(key: Key) -> bytes:
    """The keyed digest of one index key."""
    return digest_of(key.kind.value, *key.facts)


def _records_under(keys: Iterable[Key]) -> dict[UUID, set[KeyKind]]:
    """Which records stand under these keys, and under which kinds."""
    probes = Q(pk__in=[])
    for key in keys:
        probes |= Q(kind=key.kind.value, key_id=the_keyring().current, digest=key_digest(key))
    found: dict[UUID, set[KeyKind]] = {}
    for record_id, kind in IdentityKey.objects.filter(probes).values_list("record_id", "kind"):
        found.setdefault(record_id, set()).add(KeyKind(kind))
    return found


def _candidate(
    record: EducatorRecord, claim: Claim, *, ssn: str | None, held: bool, other_names: Iterable[OtherName]
) -> Candidate:
    birth_date = unseal_from(record, "birth_date_sealed")
    number = unseal_from(record, "ssn_sealed") or ""
    return Candidate(
        record_id=str(record.pk),
        first_name=record.first_name,
        middle_name=record.middle_name,
        last_surname=record.last_surname,
        generation_code_suffix=record.generation_code_suffix,
        other_names=tuple(other_names),
        birth_date_agrees=birth_date == claim.birth_date.isoformat(),
        last4_agrees=number[-4:] == claim.last4,
        ssn_agrees=number == ssn if ssn is not None and len(number) == 9 else None,
        held=held,
        deceased=record.deceased,
    )


def _candidates(keys: Iterable[Key], claim: Claim, *, ssn: str | None) -> list[Candidate]:
    """What stands under the keys. Asked in as many statements where nothing does, or the time it takes would tell a
    stranger who knows no name which last 4 go with a birth date.
    """
    found = set(_records_under(keys)) or {NO_RECORD}
    held = set(Holding.objects.filter(record__in=found, released_at=None).values_list("record_id", flat=True))
    other_names: dict[UUID, list[OtherName]] = {}
    for other in OtherNameOnFile.objects.filter(record__in=found):
        name = OtherName(first_name=other.first_name, last_surname=other.last_surname)
        other_names.setdefault(other.record_id, []).append(name)
    return [
        _candidate(record, claim, ssn=ssn, held=record.pk in held, other_names=other_names.get(record.pk, []))
        for record in EducatorRecord.objects.filter(pk__in=found)
    ]


def candidates_for(claim: Claim) -> list[Candidate]:
    """The records that a search may be about: one probe of the key over birth date and last 4."""
    return _candidates(claim_keys(claim), claim, ssn=None)


def candidates_for_new(claim: Claim, *, ssn: str) -> list[Candidate]:
    """The records that somebody who gives her full SSN may already have, near ones included."""
    return _candidates(new_account_keys(claim, ssn=ssn), claim, ssn=ssn)


def held_by(account_id: UUID) -> HeldRecord | None:
    """The record that this account holds now."""
    holding = Holding.objects.filter(account_id=account_id, released_at=None).first()
    if holding is None:
        return None
    return HeldRecord(
        holding_id=holding.pk,
        record_id=holding.record_id,
        level=AssuranceLevel(holding.level),
        frozen=holding.frozen_at is not None,
    )


def holder_of(record_id: UUID) -> UUID | None:
    """The account that holds this record now."""
    return (
        Holding.objects.filter(record_id=record_id, released_at=None)
        .values_list("account_id", flat=True)
        .first()
    )


def contact_email_of(record_id: UUID) -> str:
    """The address on file for this record, or an empty text."""
    return EducatorRecord.objects.values_list("contact_email", flat=True).get(pk=record_id)


def is_live(holding_id: UUID) -> bool:
    """Whether this holding has neither ended nor been frozen."""
    return Holding.objects.filter(pk=holding_id, released_at=None, frozen_at=None).exists()


def stated_by(account_id: UUID) -> Stated | None:
    """What the holder of this account said about herself when she registered."""
    stated = StatedIdentity.objects.filter(account_id=account_id).first()
    if stated is None:
        return None
    number = unseal_from(stated, "ssn_sealed") or ""
    return Stated(
        first_name=stated.first_name,
        last_surname=stated.last_surname,
        birth_date=unseal_from(stated, "birth_date_sealed") or "",
        ssn_masked=f"***-**-{number[-4:]}" if number else "",
        by_claim=len(number) == 4,
    )
