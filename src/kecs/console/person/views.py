"""A person's page: record, accounts, mails, cases, timeline. It asks why first, and the look is on the log before it is shown."""

from time import time
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from kecs.accounts.help_desk.queries import named
from kecs.accounts.staff.roles import StaffRole
from kecs.console.gate import DeskView
from kecs.console.messages import CASE_OUTCOMES, KINDS, LOOK_REASONS, STATES
from kecs.console.permissions import Fact, Function, may, may_see
from kecs.console.person.actions import look_at_person
from kecs.console.person.offers import holds_of, links_of, offers_for_person, offers_for_side, person_url
from kecs.console.person.queries import (
    PersonPage,
    Side,
    Whom,
    demand_other_person,
    person_page,
    whom_of_account,
    whom_of_record,
)
from kecs.console.repairs import LookReason
from kecs.records.merging.queries import living_record

WHY_SESSION_KEY = "looking"
# A call takes so long; whoever comes back to the page after it says again why.
WHY_LASTS = 30 * 60
MOST_REMEMBERED = 40


class PersonRequired(View):
    """Mixin of every page about one person: whose it is, and why somebody looks. Stands before the door of the desk."""

    staff: str
    roles: frozenset[StaffRole]
    whom: Whom

    def find(self, *, record_id: UUID | None = None, account_id: UUID | None = None) -> None:
        """Whose page this address is, also where her record was merged away. Raises Http404, OwnRecord and OwnAccount."""
        living = living_record(record_id) if record_id is not None else None
        if living is not None:
            self.whom = whom_of_record(living)
        elif account_id is not None and named([account_id]):
            self.whom = whom_of_account(account_id)
        else:
            raise Http404
        demand_other_person(self.whom, by=self.staff)

    def why(self) -> LookReason | None:
        """The reason that was given for this person in this session, while it lasts."""
        word, since = self.request.session.get(WHY_SESSION_KEY, {}).get(self.whom.subject, ("", 0))
        return LookReason(word) if time() - since < WHY_LASTS else None

    def remember_why(self, why: LookReason) -> None:
        """For the next half hour, for this person: her record, and each account that its page shows."""
        known = dict(self.request.session.get(WHY_SESSION_KEY, {}))
        for subject in self.whom.subjects:
            known.pop(subject, None)
            known[subject] = (why.value, time())
        self.request.session[WHY_SESSION_KEY] = dict(list(known.items())[-MOST_REMEMBERED:])

    def looked_at(self, *, before: int | None = None) -> PersonPage | None:
        """The page, once the look is recorded; None until a reason is given. Raises Http404, OwnRecord, OwnAccount."""
        why = self.why()
        if why is None:
            return None
        look_at_person(whom=self.whom, why=why, by=self.staff)
        try:
            return person_page(self.whom, before=before, by=self.staff)
        except ObjectDoesNotExist:  # gone this very moment
            raise Http404 from None


class PersonView(PersonRequired, DeskView):
    """The page of a record, or of an account that holds none. POST gives the reason for looking."""

    function = Function.SEE_PERSON

    def get(
        self, request: HttpRequest, record_id: UUID | None = None, account_id: UUID | None = None
    ) -> HttpResponse:
        """One page, whichever side one comes from: an account leads to the record that it holds, a record to what absorbed it."""
        self.find(record_id=record_id, account_id=account_id)
        if self.whom.record_id not in {None, record_id}:
            return redirect(person_url(self.whom))
        page = self.looked_at(before=_number(request.GET.get("before", "")))
        if page is None:
            return render(request, "console/why.html", {"reasons": LOOK_REASONS})
        return render(request, "console/person.html", self.context(page))

    def post(
        self, request: HttpRequest, record_id: UUID | None = None, account_id: UUID | None = None
    ) -> HttpResponse:
        """To the page, or back to the question."""
        self.find(record_id=record_id, account_id=account_id)
        word = request.POST.get("why", "")
        if word in set(LookReason):
            self.remember_why(LookReason(word))
        return redirect(person_url(self.whom))

    def context(self, page: PersonPage) -> dict[str, Any]:
        """What these roles see of a person in this state, and what they can do."""
        offers = offers_for_person(page, roles=self.roles)
        sides = [self.side(side) for side in page.sides]
        again = {name: url for part in reversed(sides) for name, url in part["offers"].items()}
        return {
            "page": page,
            "state": STATES[page.state],
            "sees": {fact.value: may_see(self.roles, fact, page.state) for fact in Fact},
            "sides": sides,
            "offers": offers,
            "troubles": links_of(page, roles=self.roles),
            "reveals": page.file is not None and page.file.whole_ssn and self.may_reveal(page),
            "merges": page.file is not None and may(self.roles, Function.MERGE_RECORDS),
            "holds": holds_of(page),
            "mails": [
                (mail, again.get(mail.again.name.lower()) if mail.again else None) for mail in page.mails
            ],
            "cases": [
                (case, KINDS.get(case.kind, case.kind), CASE_OUTCOMES.get(case.outcome, case.outcome))
                for case in page.cases
            ],
        }

    def side(self, side: Side) -> dict[str, Any]:
        """One account, by where it stands."""
        return {
            "side": side,
            "words": STATES[side.state],
            "sees": {fact.value: may_see(self.roles, fact, side.state) for fact in Fact},
            "offers": offers_for_side(side, roles=self.roles),
        }

    def may_reveal(self, page: PersonPage) -> bool:
        """The link to the whole number."""
        return may(self.roles, Function.REVEAL_SSN) and may_see(self.roles, Fact.SSN, page.state)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
