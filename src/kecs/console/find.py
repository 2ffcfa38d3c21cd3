"""Find a person: one box, and the closest people. What was typed goes by POST and is kept sealed, so that a reload and
the browser's way back show the list again; each time it is on the log before it is shown."""

import json
from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.levels import State
from kecs.audit.clock import portal_clock
from kecs.console.actions import TooManySearches, begin_search, find_people
from kecs.console.gate import DeskView
from kecs.console.permissions import Fact, Function, may_see
from kecs.pii.fields import sealed_text, unsealed_text
from kecs.pii.seal import SealBroken
from kecs.records.finding.people import Because, PersonFound
from kecs.records.finding.typed import MOST_TYPED, Sought, understood
from kecs.records.kinds import AssuranceLevel
from kecs.ui.widgets import TextInput

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SESSION_KEY = "sought"
KEPT_FOR = timedelta(minutes=30)
WHAT_TO_TYPE = _(
    "A name or a part of it, a former name, an email, a username, a record number, "
    "or the last four digits of the social with the birth date: 7752 07/21/1990"
)
TYPE_WHOM = _("Type whom you look for.")
WHAT_TO_TYPE_OF_NAMES = _("A name or a part of it, a former name, a username, or a record number")
NOT_YOURS = _("Your role does not search by this. Type one of the things below the box.")
NOT_UNDERSTOOD = _("We cannot tell what this is. Type one of the things below the box.")
# These show digits of a social: the box is empty when the page comes back.
NOT_SHOWN_AGAIN = frozenset({Sought.LAST4_AND_BIRTH_DATE, Sought.NAME_AND_FACT, Sought.WHOLE_SSN})
# A list of whom an address or a number leads to tells that it is hers: only those who see it on her page look for it.
FACTS: dict[Sought, frozenset[Fact]] = {
    Sought.EMAIL: frozenset({Fact.ADDRESSES}),
    Sought.LAST4_AND_BIRTH_DATE: frozenset({Fact.SSN_MASKED, Fact.BIRTH_DATE}),
    Sought.NAME_AND_FACT: frozenset({Fact.SSN_MASKED, Fact.BIRTH_DATE}),
}

WHY: dict[Because, "StrOrPromise"] = {
    Because.NAME: _("the name"),
    Because.BEGINNING: _("the beginning of the name"),
    Because.NICKNAME: _("another form of the first name"),
    Because.PART_OF_NAME: _("a part of the name"),
    Because.MIDDLE_NAME: _("the middle name"),
    Because.FORMER_NAME: _("a former name"),
    Because.STATED_NAME: _("the name given with the account"),
    Because.CONTACT_EMAIL: _("the email on file"),
    Because.ACCOUNT_EMAIL: _("the email of the account"),
    Because.USERNAME: _("the username"),
    Because.NUMBER: _("the record number"),
    Because.LAST4_AND_BIRTH_DATE: _("the last four digits and the birth date"),
    Because.NAME_AND_FACT: _("the name with the date or the digits"),
}
STANDING: dict[State | None, "StrOrPromise"] = {
    None: _("No account"),
    State.UNDER_REVIEW: _("Has an account; our staff look at it"),
    State.CONTESTING: _("Has an account that says a taken record is this person's"),
    State.PROVISIONAL: _("Has an account that has not proved the record yet"),
    State.VERIFIED: _("Has an account that has proved the record"),
    State.FROZEN: _("Has an account; the record is on hold"),
}
_STATES = {
    AssuranceLevel.UNDER_REVIEW: State.UNDER_REVIEW,
    AssuranceLevel.PROVISIONAL: State.PROVISIONAL,
    AssuranceLevel.VERIFIED: State.VERIFIED,
}


def may_seek(roles: Collection[StaffRole], sought: Sought) -> bool:
    """Whether somebody with these roles may look for this."""
    return all(may_see(roles, fact, None) for fact in FACTS.get(sought, ()))


class FindForm(forms.Form):
    """The box."""

    person = forms.CharField(
        label=_("Who?"),
        help_text=WHAT_TO_TYPE,
        max_length=MOST_TYPED,
        widget=TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": TYPE_WHOM,
            "max_length": NOT_UNDERSTOOD,
            "null_characters_not_allowed": NOT_UNDERSTOOD,
        },
    )

    def __init__(self, roles: Collection[StaffRole], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.roles = roles
        if not all(may_seek(roles, sought) for sought in FACTS):
            self.fields["person"].help_text = WHAT_TO_TYPE_OF_NAMES

    def clean_person(self) -> str:
        """Refuses what nobody could look up, and says what may be typed."""
        text: str = self.cleaned_data["person"]
        sought = understood(text, today=timezone.localdate()).sought
        if sought in {Sought.NOT_UNDERSTOOD, Sought.NOTHING}:
            raise forms.ValidationError(NOT_UNDERSTOOD)
        if not may_seek(self.roles, sought):
            raise forms.ValidationError(NOT_YOURS)
        return text


class FindView(DeskView):
    """The box, and below it whom it found."""

    function = Function.FIND_PERSON

    def get(self, request: HttpRequest) -> HttpResponse:
        """The people of the last search in this session, if there is one."""
        text = self.kept()
        typed = understood(text, today=timezone.localdate())
        if not text or not may_seek(self.roles, typed.sought):  # a role may be gone since
            return self.page(FindForm(self.roles))
        finds = find_people(typed=typed, by=self.staff)
        shown = "" if typed.sought in NOT_SHOWN_AGAIN else text
        lines = [self.line(person) for person in finds.people]
        context: dict[str, Any] = {"searched": True, "lines": lines, "more": finds.more}
        context["whole_ssn"] = typed.sought is Sought.WHOLE_SSN
        return self.page(FindForm(self.roles, initial={"person": shown}), **context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keeps what was typed, and leads to the list."""
        form = FindForm(self.roles, request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            begin_search(by=self.staff)
        except TooManySearches:
            return self.page(form, too_many=True, status=429)
        self.keep(form.cleaned_data["person"])
        return redirect("console:find")

    def page(self, form: FindForm, *, status: int = 200, **context: Any) -> HttpResponse:
        """The box above everything."""
        return render(self.request, "console/find.html", {"form": form, **context}, status=status)

    def line(self, person: PersonFound) -> dict[str, Any]:
        """What her roles let her see of this person."""
        state = state_of(person)
        return {
            "person": person,
            "why": WHY[person.because],
            "standing": STANDING[state]
            if person.record_id or person.contests
            else _("Has an account, and no record"),
            "birth_year": person.birth_year if may_see(self.roles, Fact.BIRTH_DATE, state) else "",
            "ssn_masked": person.ssn_masked if may_see(self.roles, Fact.SSN_MASKED, state) else "",
        }

    def keep(self, text: str) -> None:
        """For half an hour, and for her alone."""
        content = json.dumps({"text": text, "at": portal_clock().isoformat()})
        sealed = sealed_text(content, f"console.sought:{self.staff}")
        self.request.session[SESSION_KEY] = b64encode(sealed).decode()

    def kept(self) -> str:
        """What was typed last, or nothing."""
        try:
            sealed = b64decode(self.request.session.get(SESSION_KEY, ""))
            content = json.loads(unsealed_text(sealed, f"console.sought:{self.staff}")) if sealed else {}
        except SealBroken:  # the key was rotated away, or a colleague's session was here
            return ""
        if not content or portal_clock() - datetime.fromisoformat(content["at"]) > KEPT_FOR:
            return ""
        return str(content["text"])


def state_of(person: PersonFound) -> State | None:
    """As the table of facts knows it; None where no account has the record."""
    if person.contests:
        return State.CONTESTING
    if person.level is None:
        return None
    return State.FROZEN if person.frozen else _STATES[person.level]
