"""Whom a legal hold protects."""

from uuid import UUID

from kecs.records.models import Holding, LegalHold


def live_holds() -> list[LegalHold]:
    """The holds that last, the oldest first."""
    return list(LegalHold.objects.filter(lifted_at=None).order_by("placed_at"))


def protected() -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Records and accounts under a hold: those it names, every account that holds or held such a record, and the other way round."""
    named: dict[str, set[UUID]] = {"record": set(), "account": set()}
    for subject in LegalHold.objects.filter(lifted_at=None).values_list("subject", flat=True):
        kind, _colon, key = subject.partition(":")
        named[kind].add(UUID(key))
    if not any(named.values()):
        return frozenset(), frozenset()
    holders = Holding.objects.filter(record_id__in=named["record"]).values_list("account_id", flat=True)
    held = Holding.objects.filter(account_id__in=named["account"]).values_list("record_id", flat=True)
    return frozenset(named["record"] | set(held)), frozenset(named["account"] | set(holders))
