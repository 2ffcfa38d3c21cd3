"""Finding records by keyed digests, and reading what people stated; other rooms ask here and never touch the models."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from uuid import UUID

from django.db import connection

from kecs.audit.by_hand import first_of, first_row
from kecs.matching.decide import Candidate, Claim
from kecs.matching.facts import compare_birth_dates, compare_last4, compare_ssns
from kecs.matching.keys import KeyKind, claim_keys, near_keys, new_account_keys, slipped_keys
from kecs.pii.fields import digests_of, unseal_from
from kecs.records.index import Person, people_under, records_near
from kecs.records.kinds import CaseKind
from kecs.records.models import Case, Holding, IdentityKey, StatedIdentity, WaitingIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the holder of an account said about herself, fit for a page: the SSN masked."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: str = field(repr=False)  # YYYY-MM-DD
    ssn_masked: str = field(repr=False)
    by_claim: bool  # a record was claimed, so that only the last four digits were asked
    number: int = 1  # it rises with each correction


def _candidate(person: Person, claim: Claim, *, ssn: str | None) -> Candidate:
    born = date.fromisoformat(person.birth_date) if person.birth_date else None
    return Candidate(
        record_id=str(person.record_id) if person.record_id else None,
        account_id=str(person.account_id) if person.account_id else None,
        stated_at=person.stated_at,
        first_name=person.first_name,
        middle_name=person.middle_name,
        last_surname=person.last_surname,
        generation_code_suffix=person.generation_code_suffix,
        other_names=person.other_names,
        birth_date=compare_birth_dates(claim.birth_date, born),
        last4=compare_last4(claim.last4, (person.ssn or "")[-4:]),
        ssn=compare_ssns(ssn, person.ssn),
        deceased=person.deceased,
    )


def candidates_for(claim: Claim) -> list[Candidate]:
    """Whom a search may be about: one probe of the key over birth date and last 4."""
    return [_candidate(person, claim, ssn=None) for person in people_under(claim_keys(claim))]


def candidates_for_new(claim: Claim, *, ssn: str) -> list[Candidate]:
    """Who may be the same person as somebody who gives her full SSN: those of the search, and who has that SSN."""
    people = people_under(new_account_keys(claim, ssn=ssn))
    return [_candidate(person, claim, ssn=ssn) for person in people]


def candidates_near(claim: Claim, *, ssn: str, stated_at: datetime) -> list[Candidate]:
    """Everybody who may be the same person, by any key, one slip of the finger included.

    Of those who only stated who they are, only those who did so before: nobody is held up by who comes after her.
    For the settling of new accounts; no page that a stranger opens asks this.
    """
    found = [
        *people_under((*new_account_keys(claim, ssn=ssn), *slipped_keys(claim, ssn=ssn))),
        *records_near(near_keys(claim, ssn=ssn)),
    ]
    once = {(person.record_id, person.account_id, person.first_name): person for person in found}
    return [
        _candidate(person, claim, ssn=ssn)
        for person in once.values()
        if person.stated_at is None or person.stated_at < stated_at
    ]


def how_many_wait() -> int:
    """How many new accounts wait to be settled."""
    return WaitingIdentity.objects.count()


_COUNTED_FOR = 600.0  # seconds
_count: tuple[float, int] | None = None


def population() -> int:
    """About how many people are on file: how many strangers a search can meet. Counted anew every ten minutes."""
    global _count  # noqa: PLW0603 - one number for the process, that may be late
    now = monotonic()
    if _count is None or now - _count[0] > _COUNTED_FOR:
        _count = (now, _about_how_many())
    return _count[1]


def _about_how_many() -> int:
    """The database's own estimate: counting ten million rows takes seconds, and the logarithm is all that matters."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'records_educatorrecord'::regclass")
        else:
            cursor.execute("SELECT max(rowid) FROM records_educatorrecord")
        row = cursor.fetchone()
    return max(0, int(row[0] or 0))


def has_open_case(*, account_id: UUID, kind: CaseKind) -> bool:
    """Whether staff have such a case of this account before them."""
    return Case.objects.filter(account_id=account_id, kind=kind.value, closed_at=None).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """Who has a full SSN: records, and at most one account that waits for one."""

    record_ids: tuple[UUID, ...]
    account_id: UUID | None


def owners_of_ssn(ssn: str) -> Owners:
    """For a case of staff: a number that two say is theirs."""
    digests = digests_of(KeyKind.SSN.value, ssn)
    keys = IdentityKey.objects.filter(kind=KeyKind.SSN.value, digest__in=digests).order_by("pk")
    owners: list[tuple[UUID | None, UUID | None]] = list(keys.values_list("record_id", "stated__account_id"))
    return Owners(
        record_ids=tuple(dict.fromkeys(record_id for record_id, _account in owners if record_id is not None)),
        account_id=next((account for _record, account in owners if account is not None), None),
    )


def ssn_is_on_file(ssn: str) -> bool:
    """Whether anybody has this full SSN: a record, or somebody who stated it and waits."""
    digests = digests_of(KeyKind.SSN.value, ssn)
    places = ", ".join(["%s"] * len(digests))
    row = first_row(
        f"1 FROM records_identitykey WHERE digest IN ({places}) AND kind = %s LIMIT 1",
        *digests,
        KeyKind.SSN.value,
    )
    return row is not None


def stated_by(account_id: UUID) -> Stated | None:
    """What the holder of this account said about herself: at registration, or as staff corrected it at her request."""
    stated = first_of(StatedIdentity, "account_id = %s ORDER BY number DESC", account_id)
    if stated is None:
        return None
    ssn = unseal_from(stated, "ssn_sealed") or ""
    return Stated(
        first_name=stated.first_name,
        last_surname=stated.last_surname,
        birth_date=unseal_from(stated, "birth_date_sealed") or "",
        ssn_masked=f"***-**-{ssn[-4:]}" if ssn else "",
        by_claim=len(ssn) == 4,
        number=stated.number,
    )


def accounts_in_use(account_ids: Collection[UUID]) -> set[UUID]:
    """Those of these accounts that hold a record, wait for one, or are what an open case is about."""
    used = set(
        Holding.objects.filter(account_id__in=account_ids, released_at=None).values_list(
            "account_id", flat=True
        )
    )
    used |= set(
        WaitingIdentity.objects.filter(stated__account_id__in=account_ids).values_list(
            "stated__account_id", flat=True
        )
    )
    for side in ("account_id", "other_account_id"):
        cases = Case.objects.filter(**{f"{side}__in": account_ids}, closed_at=None)
        used |= set(cases.values_list(side, flat=True))
    return used
