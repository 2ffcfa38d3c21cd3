"""Who is staff: an administrator invites colleagues, and gives and takes roles. Nobody changes her own."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kecs.accounts.actions import UsernameTaken
from kecs.accounts.forms import EmailField
from kecs.accounts.messages import USERNAME_SHAPE
from kecs.accounts.queries import account_with_username
from kecs.accounts.staff.actions import LastAdministrator, OwnRoles, invite, set_roles
from kecs.accounts.staff.queries import Member, member, staff
from kecs.accounts.staff.roles import StaffRole
from kecs.accounts.usernames import is_well_formed, normalised
from kecs.console.gate import FreshDeskView
from kecs.console.messages import ROLES
from kecs.console.permissions import Function
from kecs.ui.widgets import CheckboxInput

LAST_ADMINISTRATOR = gettext_lazy("This is the last administrator. Give that role to somebody else first.")
OWN_ROLES = gettext_lazy("You cannot change your own roles. Ask another administrator.")
TAKEN = gettext_lazy("Somebody has this username. Leave the email empty to make that person staff.")
NOBODY = gettext_lazy("Nobody has this username. Give an email as well, and we open an account.")


class NewMemberForm(forms.Form):
    """An account that is there, by its username; or a new one, by a username, an address and what its owner reads."""

    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=30,
        widget=forms.TextInput(attrs={"class": "usa-input", "autocomplete": "off", "autocapitalize": "none"}),
        error_messages={"required": USERNAME_SHAPE, "max_length": USERNAME_SHAPE},
    )
    email = EmailField(
        required=False,
        label=gettext_lazy("Email at work"),
        help_text=gettext_lazy(
            "Only for a colleague who has no account yet. We write how to choose a password."
        ),
    )
    language = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Language of that email"),
        help_text=gettext_lazy("A new colleague can change it after signing in."),
        choices=settings.LANGUAGES,
        widget=forms.Select(attrs={"class": "usa-select"}),
    )

    def clean_username(self) -> str:
        """In its one form."""
        username = normalised(self.cleaned_data["username"])
        if not is_well_formed(username):
            raise forms.ValidationError(USERNAME_SHAPE)
        return username


class RoleField(forms.BooleanField):
    """A box for one role."""

    def __init__(self, role: StaffRole) -> None:
        super().__init__(label=ROLES[role], required=False, widget=CheckboxInput())


class RolesForm(forms.Form):
    """All roles that somebody shall hold from now on: a box for each, since no field may come twice (middleware)."""

    help_desk = RoleField(StaffRole.HELP_DESK)
    records = RoleField(StaffRole.RECORDS)
    reviewer = RoleField(StaffRole.REVIEWER)
    security_officer = RoleField(StaffRole.SECURITY_OFFICER)
    administrator = RoleField(StaffRole.ADMINISTRATOR)

    @property
    def roles(self) -> set[StaffRole]:
        """Those that are ticked."""
        return {StaffRole(name) for name, ticked in self.cleaned_data.items() if ticked}


class StaffView(FreshDeskView):
    """Everybody who is staff, and a form for one more."""

    function = Function.MANAGE_STAFF

    def page(self, form: NewMemberForm, status: int = 200) -> HttpResponse:
        """With the list."""
        members = [(each, [ROLES[role] for role in sorted(each.roles)]) for each in staff()]
        return render(self.request, "console/staff.html", {"members": members, "form": form}, status=status)

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self.page(NewMemberForm(initial={"language": get_language()}))

    def invited(self, form: NewMemberForm) -> UUID:
        """The account of a new colleague. Raises UsernameTaken."""
        facts = form.cleaned_data
        language = facts["language"] or settings.LANGUAGE_CODE
        return invite(username=facts["username"], email=facts["email"], language=language, by=self.staff)

    def post(self, request: HttpRequest) -> HttpResponse:
        """On to her roles: of somebody who has an account, or whose account is open from now on."""
        form = NewMemberForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        username, email = form.cleaned_data["username"], form.cleaned_data["email"]
        account = account_with_username(username)
        if email and not account:
            try:
                return redirect("console:member", self.invited(form))
            except UsernameTaken:  # this very moment
                account = account_with_username(username)
        if account is None or email:
            form.add_error("username", TAKEN if account else NOBODY)
            return self.page(form)
        return redirect("console:member", account.pk)


class MemberView(FreshDeskView):
    """The roles of one."""

    function = Function.MANAGE_STAFF

    def member(self, account_id: UUID) -> Member:
        """Raises Http404."""
        try:
            return member(account_id)
        except ObjectDoesNotExist:
            raise Http404 from None

    def page(self, found: Member, form: RolesForm, status: int = 200) -> HttpResponse:
        """What she may, in words."""
        context = {
            "member": found,
            "form": form,
            "own": self.staff == f"account:{found.account_id}",
            "roles": [ROLES[role] for role in sorted(found.roles)],
        }
        return render(self.request, "console/member.html", context, status=status)

    def get(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """The roles that she holds."""
        found = self.member(account_id)
        return self.page(found, RolesForm(initial=dict.fromkeys(found.roles, True)))

    def post(self, request: HttpRequest, account_id: UUID) -> HttpResponse:
        """Give what is ticked and take the rest, or change nothing."""
        found, form = self.member(account_id), RolesForm(request.POST)
        if not form.is_valid():
            return self.page(found, form)
        try:
            set_roles(account_id=account_id, roles=form.roles, by=self.staff)
        except OwnRoles:
            form.add_error(None, OWN_ROLES)
            return self.page(found, form, status=403)
        except LastAdministrator:
            form.add_error(None, LAST_ADMINISTRATOR)
            return self.page(found, form, status=409)
        messages.success(request, _("The roles are changed."))
        return redirect("console:staff")
