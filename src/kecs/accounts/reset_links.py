"""How long a link for a new password works; the mail worker makes them, docs/adr/0023-the-last-link-lasts.md tells why."""

from datetime import datetime, timedelta

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from django.conf import settings

from kecs.accounts.models import User
from kecs.audit.clock import portal_clock
from kecs.guard.queries import database_clock

LASTS = timedelta(minutes=30)
A_LITTLE = timedelta(minutes=2)  # between two clocks


class ResetLinks(EmailAwarePasswordResetTokenGenerator):
    """The library's own, which it checks by itself and which all end at one age: one that is to end sooner is dated back."""

    def _now(self) -> datetime:
        """By the database's clock: the mail worker dates a link, a web server opens it. Django reckons in the server's own zone."""
        return portal_clock().astimezone().replace(tzinfo=None)

    def token_for(self, account: User, *, lasts: timedelta) -> str:
        """A link that works once, for so long; at most for PASSWORD_RESET_TIMEOUT."""
        made = self._num_seconds(self._now()) + lasts.total_seconds() - settings.PASSWORD_RESET_TIMEOUT
        token: str = self._make_token_with_timestamp(account, int(made), self.secret)
        return token


def lasts_until(until: str) -> timedelta:
    """Half an hour; or, with the moment at which the limits let the next mail pass, until then. `until` as in the errand."""
    if not until:
        return LASTS
    longest = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return min(max(LASTS, datetime.fromisoformat(until) - database_clock() + A_LITTLE), longest)
