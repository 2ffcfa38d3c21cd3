"""My account: the overview, the password, what happened, and the pages that set second factors up."""

from base64 import b64encode
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView, TemplateView
from qrcode.image.svg import SvgPathFillImage

from kecs.accounts.actions import hash_of
from kecs.accounts.factors import actions, passkeys, totp
from kecs.accounts.factors.activity import recent_activity
from kecs.accounts.factors.doors import ChangesAccount, KeepsAccount
from kecs.accounts.factors.forms import ChangePasswordForm, CodeForm, PasskeyNameForm
from kecs.accounts.factors.kinds import Factor
from kecs.accounts.factors.messages import CODE_WRONG, PASSKEY_FAILED, PASSKEY_NEEDS_SCRIPT
from kecs.accounts.factors.passkeys import PasskeyRefused
from kecs.accounts.factors.queries import Passkey, factors_of
from kecs.accounts.factors.second_step import note_factor
from kecs.accounts.fresh import note_fresh
from kecs.accounts.hashing import HashesPassword
from kecs.accounts.messages import password_rules
from kecs.accounts.models import User
from kecs.accounts.queries import signed_in, state_of

SECRET_SESSION_KEY = "authenticator_secret"  # noqa: S105 - the name of a place in the session, which is sealed
CODES_SESSION_KEY = "recovery_codes"  # until she says that she has kept them


def _address_of(name: str) -> str:
    """The path of a page that another part of this room may have; "" where it is not there."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _new_codes(request: HttpRequest, account_id: UUID) -> None:
    """Made, and kept in the session for the one page that shows them."""
    codes = actions.make_recovery_codes(account_id=account_id, by=f"account:{account_id}")
    request.session[CODES_SESSION_KEY] = codes


def _after_enrolment(request: HttpRequest, factor: Factor, *, first: bool) -> HttpResponse:
    """The factor was just shown in this session; the first one brings recovery codes."""
    account = User.objects.get(pk=signed_in(request))
    note_factor(request, account, factor)
    note_fresh(request, account.pk)
    if first:
        _new_codes(request, account.pk)
        return redirect("accounts:new_recovery_codes")
    return redirect("accounts:second_step")


class AccountView(KeepsAccount, TemplateView):
    """My account: what there is, with a way to each part."""

    template_name = "accounts/factors/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        account_id = signed_in(self.request)
        return {
            **super().get_context_data(**kwargs),
            "account": state_of(account_id),
            "factors": factors_of(account_id),
            "addresses_url": _address_of("accounts:addresses"),
            "sessions_url": _address_of("accounts:sessions"),
            "recent": recent_activity(account_id)[:5],
        }


class ActivityView(KeepsAccount, TemplateView):
    """What happened to my account."""

    template_name = "accounts/factors/activity.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        return {**super().get_context_data(**kwargs), "recent": recent_activity(signed_in(self.request))}


class ChangePasswordView(HashesPassword, ChangesAccount, FormView):
    """A new password while signed in; this session goes on, all others end."""

    form_class = ChangePasswordForm
    template_name = "accounts/factors/change_password.html"
    success_url = reverse_lazy("accounts:account")

    def get_form_kwargs(self) -> dict[str, Any]:
        """The rules ask about the account's own words."""
        return {**super().get_form_kwargs(), "user": User.objects.get(pk=signed_in(self.request))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without script "Suggest a password" sends the form: nothing is changed, and a suggestion stands in both boxes."""
        if "suggest" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = ChangePasswordForm(user=self.get_form_kwargs()["user"])
        return self.render_to_response(self.get_context_data(form=form, suggestion=form.suggest()))

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        """Hashed before the transaction, which waits for nothing then."""
        account_id = signed_in(self.request)
        by = f"account:{account_id}"
        hashed = hash_of(password=form.cleaned_data["password1"], by=by)
        actions.change_password(account_id=account_id, password_hash=hashed, by=by)
        update_session_auth_hash(self.request, User.objects.get(pk=account_id))
        messages.success(
            self.request, _("Your new password is saved. You were signed out on all other devices.")
        )
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the rules that a password must follow."""
        return {**super().get_context_data(**kwargs), "password_rules": password_rules()}


class SecondStepsView(KeepsAccount, TemplateView):
    """The second step of my account: what is set up, and what could be."""

    template_name = "accounts/factors/second_steps.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        return {**super().get_context_data(**kwargs), "factors": factors_of(signed_in(self.request))}


class AddAuthenticatorView(ChangesAccount, FormView):
    """The secret as a picture and as letters, and a code of the app to show that it works."""

    form_class = CodeForm
    template_name = "accounts/factors/add_authenticator.html"

    def secret(self) -> str:
        """The same until it is used, in the sealed session, so that a wrong code costs no new picture."""
        session = self.request.session
        if SECRET_SESSION_KEY not in session:
            session[SECRET_SESSION_KEY] = totp.new_secret()
        return str(session[SECRET_SESSION_KEY])

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Set up when the app shows the right code."""
        account_id = signed_in(self.request)
        first = not factors_of(account_id).any
        if not actions.add_authenticator(
            account_id=account_id,
            secret=self.secret(),
            typed=form.cleaned_data["code"],
            by=f"account:{account_id}",
        ):
            form.add_error("code", CODE_WRONG)
            return self.form_invalid(form)
        del self.request.session[SECRET_SESSION_KEY]
        messages.success(self.request, _("Your authenticator app is set up."))
        return _after_enrolment(self.request, Factor.AUTHENTICATOR, first=first)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The picture holds what is spelled out beside it."""
        secret = self.secret()
        account = state_of(signed_in(self.request))
        return {
            **super().get_context_data(**kwargs),
            "qr": _picture(_uri(secret, account.username)),
            "spelled": totp.spelled(secret),
            "replaces": factors_of(account.account_id).authenticator,
        }


def _uri(secret: str, username: str) -> str:
    issuer = settings.KECS_AGENCY_NAME or "Educator Credentialing System"
    label = f"{quote(issuer)}:{quote(username)}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def _picture(text: str) -> str:
    """A QR code on white, as a data address: nothing of it is stored or fetched."""
    drawn = BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=3).save(drawn)
    return f"data:image/svg+xml;base64,{b64encode(drawn.getvalue()).decode('ascii')}"


class RemoveAuthenticatorView(ChangesAccount, View):
    """Asks, then removes the authenticator app."""

    comes_back_to = reverse_lazy("accounts:remove_authenticator")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Are you sure?"""
        context = {"factors": factors_of(signed_in(request))}
        return render(request, "accounts/factors/remove_authenticator.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Removed."""
        account_id = signed_in(request)
        actions.remove_authenticator(account_id=account_id, by=f"account:{account_id}")
        messages.success(request, _("Your authenticator app is removed."))
        return redirect("accounts:second_step")


class NewRecoveryCodesView(ChangesAccount, View):
    """Ten new codes by POST; GET shows them until she has kept them, and never after."""

    comes_back_to = reverse_lazy("accounts:second_step")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The codes, if any wait to be kept."""
        codes = request.session.get(CODES_SESSION_KEY)
        if not codes:
            return redirect("accounts:second_step")
        return render(request, "accounts/factors/new_recovery_codes.html", {"codes": codes})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Kept, or a new set."""
        if "kept" in request.POST:
            request.session.pop(CODES_SESSION_KEY, None)
            return redirect("accounts:second_step")
        account_id = signed_in(request)
        if not factors_of(account_id).any:
            return redirect("accounts:second_step")
        _new_codes(request, account_id)
        return redirect("accounts:new_recovery_codes")


class RecoveryCodesFileView(ChangesAccount, View):
    """The codes that are shown just now, as a text file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The file, or back where none are shown."""
        codes = request.session.get(CODES_SESSION_KEY)
        if not codes:
            return redirect("accounts:second_step")
        heading = _("Recovery codes. Each one works once. Keep them where nobody else finds them.")
        response = HttpResponse(
            "\r\n".join([heading, "", *codes, ""]), content_type="text/plain; charset=utf-8"
        )
        response.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
        return response


class PasskeysView(KeepsAccount, TemplateView):
    """My passkeys."""

    template_name = "accounts/factors/passkeys.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Reads only."""
        return {**super().get_context_data(**kwargs), "factors": factors_of(signed_in(self.request))}


class AddPasskeyView(ChangesAccount, FormView):
    """A name, and the browser's question; this page alone needs script, and says so."""

    form_class = PasskeyNameForm
    template_name = "accounts/factors/add_passkey.html"

    def form_valid(self, form: PasskeyNameForm) -> HttpResponse:
        """Kept when it answers what we asked."""
        account_id = signed_in(self.request)
        first = not factors_of(account_id).any
        try:
            credential = passkeys.made(self.request, self.request.POST.get("credential", ""))
        except PasskeyRefused:
            form.add_error(
                None, PASSKEY_FAILED if self.request.POST.get("credential") else PASSKEY_NEEDS_SCRIPT
            )
            return self.form_invalid(form)
        actions.add_passkey(
            account_id=account_id,
            name=form.cleaned_data["name"],
            credential=credential,
            by=f"account:{account_id}",
        )
        messages.success(self.request, _("Your passkey is set up."))
        return _after_enrolment(self.request, Factor.PASSKEY, first=first)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A new question each time that the page is shown."""
        account = User.objects.get(pk=signed_in(self.request))
        options = passkeys.creation_options(self.request, account)
        return {**super().get_context_data(**kwargs), "passkey_options": options}


class OnePasskey(ChangesAccount):
    """A page about one passkey of the account. Raises Http404 for any other."""

    http_method_names = ["get", "head", "options", "post"]

    def passkey(self) -> Passkey:
        """The one in the address."""
        wanted = self.kwargs["passkey_id"]
        for passkey in factors_of(signed_in(self.request)).passkeys:
            if passkey.id == wanted:
                return passkey
        raise Http404


class RenamePasskeyView(OnePasskey, FormView):
    """Another name for a passkey."""

    form_class = PasskeyNameForm
    template_name = "accounts/factors/rename_passkey.html"
    success_url = reverse_lazy("accounts:passkeys")

    def get_initial(self) -> dict[str, Any]:
        """The name it has."""
        return {"name": self.passkey().name, **super().get_initial()}

    def form_valid(self, form: PasskeyNameForm) -> HttpResponse:
        """Renamed."""
        account_id = signed_in(self.request)
        actions.rename_passkey(
            account_id=account_id,
            passkey_id=self.passkey().id,
            name=form.cleaned_data["name"],
            by=f"account:{account_id}",
        )
        return super().form_valid(form)


class RemovePasskeyView(OnePasskey, View):
    """Asks, then removes a passkey."""

    def get(self, request: HttpRequest, passkey_id: int) -> HttpResponse:
        """Are you sure?"""
        context = {"passkey": self.passkey(), "factors": factors_of(signed_in(request))}
        return render(request, "accounts/factors/remove_passkey.html", context)

    def post(self, request: HttpRequest, passkey_id: int) -> HttpResponse:
        """Removed."""
        account_id = signed_in(request)
        actions.remove_passkey(
            account_id=account_id, passkey_id=self.passkey().id, by=f"account:{account_id}"
        )
        messages.success(request, _("The passkey is removed."))
        return redirect("accounts:passkeys")
