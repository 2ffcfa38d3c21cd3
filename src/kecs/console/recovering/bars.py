"""Why somebody of staff may not approve this recovery: asked by its page, and by the action."""

from enum import StrEnum
from uuid import UUID

from kecs.accounts.queries import confirmed_addresses
from kecs.accounts.recovery.queries import Asked, under_way
from kecs.console.outcomes import Outcome
from kecs.console.staff_accounts import needs_administrator


class Bar(StrEnum):
    """What stands in the way of a yes. Refusing is always possible."""

    NO_ACCOUNT = "no_account"
    OWN = "own"  # it is her account, or she asked
    STARTER = "starter"
    AGREED = "agreed"  # she was the first of the two that it takes
    STAFF_ACCOUNT = "staff_account"
    UNDER_WAY = "under_way"  # another recovery of this account


class Barred(Exception):
    """She may not approve it. `bar` says why."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(bar)
        self.bar = bar


def yes_to(asked: Asked) -> Outcome:
    """What a yes is now: the first, or the second, which lets the person in."""
    return Outcome.APPROVE if asked.first_yes_by else Outcome.AGREE


def bar_of(asked: Asked, *, by: str) -> Bar | None:
    """The first that stands in her way."""
    me = UUID(by.removeprefix("account:"))
    if asked.account_id == me or asked.email in confirmed_addresses(me):
        return Bar.OWN
    if asked.account_id is None:
        return Bar.NO_ACCOUNT
    if asked.started_by == by:
        return Bar.STARTER
    if asked.agreed_by == by:
        return Bar.AGREED
    if needs_administrator(asked.account_id, by=by):
        return Bar.STAFF_ACCOUNT
    return Bar.UNDER_WAY if under_way(asked.account_id).exclude(pk=asked.id).exists() else None
