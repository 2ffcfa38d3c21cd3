"""Whom a legal hold protects."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model

from kecs.records.models import EducatorRecord, HeldAddress, Holding, LegalHold, RecordNumber


def is_somebody(subject: str) -> bool:
    """Whether there is such a record, by its present or its former id, or such an account."""
    kind, _colon, key = subject.partition(":")
    if kind == "account":
        return bool(get_user_model()._default_manager.filter(pk=UUID(key)).exists())
    return (
        EducatorRecord.objects.filter(pk=UUID(key)).exists()
        or RecordNumber.objects.filter(former_id=UUID(key)).exists()
    )


def live_holds() -> list[LegalHold]:
    """The holds that last, the oldest first."""
    return list(LegalHold.objects.filter(lifted_at=None).order_by("placed_at"))


def _joined_to(record_ids: set[UUID]) -> set[UUID]:
    """The records that absorbed these since: what was theirs stands there."""
    found: set[UUID] = set()
    while record_ids:
        joined = RecordNumber.objects.filter(former_id__in=record_ids).values_list("record_id", flat=True)
        record_ids = set(joined) - found
        found |= record_ids
    return found


def protected() -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Records and accounts under any hold that lasts."""
    return protected_by([hold.subject for hold in live_holds()])


def protected_by(subjects: Iterable[str]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Records and accounts that holds on these protect: those they name, the records that these were joined to, every account that holds or held such a record, and the other way round."""
    named: dict[str, set[UUID]] = {"record": set(), "account": set()}
    for subject in subjects:
        kind, _colon, key = subject.partition(":")
        named[kind].add(UUID(key))
    if not any(named.values()):
        return frozenset(), frozenset()
    named["record"] |= _joined_to(named["record"])
    holders = Holding.objects.filter(record_id__in=named["record"]).values_list("account_id", flat=True)
    held = Holding.objects.filter(account_id__in=named["account"]).values_list("record_id", flat=True)
    return frozenset(named["record"] | set(held)), frozenset(named["account"] | set(holders))


def held_addresses() -> set[str]:
    """The addresses that people under a hold were seen to have since it was placed."""
    return set(HeldAddress.objects.values_list("address", flat=True))
