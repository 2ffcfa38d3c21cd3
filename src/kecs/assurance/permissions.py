"""PURE. What each state may see and do: one table, which views ask and a test walks with every address."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from kecs.assurance.levels import State


class Function(StrEnum):
    """What somebody with an account may want to see or do. A view names one."""

    SEE_HOME = "see_home"  # the Home Page: what she typed herself, and what to do next
    KEEP_ACCOUNT = "keep_account"  # see her addresses, second factors, sessions and activity; end sessions
    CHANGE_ACCOUNT = "change_account"  # her addresses, password and second factors
    PROVE = "prove"  # ask for a code or a letter, and enter what came
    SEE_RECORD = "see_record"  # what the agency has stored
    ASK_FOR_CORRECTION = "ask_for_correction"  # of name, birth date or SSN, with documents
    FOLLOW_CORRECTION = "follow_correction"  # see her own request, add documents, take it back


_EVERYBODY = frozenset(State)
_MUST_PROVE = frozenset({State.UNDER_REVIEW, State.CONTESTING, State.PROVISIONAL, State.RELEASED})
_PROVED = frozenset({State.VERIFIED, State.FRESH})
_MAY_ASK = _PROVED | {State.UNDER_REVIEW, State.PROVISIONAL, State.RELEASED}

PERMISSIONS: Mapping[Function, frozenset[State]] = MappingProxyType(
    {
        Function.SEE_HOME: _EVERYBODY,
        Function.KEEP_ACCOUNT: _EVERYBODY,
        Function.CHANGE_ACCOUNT: _EVERYBODY,  # an account that is hard to keep safe helps thieves, whatever it holds
        # Whose claim lapsed may begin anew; whose was ended by staff or by stronger evidence is told to ask staff.
        Function.PROVE: _MUST_PROVE,
        Function.SEE_RECORD: _PROVED,
        # It shows only what she typed. Staff decide, by documents, and the address on file is told: so a claim that is not
        # proved yet may ask too, for a slip on file can be what keeps her from proving it. So may one that lapsed: who
        # created a new account must not see by this page whether a record was found.
        Function.ASK_FOR_CORRECTION: _MAY_ASK,
        Function.FOLLOW_CORRECTION: _MAY_ASK,
    }
)
# Risky acts: who may do them signed in under ten minutes ago, or shows that it is she. For the verified that is level 3.
# The account's own are asked by its own gate (kecs.accounts.factors.doors), all others by ours.
AFTER_FRESH_SIGN_IN = frozenset({Function.CHANGE_ACCOUNT, Function.ASK_FOR_CORRECTION})


def may(state: State, function: Function) -> bool:
    """Whether somebody in this state may."""
    return state in PERMISSIONS[function]


def everybody_may(function: Function) -> bool:
    """Whether it depends on nothing, and nobody's state need be asked for."""
    return PERMISSIONS[function] >= _EVERYBODY


def needs_fresh_sign_in(state: State, function: Function, *, fresh: bool) -> bool:
    """Whether signing in again is all that is missing."""
    return not fresh and function in AFTER_FRESH_SIGN_IN and may(state, function)
