"""What is wrong on a person's page, each with the next step: the summary on top, so that nobody has to read the whole page first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.levels import State
from kecs.console.messages import KINDS
from kecs.console.permissions import Fact, may, may_see
from kecs.console.repairs import RULES, Repair

if TYPE_CHECKING:
    from kecs.console.person.queries import PersonPage, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One sentence, and what staff can do about it here: a repair, of an account or of the record, or a case to open."""

    words: str = field(repr=False)
    repair: Repair | None = None
    account_id: UUID | None = None
    case_id: UUID | None = None


def troubles_of(page: "PersonPage", *, roles: Collection[StaffRole]) -> tuple[Trouble, ...]:
    """The ones that stop her first; of what these roles see, and with the repairs that they may make."""
    several = len(page.sides) > 1
    found = [trouble for side in page.sides for trouble in _of_account(side, several=several)]
    found += _of_person(page, roles)
    return tuple(
        replace(each, repair=None) if each.repair and not may(roles, RULES[each.repair].function) else each
        for each in found
    )


def _of_account(side: "Side", *, several: bool) -> Iterator[Trouble]:
    account, mine = side.account, side.account.account_id
    named = f"{account.username}: " if several else ""
    if not account.active:
        yield Trouble(words=named + _("The account is closed."))
    if account.locks:
        yield Trouble(words=named + _lock_words(side), repair=Repair.UNLOCK, account_id=mine)
    if not account.has_password:
        words = _("No password works. The owner must choose a new one.")
        yield Trouble(words=named + words, repair=Repair.SEND_PASSWORD_LINK, account_id=mine)
    if not account.confirmed:
        words = _("No email address is confirmed.")
        yield Trouble(words=named + words, repair=Repair.SEND_CONFIRMATION, account_id=mine)
    if account.recovery:
        words = _("A recovery is under way.")
        yield Trouble(words=named + words, repair=Repair.STOP_RECOVERY, account_id=mine)
    if side.state is State.PROVISIONAL:
        words = _("There is no proof yet that this account belongs to the person of the record.")
        yield Trouble(words=named + words, repair=Repair.RAISE_EVIDENCE, account_id=mine)
    if side.reveals_stopped:
        words = _("Whole Social Security numbers are stopped for this member of staff.")
        yield Trouble(words=named + words, repair=Repair.ALLOW_REVEALS, account_id=mine)


def _lock_words(side: "Side") -> str:
    if all(lock.wait is not None for lock in side.account.locks):
        return _("Too many wrong passwords: the next try has to wait.")
    return _("Too many wrong tries: the sign-in is stopped.")


def _of_person(page: "PersonPage", roles: Collection[StaffRole]) -> Iterator[Trouble]:
    if page.misses and page.misses.stopped:
        words = _("Searches for this person find nothing: too many tries.")
        yield Trouble(words=words, repair=Repair.CLEAR_SEARCHES)
    lost = next(iter(page.mails), None)
    if lost and lost.failed and may_see(roles, Fact.MAILS, page.state):
        yield Trouble(words=_("The newest mail did not arrive: %(why)s") % {"why": lost.refusal})
    if page.file and page.file.deceased:
        yield Trouble(words=_("The record says that this person is deceased."))
    for case in page.cases:
        if case.closed_at is None and may_see(roles, Fact.CASES, page.state):
            kind = KINDS.get(case.kind, case.kind)
            yield Trouble(words=_("Open case: %(kind)s") % {"kind": kind}, case_id=case.case_id)
