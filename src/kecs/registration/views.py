"""One view a page of the front door: each asks flow whether it may be shown, binds a form, calls one action."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, TemplateView

from kecs.accounts.actions import UsernameTaken, sign_in
from kecs.accounts.factors.queries import has_second_factor
from kecs.accounts.hashing import HashesPassword
from kecs.accounts.messages import password_rules
from kecs.accounts.queries import password_is_right
from kecs.audit.clock import portal_clock
from kecs.guard.actions import count
from kecs.guard.checked import RobotChecked
from kecs.guard.crowds import counted_here
from kecs.guard.later import later
from kecs.guard.limits import Limit
from kecs.guard.network import network_of
from kecs.guard.pace import take_one_time
from kecs.guard.robot import Verdict
from kecs.guard.strict.actions import mailbox_asked
from kecs.matching.decide import Outcome
from kecs.records.holdings.actions import RecordTaken
from kecs.records.holdings.queries import holder_of
from kecs.registration import actions, flow, state
from kecs.registration.account_form import chosen_in, one_too_many
from kecs.registration.flow import Choice, Registration, Step
from kecs.registration.forms import AccountForm, NewAccountForm, NoSsnForm, SearchForm
from kecs.registration.mailbox.actions import may_search
from kecs.registration.mailbox.waiting import keep_search, proven_mailbox
from kecs.registration.messages import OTHER_TAB, START_AGAIN
from kecs.registration.queries import account_registered_with
from kecs.registration.searching import search_and_keep

ANYONE = "anonymous"
# Who pressed one of these is on file: what she typed is carried over and cannot be changed.
CLAIMS = frozenset({Choice.THIS_IS_ME, Choice.NOT_MY_ACCOUNT})


def place(step_number: int) -> dict[str, Any]:
    """Where the page stands in the flow, for the line "Step 2 of 3"."""
    return {
        "steps": [_("Find your record"), _("Is this you?"), _("Create your account")],
        "step_number": step_number,
    }


class FrontDoorView(View):
    """A page of the flow: for people who are not signed in, and only when the step was reached."""

    step: Step
    registration: Registration | None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Home for those who have an account; else the furthest step reached."""
        if request.user.is_authenticated:
            return redirect("home:home")
        self.registration = state.kept(request.session, now=portal_clock())
        if not self.may_go_on(request):
            if request.method == "POST":
                messages.warning(request, START_AGAIN)
            return redirect(f"registration:{flow.where_now(self.registration)}")
        return super().dispatch(request, *args, **kwargs)

    def may_go_on(self, request: HttpRequest) -> bool:
        """Whether the registration has come this far."""
        return flow.may_be_at(self.step, self.registration)

    def known(self) -> Registration:
        """The registration, on pages that come after a search."""
        if self.registration is None:
            raise LookupError("dispatch lets nobody here without a search")
        return self.registration

    def is_of_other_tab(self, request: HttpRequest) -> bool:
        """Whether the form was made for another search than the newest one of this session."""
        return request.POST.get("registration") != self.known().key


class SearchView(RobotChecked, FrontDoorView, FormView):
    """First name, last name, last 4, birth date, I'm not a robot, Search."""

    step = Step.SEARCH
    form_class = SearchForm
    template_name = "registration/search.html"
    without_script = False

    def form_valid(self, form: SearchForm) -> HttpResponse:
        """Counts the search, checks the box, and searches or has the search wait for a mailbox code."""
        request = self.request
        in_session, crowded = counted_here(
            session=(Limit.SEARCHES_PER_SESSION, state.visitor_of(request.session)),
            network=(Limit.SEARCHES_PER_NETWORK, network_of(request)),
            by=ANYONE,
        )
        if not in_session.allowed:
            return later(request, [in_session])
        if not self.robot_passed(form):
            return self.form_invalid(form)
        take_one_time(request)
        now = portal_clock()
        if not (mailbox_asked(by=ANYONE) or self.without_script or crowded):
            return search_and_keep(request, claim=form.claim, proven=False)
        mailbox = proven_mailbox(request.session, now=now)
        if mailbox and may_search(mailbox=mailbox, by=ANYONE):
            return search_and_keep(request, claim=form.claim, proven=True)
        request.session.cycle_key()
        keep_search(request.session, form.claim, now=now)
        return redirect("registration:mailbox")

    def judged(self, verdict: Verdict) -> Verdict:
        """Many without script behind one address are asked for a mailbox each; nobody is turned away."""
        self.without_script = verdict is Verdict.TOO_MANY
        return Verdict.PASSED if self.without_script else verdict

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With its place in the flow."""
        return {**super().get_context_data(**kwargs), **place(1)}


class MatchView(FrontDoorView):
    """What the search found: This is Me!, or Create New Account, or sign in."""

    step = Step.MATCH

    def get(self, request: HttpRequest) -> HttpResponse:
        """One page for each outcome; none shows what was not typed."""
        registration = self.known()
        return render(
            request,
            f"registration/match_{registration.outcome.value}.html",
            {"registration": registration, "claim": registration.claim, **place(2)},
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keeps the choice."""
        registration = self.known()
        if self.is_of_other_tab(request):
            messages.warning(request, OTHER_TAB)
            return redirect("registration:match")
        pressed = request.POST.get("choice", "")
        if pressed in list(Choice):
            registration = flow.chosen(flow.undone(registration, Step.MATCH) or registration, Choice(pressed))
            state.keep(request.session, registration)
            actions.note_choice(choice=Choice(pressed), by=ANYONE)
        return redirect(f"registration:{flow.where_now(registration)}")


class UsernameView(FrontDoorView):
    """The record is taken: mail the username of its account to the address on file."""

    step = Step.MATCH

    def get(self, request: HttpRequest) -> HttpResponse:
        """After the mail was asked for."""
        return render(request, "registration/username_sent.html", place(2))

    def post(self, request: HttpRequest) -> HttpResponse:
        """The same page whether or not there is an address."""
        registration = self.known()
        if registration.account_id:
            actions.send_username_on_file(account_id=UUID(registration.account_id), by=ANYONE)
        return redirect("registration:username")


class AccountView(HashesPassword, FrontDoorView):
    """Username, e-mail, password; for a new account also name, birth date and SSN. Ends on the Home Page."""

    step = Step.ACCOUNT

    def may_go_on(self, request: HttpRequest) -> bool:
        """A form that is sent again after its registration ended is led to its outcome, not turned away."""
        return super().may_go_on(request) or (request.method == "POST" and "registration" in request.POST)

    def form_class(self) -> type[AccountForm]:
        """The form for the road taken."""
        return AccountForm if self.known().choice in CLAIMS else NewAccountForm

    def form(self, data: Any = None) -> AccountForm:
        """Filled in with what was sent, if anything."""
        visitor = state.visitor_of(self.request.session)
        return self.form_class()(data, claim=self.known().claim, visitor=visitor)

    def suggest(self) -> HttpResponse:
        """The page once more, with what was typed and a password in both boxes. Nothing is judged, counted or kept."""
        visitor = state.visitor_of(self.request.session)
        form, suggestion = self.form_class().with_suggestion(
            self.request.POST.dict(), claim=self.known().claim, visitor=visitor
        )
        return self.page(form, suggestion=suggestion)

    def get(self, request: HttpRequest) -> HttpResponse:
        """An empty form, with what is known carried over."""
        return self.page(self.form())

    def page(self, form: AccountForm, suggestion: str = "") -> HttpResponse:
        """The page of the road taken."""
        road = "claim" if self.known().choice in CLAIMS else "new"
        context = {
            "form": form,
            "registration": self.known(),
            "claim": self.known().claim,
            "password_rules": password_rules(),
            "suggestion": suggestion,
            **place(3),
        }
        return render(self.request, f"registration/account_{road}.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Registers once, however often the form is sent."""
        key = request.POST.get("registration", "")
        if not flow.may_be_at(self.step, self.registration):
            return self.sent_again(key)
        if self.is_of_other_tab(request):
            messages.warning(request, OTHER_TAB)
            return redirect("registration:match")
        if "suggest" in request.POST:
            return self.suggest()
        form = self.form(request.POST)
        if not form.is_valid():
            account_id = account_registered_with(
                key
            )  # the same form, sent a moment before, took the username
            return self.home(account_id) if account_id else self.page(form)
        refused = one_too_many(request)
        if refused:
            return refused
        try:
            account_id = self.register(form)
        except UsernameTaken:
            form.add_error("username", form.username_taken())
            return self.page(form)
        except RecordTaken:
            state.keep(request.session, self.after_the_record_was_taken())
            return redirect("registration:match")
        except actions.AlreadyRegistered:
            return self.sent_again(key)
        return self.home(account_id)

    def after_the_record_was_taken(self) -> Registration:
        """Held by somebody else now; or, rarely, changed by an import meanwhile, so that it is found no more."""
        record_id = self.known().record_id
        account_id = holder_of(UUID(record_id)) if record_id else None
        if account_id:
            return replace(
                self.known(), outcome=Outcome.HELD, record_id=None, account_id=str(account_id), choice=None
            )
        return replace(self.known(), outcome=Outcome.NONE, record_id=None, choice=None)

    def register(self, form: AccountForm) -> UUID:
        """Runs the action of the road taken."""
        registration = self.known()
        new = chosen_in(form)
        began_at = state.began(self.request.session, now=portal_clock())
        if isinstance(form, NewAccountForm):
            return actions.create_account_and_record(
                key=registration.key,
                claim=form.new_claim,
                ssn=form.cleaned_data["ssn"],
                new=new,
                began_at=began_at,
                by=ANYONE,
            )
        if registration.choice is Choice.NOT_MY_ACCOUNT:
            return actions.contest_and_create_account(
                key=registration.key, claim=registration.claim, new=new, began_at=began_at, by=ANYONE
            )
        return actions.claim_and_create_account(
            key=registration.key,
            claim=registration.claim,
            record_id=UUID(registration.record_id),
            new=new,
            began_at=began_at,
            by=ANYONE,
        )

    def sent_again(self, key: str) -> HttpResponse:
        """The form of a registration that has ended: whoever knows its password is led home, others to sign in."""
        account_id = account_registered_with(key)
        typed = self.request.POST.get("password1", "")
        if account_id and has_second_factor(account_id):  # the password alone does not open it
            return redirect("account_login")
        # Counted for this form, apart from sign-in: eight copies at once are no failures of anybody's.
        counted = count(limit=Limit.FORM_SENT_AGAIN, subject=key, by=ANYONE)
        if account_id and counted.allowed and password_is_right(account_id, typed):
            return self.home(account_id)
        if account_id:
            return redirect("account_login")
        messages.warning(self.request, START_AGAIN)
        return redirect("registration:search")

    def home(self, account_id: UUID) -> HttpResponse:
        """Signed in, on the Home Page."""
        state.forget(self.request.session)
        sign_in(request=self.request, account_id=account_id, by=ANYONE)
        return redirect("home:home")


class NoSsnView(RobotChecked, FormView):
    """The road for people who have no SSN or do not give it: staff register them."""

    form_class = NoSsnForm
    template_name = "registration/no_ssn.html"
    success_url = reverse_lazy("registration:no_ssn_sent")

    def form_valid(self, form: NoSsnForm) -> HttpResponse:
        """A case for staff."""
        count(limit=Limit.NO_SSN_REQUESTS_PER_NETWORK, subject=network_of(self.request), by=ANYONE)
        if not self.robot_passed(form):
            return self.form_invalid(form)
        actions.ask_without_ssn(request=actions.RequestWithoutSsn(**form.cleaned_data), by=ANYONE)
        return super().form_valid(form)


class NoSsnSentView(TemplateView):
    """What happens next."""

    template_name = "registration/no_ssn_sent.html"


class LaterView(View):
    """Too many searches from one browser: when to come back, and whom to ask."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """429, so that programs understand it too."""
        return later(request)
