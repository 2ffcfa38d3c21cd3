"""The words of the front door: what is wrong with a field, and what to do."""

from django.utils.translation import gettext_lazy as _

LAST4_DIFFERS = _(
    "The last 4 digits are not the ones you typed in the search. Check your number, or go back and search again."
)
START_AGAIN = _(
    "We did not hear from you for a while, so we cleared what you typed to keep it safe. Please start again."
)
MANY_CODES = _("You asked for several codes. Please search again, and we will send you a new one.")
OTHER_TAB = _("You searched again in another window. This is your newest search.")
