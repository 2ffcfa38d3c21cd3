"""Every repair from a person's page: carried out by the room that owns it, in one transaction with why."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from kecs.accounts.actions import Sending
from kecs.accounts.help_desk.actions import (
    NothingToSend,
    send_confirmation_again,
    send_password_link,
    send_username_again,
    unlock_sign_in,
)
from kecs.accounts.recovery import actions as recoveries
from kecs.assurance.actions import give_evidence, release, send_code
from kecs.assurance.levels import EvidenceKind, Illegal
from kecs.audit.actions import record, recorded_together
from kecs.console import events
from kecs.console.person.queries import Whom, demand_other_person, names_and_birth_date
from kecs.console.repairs import RULES, Repair
from kecs.console.revealing.actions import allow_reveals
from kecs.console.staff_accounts import invited_it, needs_administrator
from kecs.corrections.actions import Asked, ClaimFrozen
from kecs.corrections.desk.actions import NothingToCorrect, Whose, correct_at_desk
from kecs.corrections.kinds import Paper
from kecs.records.actions import SsnOnFile
from kecs.records.holdings.queries import HeldRecord, contact_email_of, held_by
from kecs.records.person_file.queries import person_file
from kecs.registration.help_desk.actions import clear_search_misses


class NotPossible(Exception):
    """Something has changed, or is not there, so that this cannot be done. `reason` is a word for the page."""

    def __init__(self, reason: str = "changed") -> None:
        super().__init__(reason)
        self.reason = reason


class StaffAccount(Exception):
    """It would let somebody into the account of a colleague: that is an administrator's to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the page of a repair asks for; each repair takes its part."""

    reason: str
    paper: Paper | None = None
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    asked: Asked | None = field(default=None, repr=False)
    ticket: str = ""
    confirmed_on: date | None = None


def make_repair(*, repair: Repair, whom: Whom, account_id: UUID | None, answers: Answers, by: str) -> None:
    """Carry it out, and say why on the log. `account_id` is the side of the page it is for; of the record there is none.

    Raises OwnRecord or OwnAccount (nobody does any of this for herself), StaffAccount, and NotPossible.
    """
    demand_other_person(whom, by=by)
    if account_id is not None and RULES[repair].opens_door and needs_administrator(account_id, by=by):
        raise StaffAccount
    if RULES[repair].vouches and invited_it(account_id, by=by):
        raise NotPossible("invited")
    try:
        with transaction.atomic(), recorded_together():
            _carry_out(repair=repair, whom=whom, account_id=account_id, answers=answers, by=by)
            event = events.RepairMade(
                subject=f"account:{account_id}" if account_id else whom.subject,
                repair=repair.value,
                reason=answers.reason,
                paper=answers.paper.value if answers.paper else "",
            )
            record(event=event, by=by)
    except SsnOnFile as error:
        raise NotPossible("ssn_on_file") from error
    except recoveries.AddressTaken as error:
        raise NotPossible("address_taken") from error
    except recoveries.TooManyMails as error:
        raise NotPossible("too_many_mails") from error
    except ClaimFrozen as error:
        raise NotPossible("frozen") from error
    except (Illegal, NothingToCorrect, NothingToSend, recoveries.NotPossible) as error:
        raise NotPossible from error


_OF_HOLD = frozenset({Repair.SEND_CODE, Repair.RAISE_EVIDENCE, Repair.DISTRICT_CHECK, Repair.RELEASE})


def _carry_out(*, repair: Repair, whom: Whom, account_id: UUID | None, answers: Answers, by: str) -> None:
    if RULES[repair].of_record:
        _of_record(repair=repair, whom=whom, answers=answers, by=by)
    elif account_id is None or account_id not in whom.account_ids:
        raise NotPossible
    elif repair in _OF_HOLD:
        _of_hold(repair=repair, account_id=account_id, answers=answers, by=by)
    else:
        _of_account(repair=repair, account_id=account_id, answers=answers, by=by)


def _of_record(*, repair: Repair, whom: Whom, answers: Answers, by: str) -> None:
    if repair is Repair.CLEAR_SEARCHES:
        file = person_file(whom.record_id, by=by) if whom.record_id else None
        names, born = names_and_birth_date(whom, file=file)
        if born is None:
            raise NotPossible
        clear_search_misses(names=names, born=born, by=by)
        return
    if answers.asked is None or answers.paper is None:
        raise NotPossible
    whose = Whose(record_id=whom.record_id, account_id=None if whom.record_id else whom.account_ids[0])
    correct_at_desk(whose=whose, asked=answers.asked, paper=answers.paper, by=by)


def _of_hold(*, repair: Repair, account_id: UUID, answers: Answers, by: str) -> None:
    held = held_by(account_id)
    if held is None:
        raise NotPossible
    match repair:
        case Repair.SEND_CODE:
            if not send_code(holding_id=held.holding_id, by=by):
                raise NotPossible("no_code")
        case Repair.RAISE_EVIDENCE:
            give_evidence(holding_id=held.holding_id, kind=EvidenceKind.STAFF_CHECK, by=by)
        case Repair.DISTRICT_CHECK:
            _district_check(held, answers=answers, by=by)
        case _:
            release(holding_id=held.holding_id, reason=answers.reason, by=by)


def _district_check(held: HeldRecord, *, answers: Answers, by: str) -> None:
    """Her district knows her; whom staff spoke with is in the agency's own files, under the ticket."""
    if not answers.ticket or answers.confirmed_on is None:
        raise NotPossible  # the form has said so
    give_evidence(holding_id=held.holding_id, kind=EvidenceKind.DISTRICT_CHECK, by=by)
    event = events.DistrictConfirmed(
        subject=f"account:{held.account_id}", ticket=answers.ticket, on=answers.confirmed_on.isoformat()
    )
    record(event=event, by=by)


def _of_account(*, repair: Repair, account_id: UUID, answers: Answers, by: str) -> None:
    match repair:
        case Repair.SEND_CONFIRMATION:
            _sent(send_confirmation_again(account_id=account_id, email=answers.email, by=by))
        case Repair.SEND_USERNAME:
            _sent(send_username_again(account_id=account_id, by=by))
        case Repair.SEND_PASSWORD_LINK:
            _sent(send_password_link(account_id=account_id, by=by))
        case Repair.UNLOCK:
            unlock_sign_in(account_id=account_id, by=by)
        case Repair.START_RECOVERY:
            _start_recovery(account_id=account_id, answers=answers, by=by)
        case Repair.STOP_RECOVERY:
            recoveries.stop_recovery(account_id=account_id, by=by)
        case _:
            allow_reveals(staff_account_id=account_id, by=by)


def _sent(sending: Sending) -> None:
    if sending is Sending.TOO_MANY:
        raise NotPossible("too_many_mails")


def _start_recovery(*, account_id: UUID, answers: Answers, by: str) -> None:
    held = held_by(account_id)
    on_file = contact_email_of(held.record_id) if held else ""
    recoveries.start_recovery(
        account_id=account_id,
        name=answers.name,
        email=answers.email,
        also_tell=[on_file] if on_file else [],
        by=by,
    )
