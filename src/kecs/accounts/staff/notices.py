"""The mail that tells of changed roles."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kecs.accounts.mails.actions import mail_account
from kecs.accounts.models import User
from kecs.accounts.queries import usernames_of
from kecs.accounts.staff.roles import StaffRole

NAMES = {
    StaffRole.HELP_DESK: gettext_lazy("help desk"),
    StaffRole.RECORDS: gettext_lazy("records"),
    StaffRole.REVIEWER: gettext_lazy("reviewer"),
    StaffRole.SECURITY_OFFICER: gettext_lazy("security officer"),
    StaffRole.ADMINISTRATOR: gettext_lazy("administrator"),
}
WATCHING = (StaffRole.ADMINISTRATOR, StaffRole.SECURITY_OFFICER)


def tell_roles_changed(
    *, account: User, given: Collection[StaffRole], taken: Collection[StaffRole], by: str
) -> None:
    """One mail each: to herself, and to whoever watches who is staff, also whoever did it: it may have been a thief at her desk."""
    watching = Q(held_roles__role__in=WATCHING, is_active=True)
    for reader in User.objects.filter(watching | Q(pk=account.pk)).distinct().order_by("username"):
        with translation.override(reader.language):
            subject = _("The roles of a member of staff changed")
            context = {
                "username": account.username,
                "given": _listed(given),
                "taken": _listed(taken),
                "who": _who(by),
            }
        mail_account(
            account=reader, to=reader.email, kind="roles_changed", subject=subject, context=context, by=by
        )


def _listed(roles: Collection[StaffRole]) -> str:
    return ", ".join(str(NAMES[role]) for role in sorted(roles))


def _who(by: str) -> str:
    """The username, or that it was no page of ours."""
    if not by.startswith("account:"):
        return _("someone who works on the server itself")
    account_id = UUID(by.removeprefix("account:"))
    return usernames_of([account_id])[account_id]
