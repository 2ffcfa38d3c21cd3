"""The words of recoveries at the desk."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from kecs.console.messages import OWN_CASE, STAFF_ACCOUNT
from kecs.console.recovering.bars import Bar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Why she who looks may not approve a recovery.
BARS: dict[Bar, "StrOrPromise"] = {
    Bar.NO_ACCOUNT: _(
        "No account has this username or address, so nobody can be let in. Refuse, and the person hears how to ask again."
    ),
    Bar.OWN: OWN_CASE,
    Bar.STARTER: _("You started this. A colleague must decide whether to approve it."),
    Bar.AGREED: _("You agreed to this already. A colleague must decide whether to approve it."),
    Bar.STAFF_ACCOUNT: STAFF_ACCOUNT,
    Bar.UNDER_WAY: _(
        "Another recovery of this account is under way. Only one can happen: stop the other one first, or refuse this one."
    ),
}
AGREED = _("Your yes is kept. A colleague must approve it, too; tell them.")
