"""Signing in beyond the password: the second step, a passkey alone, and showing again who is there."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.generic import FormView

from kecs.accounts.actions import note_failed_sign_in, try_password
from kecs.accounts.factors import actions, passkeys
from kecs.accounts.factors.actions import CodeVerdict
from kecs.accounts.factors.doors import KeepsAccount
from kecs.accounts.factors.forms import CodeForm, PasswordAgainForm
from kecs.accounts.factors.gate import TYPED_SESSION_KEY
from kecs.accounts.factors.kinds import Factor
from kecs.accounts.factors.messages import (
    CODE_WRONG,
    PASSKEY_FAILED,
    PASSKEY_NEEDS_SCRIPT,
    PASSKEY_SIGN_IN_FAILED,
    PASSWORD_WRONG,
    RECOVERY_CODE_WRONG,
    TOO_MANY_CODES,
    TYPED_IS_KEPT,
)
from kecs.accounts.factors.passkeys import PasskeyRefused, Purpose
from kecs.accounts.factors.queries import factors_of
from kecs.accounts.fresh import note_fresh
from kecs.accounts.hashing import HashesPassword
from kecs.accounts.language import in_own_language
from kecs.accounts.models import User
from kecs.accounts.queries import signed_in


def note_factor(request: HttpRequest, account: User, factor: Factor, **more: bool) -> None:
    """In the session: this account's person has shown this factor."""
    record_authentication(request, account, method="mfa", type=factor.value, **more)


class AsksFactor(FormView):
    """A page that takes a code or, with script, a passkey, from a person whom it knows."""

    form_class: type[forms.Form] = CodeForm
    purpose: Purpose
    takes_recovery_codes = True

    def person(self) -> User:
        """Who should be there."""
        raise NotImplementedError

    def go_on(self, factor: Factor) -> HttpResponse:
        """What follows when she is."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A passkey comes in a form of its own."""
        if "credential" in request.POST:
            return self.passkey_shown(request.POST["credential"])
        return super().post(request, *args, **kwargs)

    def passkey_shown(self, text: str) -> HttpResponse:
        """Signed by one of this account's passkeys, or not."""
        person = self.person()
        by = f"account:{person.pk}"
        try:
            shown = passkeys.shown(self.request, self.purpose, text, person)
        except PasskeyRefused:
            actions.note_failed_passkey(account_id=person.pk, by=by)
            form = self.form_class(data={})
            form.errors.clear()
            form.add_error(None, PASSKEY_FAILED if text else PASSKEY_NEEDS_SCRIPT)
            return self.form_invalid(form)
        actions.use_passkey(account_id=person.pk, passkey_id=shown.passkey_id, by=by)
        return self.go_on(Factor.PASSKEY)

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """The code is used up, or refused with words."""
        person = self.person()
        verdict = actions.use_code(
            account_id=person.pk,
            typed=form.cleaned_data["code"],
            recovery=self.takes_recovery_codes,
            by=f"account:{person.pk}",
        )
        if verdict in {CodeVerdict.AUTHENTICATOR, CodeVerdict.RECOVERY_CODE}:
            return self.go_on(Factor(verdict.value))
        wrong = CODE_WRONG if factors_of(person.pk).authenticator else RECOVERY_CODE_WRONG
        form.add_error("code", TOO_MANY_CODES if verdict is CodeVerdict.TOO_MANY else wrong)
        return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the account has, and the question for a passkey where it has one."""
        factors = factors_of(self.person().pk)
        context = {**super().get_context_data(**kwargs), "factors": factors}
        if factors.passkeys:
            context["passkey_options"] = passkeys.request_options(self.request, self.purpose, self.person())
        return context


@method_decorator(
    login_stage_required(stage="mfa_authenticate", redirect_urlname="account_login"), name="dispatch"
)
class SecondStepView(AsksFactor):
    """After the right password: a code, a recovery code or a passkey. There is no session of the account yet."""

    template_name = "accounts/factors/second_step.html"
    purpose = Purpose.SECOND_STEP

    def person(self) -> User:
        """Whose password was right."""
        person: User = self.stage().login.user
        return person

    def stage(self) -> Any:
        """The library's note of the sign-in that is under way."""
        return self.request._login_stage  # type: ignore[attr-defined]  # put there by the decorator

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Or back to the Sign In box, as somebody else."""
        if "start_again" in request.POST:
            abandoned: HttpResponse = self.stage().abort()
            return abandoned
        return super().post(request, *args, **kwargs)

    def go_on(self, factor: Factor) -> HttpResponse:
        """Signed in."""
        note_factor(self.request, self.person(), factor)
        return in_own_language(self.request, self.stage().exit())


class PasskeyOptionsView(View):
    """The question that a passkey answers when somebody signs in with it alone; the same for everybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A new question, kept in the session."""
        return JsonResponse(passkeys.request_options(request, Purpose.SIGN_IN))


class PasskeySignInView(View):
    """Signing in with a passkey alone: it is two factors at once, for the device has checked the person."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Signed in, or back at the Sign In box."""
        if request.user.is_authenticated:
            return redirect("home:home")
        text = request.POST.get("credential", "")
        try:
            shown = passkeys.shown(request, Purpose.SIGN_IN, text)
        except PasskeyRefused:
            note_failed_sign_in(by="anonymous")
            messages.error(request, PASSKEY_SIGN_IN_FAILED if text else PASSKEY_NEEDS_SCRIPT)
            return redirect("account_login")
        actions.use_passkey(
            account_id=shown.account.pk, passkey_id=shown.passkey_id, by=f"account:{shown.account.pk}"
        )
        note_factor(request, shown.account, Factor.PASSKEY, passwordless=True)
        login = Login(user=shown.account, redirect_url=get_next_redirect_url(request))
        return in_own_language(request, perform_login(request, login))


class ConfirmAgainView(HashesPassword, KeepsAccount, AsksFactor):
    """Before a risky act: the password, a code or a passkey once more. Recovery codes are for signing in only.

    With `second` in the address, staff show the second factor, for which the password is no substitute.
    """

    template_name = "accounts/factors/confirm_again.html"
    purpose = Purpose.AGAIN
    takes_recovery_codes = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Chooses what is asked: the password, unless a code is wanted or needed."""
        self.by_code = "code" in request.GET or "second" in request.GET
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        """One question at a time."""
        return CodeForm if self.by_code else PasswordAgainForm

    def person(self) -> User:
        """Who is signed in."""
        return User.objects.get(pk=signed_in(self.request))

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """The password is tried as in the Sign In box, with the same count."""
        if self.by_code:
            return super().form_valid(form)
        account_id = signed_in(self.request)
        password = form.cleaned_data["password"]
        if not try_password(account_id=account_id, password=password, by=f"account:{account_id}"):
            form.add_error("password", PASSWORD_WRONG)
            return self.form_invalid(form)
        return self.go_on(Factor.PASSWORD)

    def go_on(self, factor: Factor) -> HttpResponse:
        """Back to where she wanted to go."""
        account_id = signed_in(self.request)
        if factor is not Factor.PASSWORD:
            note_factor(self.request, self.person(), factor, reauthenticated=True)
        note_fresh(self.request, account_id)
        actions.note_shown_again(account_id=account_id, factor=factor, by=f"account:{account_id}")
        if TYPED_SESSION_KEY in self.request.session:
            messages.info(self.request, TYPED_IS_KEPT)
        return redirect(get_next_redirect_url(self.request) or "accounts:account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The address is kept for the other ways of showing it."""
        asked = self.request.GET.copy()
        asked.pop("code", None)
        second = "second" in self.request.GET
        return {
            **super().get_context_data(**kwargs),
            "by_code": self.by_code,
            "second": second,
            "asked": asked.urlencode(),
        }
