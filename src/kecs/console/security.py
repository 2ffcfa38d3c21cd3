"""The security officer's pages: who looked at people's data, what was tried, and whether the log is whole."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kecs.accounts.staff.queries import member, staff
from kecs.audit.queries import Recorded
from kecs.console.actions import look_at_looks
from kecs.console.gate import DeskView
from kecs.console.messages import EVENT_WORDS
from kecs.console.permissions import Function
from kecs.console.watching import SHOWN, looks_at, looks_of, watched
from kecs.records.holdings.queries import holder_of
from kecs.records.merging.queries import absorbed_into

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAYS = (7, 30, 90)
# What a row of the log is about, by the word before the colon.
SUBJECTS: dict[str, "StrOrPromise"] = {
    "account": _("account"),
    "case": _("case"),
    "correction": _("correction"),
    "document": _("document"),
    "export": _("export"),
    "import": _("import"),
    "limit": _("limit"),
    "mail": _("email"),
    "passkey": _("passkey"),
    "record": _("record"),
    "recovery": _("recovery"),
    "registration": _("registration"),
    "upload": _("file"),
}


def days_of(request: HttpRequest) -> int:
    """One of the choices, the shortest unless another was chosen."""
    chosen = request.GET.get("days", "")
    return int(chosen) if chosen in {str(days) for days in DAYS} else DAYS[0]


def told(rows: list[Recorded]) -> list[dict[str, Any]]:
    """Rows in words: when, who, what, and the words among the keys. Ids stay ids; the page of a person opens by its own right."""
    names = {f"account:{each.account_id}": each.username for each in staff()}
    return [
        {
            "at": row.at,
            "by": names.get(row.by, row.by),
            "words": EVENT_WORDS.get(row.code, row.code),
            "about": about(row.subject),
            "record": row.subject.removeprefix("record:") if row.subject.startswith("record:") else "",
            "account": row.subject.removeprefix("account:") if row.subject.startswith("account:") else "",
            "reason": row.keys.get("reason") or "",
        }
        for row in rows[:SHOWN]
    ]


def about(subject: str) -> str:
    """A word and the beginning of an id: enough to tell two rows apart, and narrow enough for a telephone."""
    kind, _colon, name = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {name[:8]}".strip()


class SecurityView(DeskView):
    """Numbers of some days, alarms one by one."""

    function = Function.SEE_SECURITY

    def get(self, request: HttpRequest) -> HttpResponse:
        """Of a week, unless a longer time is chosen."""
        days = days_of(request)
        found = watched(days=days, by=self.staff)
        context = {
            "days": days,
            "choices": DAYS,
            "kinds": [EVENT_WORDS.get(code, code) for code in found.kinds_of_looks],
            "watchers": [
                (each, [each.looks.get(code, 0) for code in found.kinds_of_looks]) for each in found.watchers
            ],
            "alarms": told(found.alarms),
            "found": found,
        }
        return render(request, "console/security.html", context)


class LooksOfView(DeskView):
    """What one member of staff looked at."""

    function = Function.SEE_SECURITY

    def get(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """The newest first."""
        try:
            name = member(account_id).username
        except ObjectDoesNotExist:
            raise Http404 from None
        days = days_of(request)
        rows = looks_of(account_id, days=days, by=self.staff)
        context = {"days": days, "choices": DAYS, "name": name, "rows": told(rows), "number": len(rows)}
        return render(request, "console/looks_of.html", context)


class LooksAtView(DeskView):
    """Who looked at one person, by her record, those that it absorbed, and the account that holds it."""

    function = Function.SEE_SECURITY

    def get(self, request: HttpRequest, record_id: UUID) -> HttpResponse:
        """Whom it is about is on the log, as every look is."""
        holder = holder_of(record_id)
        look_at_looks(record_id=record_id, by=self.staff)
        ids = [record_id, *absorbed_into(record_id), *([holder] if holder else [])]
        rows = looks_at(ids, by=self.staff)
        return render(request, "console/looks_at.html", {"rows": told(rows), "number": len(rows)})
