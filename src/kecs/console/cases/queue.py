"""The queue: cases and recoveries in one list, the next target date first, with who works on each. It names no person."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from kecs.accounts.queries import signed_in, usernames_of
from kecs.accounts.recovery.queries import QueuedRecovery, decided_recoveries, queued_recoveries
from kecs.audit.clock import portal_clock
from kecs.console.cases.messages import DATE_PASSED, DUE_TODAY, LATE, ONE_AGREED, STARTED_BY_COLLEAGUE
from kecs.console.gate import DeskView
from kecs.console.messages import CASE_OUTCOMES, KINDS, RECOVERY_ENDS
from kecs.console.permissions import Function
from kecs.records.cases.queries import (
    Counted,
    QueuedCase,
    Wanted,
    closed_cases,
    counted_cases,
    queued_cases,
)
from kecs.records.targets import RECOVERY, days_late, due_on

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAGE = 25
CLOSED_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of the queue is wanted, as the address of the page says it."""

    kind: str = ""
    whose: str = ""  # "mine", "nobodys", or all
    state: str = ""  # "late", "closed", or all that is open
    after: str = ""  # the place after which this page begins

    @property
    def closed(self) -> bool:
        """What was closed lately, instead of what waits."""
        return self.state == "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the queue."""

    id: UUID
    kind: str
    words: "StrOrPromise"
    url: str
    opened_at: datetime
    due_on: date
    taken_by: UUID | None
    closed_at: datetime | None
    ended: "StrOrPromise" = ""
    more: "StrOrPromise" = ""  # beside the words
    whose: str = ""  # a colleague's username
    late: "StrOrPromise" = ""

    @property
    def number(self) -> str:
        """By which two clerks speak of it."""
        return self.id.hex[:8].upper()

    @property
    def place(self) -> tuple[date, datetime, UUID]:
        """Where it stands in the queue."""
        return (self.due_on, self.opened_at, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A page of the queue, how much there is in all, and where the next page begins."""

    lines: list[Line]
    counts: list[Counted]
    next: str

    @property
    def total(self) -> Counted:
        """Of all kinds together."""
        sums = (
            sum(getattr(each, name) for each in self.counts) for name in ("all", "mine", "nobodys", "late")
        )
        every, mine, nobodys, late = sums
        return Counted(kind="", all=every, mine=mine, nobodys=nobodys, late=late)


def queue_page(wanted: Filter, *, me: UUID, recoveries: bool) -> Queue:
    """At most five statements, however much waits. `recoveries` for those only who may decide them."""
    lost = queued_recoveries() if recoveries else []
    counts = _counts(lost, me=me)
    decided = decided_recoveries(since=_since()) if recoveries and wanted.closed else []
    lines = _closed(wanted, decided, me=me) if wanted.closed else _waiting(wanted, lost, me=me)
    shown, more = lines[:PAGE], len(lines) > PAGE
    names = usernames_of(line.taken_by for line in shown if line.taken_by)
    shown = [_dressed(line, names) for line in shown]
    return Queue(lines=shown, counts=counts, next=_place_of(shown[-1], wanted) if more else "")


def _today() -> date:
    return timezone.localdate()


def _counts(recoveries: list[QueuedRecovery], *, me: UUID) -> list[Counted]:
    counts = counted_cases(mine=me, today=_today())
    if recoveries:
        lines = [_of_recovery(each) for each in recoveries]
        counts.append(
            Counted(
                kind=RECOVERY,
                all=len(lines),
                mine=sum(line.taken_by == me for line in lines),
                nobodys=sum(line.taken_by is None for line in lines),
                late=sum(line.due_on < _today() for line in lines),
            )
        )
    return counts


def _wanted(wanted: Filter, me: UUID) -> Wanted:
    return Wanted(
        kind=wanted.kind,
        taken_by=me if wanted.whose == "mine" else None,
        nobodys=wanted.whose == "nobodys",
        due_before=_today() if wanted.state == "late" else None,
    )


def _waiting(wanted: Filter, recoveries: list[QueuedRecovery], *, me: UUID) -> list[Line]:
    after, asked = _read_place(wanted.after), _wanted(wanted, me)
    cases = []
    if wanted.kind != RECOVERY:
        cases = [_of_case(each) for each in queued_cases(asked, after=after, most=PAGE + 1)]
    others = (
        line
        for line in map(_of_recovery, recoveries)
        if _is_wanted(line, asked) and (after is None or line.place > after)
    )
    return sorted([*cases, *islice(others, PAGE + 1)], key=lambda line: line.place)


def _since() -> datetime:
    return portal_clock() - timedelta(days=CLOSED_DAYS)


def _closed(wanted: Filter, decided: list[QueuedRecovery], *, me: UUID) -> list[Line]:
    since, before = _since(), _read_moment(wanted.after)
    asked = _wanted(wanted, me)
    cases = []
    if wanted.kind != RECOVERY:
        cases = [_of_case(each) for each in closed_cases(asked, since=since, before=before, most=PAGE + 1)]
    others = (
        line
        for line in map(_of_recovery, decided)
        if _is_wanted(line, asked) and (before is None or (line.closed_at or since) < before)
    )
    lines = [*cases, *islice(others, PAGE + 1)]
    return sorted(lines, key=lambda line: (line.closed_at or since, line.id), reverse=True)


def _is_wanted(line: Line, wanted: Wanted) -> bool:
    whose = line.taken_by == wanted.taken_by if wanted.taken_by or wanted.nobodys else True
    late = wanted.due_before is None or line.due_on < wanted.due_before
    return wanted.kind in {"", RECOVERY} and whose and late


def _of_case(case: QueuedCase) -> Line:
    return Line(
        id=case.case_id,
        kind=case.kind,
        words=KINDS.get(case.kind, case.kind),
        url=reverse("console:case", args=[case.case_id]),
        opened_at=case.opened_at,
        due_on=case.due_on,
        taken_by=case.taken_by,
        closed_at=case.closed_at,
        ended=CASE_OUTCOMES.get(case.outcome, case.outcome),
    )


def _of_recovery(asked: QueuedRecovery) -> Line:
    opened = timezone.localdate(asked.opened_at)
    return Line(
        id=asked.id,
        kind=RECOVERY,
        words=KINDS[RECOVERY],
        more=STARTED_BY_COLLEAGUE if asked.started else ONE_AGREED if asked.agreed else "",
        url=reverse("console:recovery", args=[asked.id]),
        opened_at=asked.opened_at,
        due_on=due_on(kind=RECOVERY, opened=opened, holidays=settings.KECS_HOLIDAYS),
        taken_by=asked.taken_by,
        closed_at=asked.decided_at,
        ended=RECOVERY_ENDS.get(asked.status, ""),
    )


def _dressed(line: Line, names: dict[UUID, str]) -> Line:
    """With the name of who has it, and how late it is."""
    whose = names.get(line.taken_by, "") if line.taken_by else ""
    return replace(line, whose=whose, late="" if line.closed_at else lateness(line.due_on))


def lateness(due: date) -> "StrOrPromise":
    """In words: due today, or how many working days late; nothing before that."""
    days = days_late(due=due, today=_today(), holidays=settings.KECS_HOLIDAYS)
    if days:
        return LATE % {"days": days}
    if due < _today():  # and today is a free day
        return DATE_PASSED
    return DUE_TODAY if due == _today() else ""


def _place_of(line: Line, wanted: Filter) -> str:
    if wanted.closed:
        return line.closed_at.isoformat() if line.closed_at else ""
    return f"{line.due_on.isoformat()}_{line.opened_at.isoformat()}_{line.id}"


def _read_place(after: str) -> tuple[date, datetime, UUID] | None:
    """None for what is no place: whoever writes an address of her own gets the first page."""
    try:
        due, opened, line_id = after.split("_")
        due_day, opened_at = parse_date(due), _read_moment(opened)
        return (due_day, opened_at, UUID(line_id)) if due_day and opened_at else None
    except ValueError:
        return None


def _read_moment(written: str) -> datetime | None:
    """None for what is none, and for one at the end of all days, which another time zone or a database cannot say."""
    try:
        moment = parse_datetime(written)
        return moment.astimezone(UTC) if moment and timezone.is_aware(moment) else None
    except (ValueError, OverflowError):
        return None


def chosen(given: Any) -> Filter:
    """The filter of an address; what is no choice is no filter."""
    whose, state = given.get("whose", ""), given.get("state", "")
    kind, after = given.get("kind", ""), given.get("after", "")
    place = _read_moment(after) if state == "closed" else _read_place(after)
    return Filter(
        kind=kind if kind in KINDS else "",
        whose=whose if whose in {"mine", "nobodys"} else "",
        state=state if state in {"late", "closed"} else "",
        after=after if place else "",
    )


class QueueView(DeskView):
    """What waits for staff, and what was closed lately."""

    function = Function.SEE_CASES

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of it, filtered by the address."""
        wanted = chosen(request.GET)
        queue = queue_page(wanted, me=signed_in(request), recoveries=self.may(Function.DECIDE_RECOVERY))
        by_kind = {each.kind: each.all for each in queue.counts}
        context = {
            "queue": queue,
            "filter": wanted,
            "kinds": [(kind, words, by_kind.get(kind, 0)) for kind, words in KINDS.items()],
            "me": signed_in(request),
            "today": _today(),
            "closed_days": CLOSED_DAYS,
        }
        return render(request, "console/queue.html", context)
