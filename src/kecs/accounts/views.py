"""The pages of this room: sign in and out, forgotten passwords and usernames, confirming an address."""

from collections.abc import Sequence
from typing import Any

from allauth.account import views as library
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, TemplateView
from django.views.i18n import set_language

from kecs.accounts import actions
from kecs.accounts.actions import Confirmation
from kecs.accounts.factors.doors import KeepsAccount
from kecs.accounts.forms import (
    ChangeEmailForm,
    ChoosePasswordForm,
    ForgotPasswordForm,
    ForgotUsernameForm,
    SignInForm,
)
from kecs.accounts.hashing import HashesPassword
from kecs.accounts.known_devices.cookie import tokens_of
from kecs.accounts.language import LANGUAGE_SESSION_KEY, in_own_language
from kecs.accounts.messages import NOT_CHECKED, password_rules
from kecs.accounts.queries import signed_in, state_of
from kecs.accounts.tokens import digest_of_token
from kecs.accounts.validators import suggestion_for_page
from kecs.guard.crowds import BoxInCrowds
from kecs.guard.limits import Limit
from kecs.guard.pace import take_one_time

CONFIRM_SESSION_KEY = "confirm_email"  # the digest of the token in the link that was opened


class SignInView(HashesPassword, BoxInCrowds, library.LoginView):
    """The portal's first page: the Sign In box, and Register under it.

    Where many fail, it has the box I'm not a robot; the adapter judges it, since it knows whose device this is.
    """

    crowd = Limit.SIGN_IN_FAILURES_PER_NETWORK
    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Goes on in the language just chosen, which the account keeps, or else in the account's own."""
        return in_own_language(self.request, super().form_valid(form))

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        """A refusal takes one time, whoever was named."""
        take_one_time(self.request)
        for problem in form.errors.as_data().get(NON_FIELD_ERRORS, []):
            if problem.code == NOT_CHECKED:
                self.robot_error = problem.message
        return super().form_invalid(form)


class SetLanguageView(View):
    """The switch in the head of every page."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Changes nothing, and goes back."""
        return set_language(request)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Changes the language of the pages, and that of the mails to whoever is signed in."""
        chosen = request.POST.get("language", "")
        if chosen in dict(settings.LANGUAGES):
            if request.user.is_authenticated:
                account_id = signed_in(request)
                actions.change_language(account_id=account_id, language=chosen, by=f"account:{account_id}")
            else:
                request.session[LANGUAGE_SESSION_KEY] = chosen
        return set_language(request)


class SignOutView(library.LogoutView):
    """Ends the session by POST; a GET asks first."""

    template_name = "accounts/sign_out.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """On a shared machine the back button shows nothing afterwards."""
        if request.user.is_authenticated:
            actions.note_sign_out(account_id=request.user.pk, by=f"account:{request.user.pk}")
        response: HttpResponse = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class ForgottenView(BoxInCrowds, FormView):
    """Asks for an address that anybody may type, and has a mail written there: from a crowded network with the robot check."""

    crowd = Limit.FORGOTTEN_PER_NETWORK

    def form_valid(self, form: Form) -> HttpResponse:
        """The answer is the same whether or not an account has the address."""
        if not self.passed_in_crowd(form):
            return self.form_invalid(form)
        take_one_time(self.request)
        self.ask(email=form.cleaned_data["email"], tokens=tokens_of(self.request))
        return super().form_valid(form)

    def ask(self, *, email: str, tokens: Sequence[str]) -> None:
        """Queue what there is to send."""
        raise NotImplementedError


class ForgotPasswordView(ForgottenView):
    """For a link to choose a new password."""

    form_class = ForgotPasswordForm
    template_name = "accounts/forgot_password.html"
    success_url = reverse_lazy("account_reset_password_done")

    def ask(self, *, email: str, tokens: Sequence[str]) -> None:
        """For the link."""
        actions.send_password_reset(email=email, tokens=tokens, by="anonymous")


class ForgotPasswordSentView(TemplateView):
    """Look in your mail."""

    template_name = "accounts/forgot_password_sent.html"


class ChoosePasswordView(HashesPassword, library.PasswordResetFromKeyView):
    """Where the link leads: a new password. The token leaves the URL before the form is shown."""

    form_class = ChoosePasswordForm
    template_name = "accounts/choose_password.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without script "Suggest a password" sends the form: nothing is set, and a suggestion stands in both boxes."""
        if "suggest" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.get_form_class()(user=self.reset_user, temp_key=self.key)
        return self.render_to_response(self.get_context_data(form=form, suggestion=form.suggest()))

    def form_valid(self, form: ChoosePasswordForm) -> HttpResponse:
        """Sets it and tells the owner."""
        response: HttpResponse = super().form_valid(form)
        actions.note_password_reset(account_id=self.reset_user.pk, by=f"account:{self.reset_user.pk}")
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the rules that a password must follow."""
        return {**super().get_context_data(**kwargs), "password_rules": password_rules()}


class SuggestPasswordView(View):
    """A fresh password for the script that fills the boxes. Nothing is kept, and nobody else can read the answer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Plain text, in words of the page's language."""
        return HttpResponse(suggestion_for_page(), content_type="text/plain; charset=utf-8")


class PasswordChosenView(TemplateView):
    """Sign in with the new password."""

    template_name = "accounts/password_chosen.html"


class ForgotUsernameView(ForgottenView):
    """For the usernames of the address."""

    form_class = ForgotUsernameForm
    template_name = "accounts/forgot_username.html"
    success_url = reverse_lazy("accounts:forgot_username_sent")

    def ask(self, *, email: str, tokens: Sequence[str]) -> None:
        """For the mail with them."""
        actions.send_usernames(email=email, tokens=tokens, by="anonymous")


class ForgotUsernameSentView(TemplateView):
    """Look in your mail."""

    template_name = "accounts/forgot_username_sent.html"


class ConfirmEmailLinkView(View):
    """Where the mailed link leads: the token's digest goes into the session, the token out of the URL."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Changes nothing else: programs that open links in mail confirm nothing."""
        request.session[CONFIRM_SESSION_KEY] = digest_of_token(token).hex()
        return redirect("accounts:confirm_email")


class ConfirmEmailView(View):
    """GET shows a button, POST confirms, for the signed-in owner of the address only."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The button, or the way to sign in first."""
        return render(request, "accounts/confirm_email.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Confirms and goes home; anything else says what to do next."""
        if not request.user.is_authenticated:
            return redirect("/?next=/confirm-email")
        outcome = actions.confirm_email(
            token_digest=bytes.fromhex(request.session.get(CONFIRM_SESSION_KEY, "")),
            account_id=request.user.pk,
            by=f"account:{request.user.pk}",
        )
        if outcome in {Confirmation.CONFIRMED, Confirmation.ALREADY}:
            request.session.pop(CONFIRM_SESSION_KEY, None)
            messages.success(request, _("Your email address is confirmed."))
            return redirect("home:home")
        return render(request, "accounts/confirm_email.html", {"outcome": outcome.value})


class ResendConfirmationView(KeepsAccount, View):
    """Sends the confirmation link once more."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Always the same answer."""
        account_id = signed_in(request)
        actions.resend_confirmation(account_id=account_id, by=f"account:{account_id}")
        messages.success(
            request, _("We are sending the email once more. The newest link is the one that works.")
        )
        return redirect("home:home")


class ChangeEmailView(KeepsAccount, FormView):
    """Another address, before the first was confirmed."""

    form_class = ChangeEmailForm
    template_name = "accounts/change_email.html"
    success_url = reverse_lazy("home:home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A confirmed address is not changed here."""
        if request.user.is_authenticated and state_of(signed_in(request)).email_confirmed:
            return redirect("home:home")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ChangeEmailForm) -> HttpResponse:
        """Sends the link to the new address."""
        account_id = signed_in(self.request)
        actions.change_unconfirmed_email(
            account_id=account_id, email=form.cleaned_data["email"], by=f"account:{account_id}"
        )
        messages.success(self.request, _("Your email address is changed. We are sending the link there."))
        return super().form_valid(form)


class AccountInactiveView(TemplateView):
    """The account was closed by staff."""

    template_name = "accounts/inactive.html"
