"""What the pages are called on which people ask most, by address. Of others the address is enough."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, "StrOrPromise"] = {
    "/": _("Sign In or Register"),
    "/account": _("My account"),
    "/confirm-email": _("Confirm your email address"),
    "/corrections": _("Ask for a correction"),
    "/forgot-password": _("Forgot password"),
    "/forgot-username": _("Forgot username"),
    "/home": _("Home Page"),
    "/confirm-it-is-you": _("Confirm it is you"),
    "/record": _("My record"),
    "/register/account": _("Create your account"),
    "/register/invited": _("Create your account"),
    "/register/mailbox": _("Show us that you have a mailbox"),
    "/register/match": _("Is this you?"),
    "/register/no-ssn": _("Ask us to register you"),
    "/register/search": _("Find your record"),
}
