"""PURE. The steps of a registration: what each needs, where each leads, and what going back undoes; views ask here."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from kecs.matching.decide import Claim, Outcome


class Choice(StrEnum):
    """What the person pressed on the match page."""

    THIS_IS_ME = "this_is_me"
    NOT_ME = "not_me"
    CREATE_NEW = "create_new"
    NOT_MY_ACCOUNT = "not_my_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One search and what came of it. `key` names it in forms, so that a form of another tab is noticed."""

    key: str = field(repr=False)
    searched_at: datetime
    claim: Claim
    outcome: Outcome
    record_id: str | None = None
    account_id: str | None = None
    choice: Choice | None = None

    def __post_init__(self) -> None:
        if (self.record_id is not None) != (self.outcome is Outcome.ONE):
            raise ValueError(
                "A registration names a record if, and only if, the search found one that is free."
            )
        if (self.account_id is not None) != (self.outcome is Outcome.HELD):
            raise ValueError(
                "A registration names an account if, and only if, it holds what the search found."
            )
        if self.choice is Choice.THIS_IS_ME and self.outcome is not Outcome.ONE:
            raise ValueError("Only a record that was found and is free can be claimed.")
        if self.choice is Choice.CREATE_NEW and self.outcome not in {Outcome.NONE, Outcome.SEVERAL}:
            raise ValueError("A new account is for those who were not found.")
        if self.choice is Choice.NOT_MY_ACCOUNT and self.outcome is not Outcome.HELD:
            raise ValueError("Only a record that another account holds can be contested.")


class Step(StrEnum):
    """The pages of the front door, in order; the words are those of the URLs."""

    SEARCH = "search"
    MATCH = "match"
    ACCOUNT = "account"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInfo:
    """One step: what must be known before it, what the person does there, and where that leads."""

    step: Step
    needs: str
    does: str
    leads_to: tuple[Step, ...]
    undo: str


STEPS = (
    StepInfo(
        step=Step.SEARCH,
        needs="nothing",
        does="types first name, last name, last 4 and birth date; ticks I'm not a robot; presses Search",
        leads_to=(Step.MATCH,),
        undo="a new search forgets the one before",
    ),
    StepInfo(
        step=Step.MATCH,
        needs="a search",
        does="presses This is Me!, or Create New Account, or I did not make that account, or searches again",
        leads_to=(Step.ACCOUNT, Step.SEARCH),
        undo="the choice is forgotten",
    ),
    StepInfo(
        step=Step.ACCOUNT,
        needs="a search and a choice that its outcome allows",
        does="chooses username, e-mail and password; for a new account gives the full SSN",
        leads_to=(Step.HOME, Step.MATCH),
        undo="nothing: the account exists",
    ),
    StepInfo(step=Step.HOME, needs="an account", does="confirms the e-mail", leads_to=(), undo="nothing"),
)


def choices_after(outcome: Outcome) -> frozenset[Choice]:
    """What the match page lets a person choose."""
    match outcome:
        case Outcome.ONE:
            return frozenset({Choice.THIS_IS_ME, Choice.NOT_ME})
        case Outcome.NONE | Outcome.SEVERAL:
            return frozenset({Choice.CREATE_NEW})
        case Outcome.HELD:
            return frozenset({Choice.NOT_MY_ACCOUNT})
    assert_never(outcome)


def where_now(registration: Registration | None) -> Step:
    """The furthest step this registration may be at."""
    if registration is None:
        return Step.SEARCH
    if registration.choice in {Choice.THIS_IS_ME, Choice.CREATE_NEW, Choice.NOT_MY_ACCOUNT}:
        return Step.ACCOUNT
    return Step.MATCH


def may_be_at(step: Step, registration: Registration | None) -> bool:
    """Whether this page may be shown: a step that was reached, or one before it."""
    order = list(Step)
    return order.index(step) <= order.index(where_now(registration))


def chosen(registration: Registration, choice: Choice) -> Registration:
    """The registration after a choice on the match page; a choice that the outcome does not allow changes nothing.

    "This is not me" turns the match into nothing found: the person may create a new account, and staff will see both.
    """
    if choice not in choices_after(registration.outcome):
        return registration
    if choice is Choice.NOT_ME:
        return replace(registration, outcome=Outcome.NONE, record_id=None, choice=None)
    return replace(registration, choice=choice)


def undone(registration: Registration, step: Step) -> Registration | None:
    """The registration as it is when a person goes back to this step."""
    if step is Step.SEARCH:
        return None
    if step is Step.MATCH:
        return replace(registration, choice=None)
    return registration
