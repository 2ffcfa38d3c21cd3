"""What the Home Page shows: gathered from accounts, records and assurance, in words for the person."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied

from kecs.accounts.addresses import is_school_address
from kecs.accounts.factors.queries import has_second_factor
from kecs.accounts.mistyped import meant_address
from kecs.accounts.queries import AccountState, state_of
from kecs.assurance.levels import State
from kecs.assurance.permissions import Function, may
from kecs.assurance.queries import may_begin_after, state_of_hold, state_with
from kecs.corrections.queries import open_since
from kecs.mail.queries import came_back
from kecs.records.cases.queries import left_without_record
from kecs.records.holdings.queries import HeldRecord, StoredRecord, held_by, stored_record
from kecs.records.queries import Stated, stated_by
from kecs.records.revealing.queries import Reveal, reveals_of


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Everything on the page."""

    account: AccountState
    stated: Stated | None
    birth_date: date | None = field(repr=False)
    state: str
    claimed: bool  # by "This is Me!": she knows that a record was found
    until: datetime | None  # when her claim lapses, shown to those who know that they have one
    may_prove: bool
    school_address: bool
    mail_came_back: bool  # she waits for a mail that does not arrive
    meant_address: str = field(repr=False)  # where the address looks mistyped
    second_step: bool
    may_correct: bool
    correction_asked_at: datetime | None  # while staff have still to decide


def home_page(account_id: UUID, *, last: HeldRecord | None) -> HomePage:
    """The page of this account. `last` is the hold that it has now, or had last: the gate has read it already.

    Who pressed Create New Account sees the same, whatever was found on file and whatever became of it without her:
    levels 0 and 1, and a claim that lapsed, differ only for those who pressed "This is Me!", and they know already.
    """
    account, stated = state_of(account_id), stated_by(account_id)
    state, held = state_with(last), held_by(account_id) if last and last.ended else last
    by_claim = stated is not None and stated.by_claim
    # Staff looked for a record and wrote to her that they gave none: nobody looks any more.
    may_prove = may_begin_after(last) and not (last is None and left_without_record(account_id))
    claimed = by_claim and (state in {State.PROVISIONAL, State.CONTESTING, State.RELEASED})
    hidden = not by_claim and (state is State.PROVISIONAL or (state is State.RELEASED and may_prove))
    return HomePage(
        account=account,
        stated=stated,
        birth_date=date.fromisoformat(stated.birth_date) if stated and stated.birth_date else None,
        state=State.UNDER_REVIEW.value if hidden else state.value,
        claimed=claimed,
        until=held.provisional_until if held and claimed else None,
        may_prove=may_prove,
        school_address=is_school_address(account.email, settings.KECS_SCHOOL_EMAIL_DOMAINS),
        mail_came_back=not account.email_confirmed and came_back(account.email),
        meant_address=meant_address(account.email),
        second_step=has_second_factor(account_id),
        may_correct=may(state, Function.ASK_FOR_CORRECTION),
        correction_asked_at=open_since(account_id),
    )


def my_record(account_id: UUID) -> StoredRecord:
    """What is on file for this account. Raises PermissionDenied unless it is verified: the gate's question, asked again."""
    return stored_record(_proved_record(account_id))


def who_saw_my_number(account_id: UUID) -> list[Reveal]:
    """When our staff saw the whole number of this account's record, and why. Raises PermissionDenied as my_record does."""
    return reveals_of(_proved_record(account_id))


def _proved_record(account_id: UUID) -> UUID:
    held = held_by(account_id)
    if held is None or not may(state_of_hold(held), Function.SEE_RECORD):
        raise PermissionDenied
    return held.record_id
