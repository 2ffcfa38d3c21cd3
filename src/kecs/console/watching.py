"""What the security officer watches: who looked at whom, what was tried, and whether the log is whole. Ids and words, nobody's data."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kecs.accounts.staff.queries import staff
from kecs.assurance.events import EvidenceGiven
from kecs.assurance.levels import EvidenceKind
from kecs.audit.clock import portal_clock
from kecs.audit.events import kinds
from kecs.audit.queries import Recorded, newest_anchor, newest_rows_hold, recorded_since, rows_recorded

# How many rows a page shows; the numbers above them count all.
SHOWN = 50
EVIDENCE = EvidenceGiven.code
BY_STAFF = frozenset({EvidenceKind.STAFF_CHECK.value, EvidenceKind.DISTRICT_CHECK.value})
LOOKED_BACK = timedelta(days=90)  # for the looks at one person


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """How often one member of staff looked at people's data, by kind of look."""

    account_id: str
    username: str
    looks: Mapping[str, int]

    @property
    def total(self) -> int:
        """Over all kinds."""
        return sum(self.looks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """How many claims were proved by the word of one member of staff."""

    account_id: str
    username: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tripped:
    """A limit that somebody reached: how many subjects, and when last."""

    limit: str
    times: int
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """Whether the newest rows of the log follow from each other, and how far it is written down elsewhere."""

    rows: int
    newest_hold: bool
    anchored_at: datetime | None
    anchored_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Everything on the page, for some days."""

    watchers: list[Watcher]
    vouchers: list[Voucher]
    kinds_of_looks: list[str]
    tripped: list[Tripped]
    alarms: list[Recorded]
    alarms_counted: int
    log: LogState


def looks() -> frozenset[str]:
    """The codes of events that say: staff saw somebody's data."""
    return frozenset(kind.code for kind in kinds() if kind.is_look)


def alarms() -> frozenset[str]:
    """The codes of events that are worth a look on their own."""
    return frozenset(kind.code for kind in kinds() if kind.is_alarm)


def watched(*, days: int, by: str) -> Watched:
    """The last days. `by` is asked for as of every query that shows what concerns people."""
    since = portal_clock() - timedelta(days=days)
    seen, alarming = looks(), alarms()
    counted: dict[str, Counter[str]] = {}
    found: list[Recorded] = []
    limits: dict[str, list[datetime]] = {}
    vouched: Counter[str] = Counter()
    for row in recorded_since(since, codes=seen | alarming | {"guard.limit_reached", EVIDENCE}):
        if row.code in seen:
            counted.setdefault(row.by, Counter())[row.code] += 1
        if row.code in alarming:
            found.append(row)
        if row.code == "guard.limit_reached":
            limits.setdefault(str(row.keys["limit"]), []).append(row.at)
        if row.code == EVIDENCE and row.keys["kind"] in BY_STAFF:
            vouched[row.by] += 1
    names = {f"account:{member.account_id}": member.username for member in staff()}
    return Watched(
        watchers=_watchers(counted, names),
        vouchers=_vouchers(vouched, names),
        kinds_of_looks=sorted({code for looked in counted.values() for code in looked}),
        tripped=_tripped(limits),
        alarms=found[: -SHOWN - 1 : -1],
        alarms_counted=len(found),
        log=log_state(),
    )


def _vouchers(vouched: Counter[str], names: Mapping[str, str]) -> list[Voucher]:
    rows = [
        Voucher(account_id=by.removeprefix("account:"), username=names.get(by, by), times=times)
        for by, times in vouched.items()
    ]
    return sorted(rows, key=lambda row: (-row.times, row.username))


def _watchers(counted: Mapping[str, Counter[str]], names: Mapping[str, str]) -> list[Watcher]:
    rows = [
        Watcher(account_id=by.removeprefix("account:"), username=names.get(by, by), looks=looked)
        for by, looked in counted.items()
    ]
    return sorted(rows, key=lambda row: (-row.total, row.username))


def _tripped(limits: Mapping[str, list[datetime]]) -> list[Tripped]:
    rows = [Tripped(limit=limit, times=len(at), last=max(at)) for limit, at in limits.items()]
    return sorted(rows, key=lambda row: (-row.times, row.limit))


def log_state() -> LogState:
    """A look at the end of the log; `kecs audit verify` walks it all."""
    anchor = newest_anchor()
    return LogState(
        rows=rows_recorded(),
        newest_hold=newest_rows_hold(),
        anchored_at=anchor.at if anchor else None,
        anchored_rows=anchor.end.sequence if anchor else 0,
    )


def looks_of(account_id: UUID, *, days: int, by: str) -> list[Recorded]:
    """What one member of staff looked at, the newest first."""
    since, who = portal_clock() - timedelta(days=days), f"account:{account_id}"
    return [row for row in recorded_since(since, codes=looks()) if row.by == who][::-1]


def looks_at(ids: Iterable[UUID], *, by: str) -> list[Recorded]:
    """Who looked at what belongs to these records and accounts in the last 90 days, the newest first."""
    wanted = {str(each) for each in ids}
    since = portal_clock() - LOOKED_BACK
    return [row for row in recorded_since(since, codes=looks()) if wanted & _named(row)][::-1]


def _named(row: Recorded) -> set[str]:
    """The ids that a look names: its subject's, and those in its keys."""
    named = {row.subject.rpartition(":")[2]}
    for value in row.keys.values():
        named |= {value} if isinstance(value, str) else set(value) if isinstance(value, list) else set()
    return named
