"""The director's weekly picture: how registering goes, where people turn back, whether mail arrives, what waits at the desk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from kecs.accounts.recovery.queries import open_recoveries
from kecs.audit.clock import portal_clock
from kecs.audit.queries import recorded_since
from kecs.audit.standby import read_from_standby
from kecs.console.gate import DeskView
from kecs.console.messages import KINDS, STAGES
from kecs.console.permissions import Function
from kecs.console.picture import CODES, Picture, Week, monday, picture
from kecs.mail.queries import became_since
from kecs.records.cases.queries import open_since
from kecs.records.targets import RECOVERY

WEEKS = 12
# Days from which on a case counts as older; the last column has no end.
AGES = (2, 7, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A number, and its share of the largest in its column, in percent: the length of a bar."""

    number: int
    percent: int


def bars(numbers: list[int]) -> list[Bar]:
    """As long as the largest is wide."""
    most = max(numbers, default=0) or 1
    return [Bar(number=number, percent=round(100 * number / most)) for number in numbers]


class WeeklyView(DeskView):
    """Twelve weeks. Holds numbers only, and none that stands for one person's name."""

    function = Function.SEE_WEEKLY

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page; it prints."""
        now = portal_clock()
        today = timezone.localdate(now)
        first = timezone.make_aware(
            datetime.combine(monday(today) - timedelta(weeks=WEEKS - 1), datetime.min.time())
        )
        # Twelve weeks of the log: the longest read of any page, and some seconds more or less are nothing to it.
        context = read_from_standby(lambda: self.numbers(first, today=today, now=now))
        return render(request, "console/weekly.html", context)

    def numbers(self, first: datetime, *, today: date, now: datetime) -> dict[str, Any]:
        """All that the page says."""
        seen = picture(self.happened(first), last=today, weeks=WEEKS)
        return {
            "made_at": now,
            "weeks": list(zip(seen.weeks, bars([week.accounts for week in seen.weeks]), strict=True)),
            "whole": seen.whole,
            "stages": self.stages(seen),
            "times": times(seen),
            "mails": mails(seen.weeks, became_since(first)),
            "cases": ages(now),
            "ages": AGES,
        }

    def happened(self, first: datetime) -> Iterator[tuple[date, str, Mapping[str, Any]]]:
        """What is counted, by the agency's days."""
        for row in recorded_since(first, codes=CODES):
            yield timezone.localdate(row.at), row.code, row.keys

    def stages(self, seen: Picture) -> list[tuple[Any, Any, Bar]]:
        """Words, numbers, bars."""
        stages = seen.stages
        lengths = bars([stage.people for stage in stages])
        return [(STAGES[stage.name], stage, length) for stage, length in zip(stages, lengths, strict=True)]


def times(seen: Picture) -> list[tuple[Week, str, Bar]]:
    """From search to Home Page, in minutes and seconds, by week."""
    lengths = bars([week.median_seconds or 0 for week in seen.weeks])
    return [
        (week, in_minutes(week.median_seconds), length)
        for week, length in zip(seen.weeks, lengths, strict=True)
    ]


def in_minutes(seconds: int | None) -> str:
    """As 2:05; nothing where nobody came."""
    return f"{seconds // 60}:{seconds % 60:02}" if seconds is not None else ""


def mails(weeks: list[Week], became: Mapping[tuple[date, str], int]) -> list[tuple[Week, dict[str, int]]]:
    """By week: how many arrived at the mail server, wait, or came back."""
    counted: dict[date, dict[str, int]] = {week.begins: {} for week in weeks}
    for (day, status), number in became.items():
        week = counted.get(monday(day))
        if week is not None:
            week[status] = week.get(status, 0) + number
    return [(week, counted[week.begins]) for week in weeks]


def ages(now: datetime) -> list[tuple[Any, list[int], int]]:
    """Open cases by kind: how many in each column of age, and in all."""
    waiting = [*open_since(), *((RECOVERY, asked.asked_at) for asked in open_recoveries())]
    counted: dict[str, list[int]] = {}
    for kind, opened_at in waiting:
        column = sum(now - opened_at >= timedelta(days=days) for days in AGES)
        counted.setdefault(kind, [0] * (len(AGES) + 1))[column] += 1
    return [(KINDS.get(kind, kind), numbers, sum(numbers)) for kind, numbers in sorted(counted.items())]
