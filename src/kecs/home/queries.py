"""What the Home Page shows: gathered from accounts and records, in words for the person."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.conf import settings

from kecs.accounts.addresses import is_school_address
from kecs.accounts.factors.queries import has_second_factor
from kecs.accounts.queries import AccountState, state_of
from kecs.records.holdings.queries import held_by
from kecs.records.kinds import AssuranceLevel
from kecs.records.queries import Stated, stated_by


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Everything on the page."""

    account: AccountState
    stated: Stated | None
    birth_date: date | None = field(repr=False)
    claimed: bool  # by "This is Me!": she knows that a record was found
    frozen: bool
    school_address: bool
    second_step: bool


def home_page(account_id: UUID) -> HomePage:
    """The page of this account.

    Who pressed Create New Account sees the same, whatever was found on file: level 0 and 1 differ only for those who
    pressed "This is Me!", and they know already.
    """
    account, stated, held = state_of(account_id), stated_by(account_id), held_by(account_id)
    return HomePage(
        account=account,
        stated=stated,
        birth_date=date.fromisoformat(stated.birth_date) if stated and stated.birth_date else None,
        claimed=held is not None
        and held.level >= AssuranceLevel.PROVISIONAL
        and stated is not None
        and stated.by_claim,
        frozen=held is not None and held.frozen,
        school_address=is_school_address(account.email, settings.KECS_SCHOOL_EMAIL_DOMAINS),
        second_step=has_second_factor(account_id),
    )
