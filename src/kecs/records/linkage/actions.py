"""What batch linkage changes: cases for staff, one for a pair and kind ever, and the log's rows on a run."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from kecs.audit.actions import record as record_event
from kecs.audit.actions import recorded_together
from kecs.audit.transactions import whole
from kecs.records import events
from kecs.records.actions import open_case
from kecs.records.kinds import CaseKind
from kecs.records.linkage.comparisons import Level
from kecs.records.linkage.findings import Finding
from kecs.records.linkage.kin import Verdict
from kecs.records.models import LinkedPair

BATCH = 100
# Kin get no case: two people are no work for a clerk.
KINDS = {
    Verdict.DUPLICATE: CaseKind.LINKAGE_DUPLICATE,
    Verdict.OTHER_FIRST_NAME: CaseKind.LINKAGE_OTHER_FIRST_NAME,
}
_SAYS_NOTHING = frozenset({Level.ABSENT, Level.DIFFERS})


@whole
def start_linkage(*, purpose: str, records: int, by: str) -> None:
    """Put on the log that the whole index is about to be unsealed for "duplicates" or "training"."""
    record_event(event=events.IndexUnsealed(subject="-", purpose=purpose, records=records), by=by)


@whole
def end_linkage(
    *, model: str, duplicates: int, other_first_names: int, kin: int, opened: int | None, by: str
) -> None:
    """Put on the log what a search for duplicates found; `opened` is None for a dry run."""
    record_event(
        event=events.DuplicatesSought(
            subject="-",
            model=model,
            duplicates=duplicates,
            other_first_names=other_first_names,
            kin=kin,
            opened=opened,
        ),
        by=by,
    )


def open_linkage_cases(*, found: Sequence[Finding], by: str) -> int:
    """A case for each pair that never had one of its kind, open or closed; how many were opened.

    Safe beside another run: the database lets one of the two keep a pair.
    """
    # One order for everybody, so that two runs wait for each other and never in a circle.
    ordered = sorted(found, key=lambda each: each.record_ids)
    return sum(_open_cases(ordered[start : start + BATCH], by=by) for start in range(0, len(ordered), BATCH))


@whole
def _open_cases(batch: Sequence[Finding], *, by: str) -> int:
    pairs = {uuid4(): finding for finding in batch if finding.verdict in KINDS}
    LinkedPair.objects.bulk_create(
        (_linked_pair(pair_id, finding) for pair_id, finding in pairs.items()), ignore_conflicts=True
    )
    mine = LinkedPair.objects.filter(pk__in=pairs).order_by("first_id", "second_id")
    opened = 0
    with recorded_together():
        for pair in mine:
            finding = pairs[pair.pk]
            pair.case_id = open_case(
                kind=KINDS[finding.verdict],
                account_id=None,
                record_ids=finding.record_ids,
                because=_agreements(finding),
                by=by,
            )
            pair.save(update_fields=["case"])
            opened += 1
    return opened


def _linked_pair(pair_id: UUID, finding: Finding) -> LinkedPair:
    first, second = finding.record_ids
    return LinkedPair(
        id=pair_id,
        kind=KINDS[finding.verdict].value,
        first_id=first,
        second_id=second,
        weight=round(finding.waterfall.weight, 1),
        waterfall=finding.waterfall.stored(),
    )


def _agreements(finding: Finding) -> list[str]:
    """Which attributes agree, and how: "first_name_typo". No values."""
    return [
        f"{attribute.value}_{level.value}"
        for attribute, level in finding.waterfall.levels.items()
        if level not in _SAYS_NOTHING
    ]
