"""The front door's writes: a search, and the one transaction that ends a registration."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from kecs.accounts.actions import NewAccount, Sending, open_account
from kecs.assurance.actions import begin_claim, contest_claim
from kecs.audit.actions import record, recorded_together
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.audit.transactions import tried_again, whole
from kecs.guard.actions import count, count_together, give_back_together
from kecs.guard.limits import Limit
from kecs.guard.strict.actions import tally_search
from kecs.mail.actions import queue_later
from kecs.matching.decide import Claim, Decision, NewDecision, NewOutcome, Outcome, decide, decide_new
from kecs.matching.evidence import price
from kecs.records.actions import (
    Identity,
    SsnOnFile,
    make_findable,
    open_case,
    state_identity,
    wait_to_be_settled,
)
from kecs.records.holdings.actions import RecordTaken
from kecs.records.kinds import CaseKind
from kecs.records.queries import candidates_for, candidates_for_new, population
from kecs.registration import events
from kecs.registration.flow import Choice
from kecs.registration.models import RegistrationOutcome
from kecs.registration.queries import joined_unseen, key_digest, misses_to_count

# How often a new account is decided anew when others write the same facts at the same moment.
ROUNDS = 5
# Stands for the holder where there is none, in as many letters.
NOBODY = str(UUID(int=0))


class AlreadyRegistered(Exception):
    """The same form was sent before; its account exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWithoutSsn:
    """What somebody without an SSN tells staff, as typed."""

    first_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    birth_date: date = field(repr=False)
    email: str = field(repr=False)
    telephone: str = field(repr=False)
    message: str = field(repr=False)


@tried_again
def search_for_me(*, claim: Claim, by: str, proven: bool = False, again: bool = False) -> Decision:
    """Which record, if any, may be offered. A miss is counted against the identity asked for; a hit is not.

    Past the limit the answer is "nothing found", whatever there is, so that a limited identity looks like an unknown one.
    Whatever is found, the database is asked the same statements; a notice to a holder is the mail worker's to write. `proven`: a
    mailbox code was given for this search. `again`: the same visitor searched before, a moment ago.
    """
    # At first sight of a name this takes the longest of all: before anything is locked or looked up.
    price(claim.first_name, claim.last_surname)
    with transaction.atomic(), recorded_together():
        return _search(claim=claim, proven=proven, again=again, by=by)


def _search(*, claim: Claim, proven: bool, again: bool, by: str) -> Decision:
    tries = misses_to_count(claim)
    limited = not all(counted.allowed for counted in count_together(tries=tries, by=by))
    found = decide(claim, candidates_for(claim), population=population())
    decision = Decision(outcome=Outcome.NONE) if limited else found
    counts = not limited and decision.outcome is Outcome.NONE
    give_back_together(tries=tries, each=0 if counts else 1, by=by)
    tally_search(missed=counts, proven=proven, by=by)
    facts = {"account_id": decision.account_id or NOBODY}
    queue_later(kind="registration.record_searched", to="", facts=facts, by=by)
    record(
        event=events.SearchMade(
            subject=f"record:{found.record_ids[0]}" if len(found.record_ids) == 1 else "-",
            outcome=found.outcome.value,
            because=found.because,
            limited=limited,
            again=again,
        ),
        by=by,
    )
    return decision


@whole
def note_choice(*, choice: Choice, by: str) -> None:
    """Record what was pressed on the page that shows what was found: where people turn back is seen from these."""
    record(event=events.ChoiceMade(subject="-", choice=choice.value), by=by)


@whole
def send_username_on_file(*, account_id: UUID, by: str) -> Sending:
    """Ask for an account's username to be mailed to the address that is on file for the record it holds, else to its own."""
    if not count(limit=Limit.MAILS_PER_ADDRESS_HOUR, subject=f"on_file:{account_id}", by=by).allowed:
        return Sending.TOO_MANY
    # Found out here, for the worker of mails may not read what people stated of themselves.
    facts = {"account_id": str(account_id), "also_own": "yes" if joined_unseen(account_id) else ""}
    queue_later(kind="registration.username_on_file", to="", facts=facts, by=by)
    return Sending.QUEUED


@whole
def register_once(
    *, key: str, register: Callable[[UUID], str], road: str, began_at: datetime | None, by: str
) -> UUID:
    """Run one registration in one transaction, with its outcome under its key. Raises AlreadyRegistered for a replay.

    `register` makes everything that belongs to the account of the given id, and says what was decided about the record.
    """
    account_id = uuid4()
    with recorded_together():
        try:
            # First, so that a second form with the same key waits here and then finds the account.
            insert_rows([RegistrationOutcome(key_digest=key_digest(key), account_id=account_id)])
        except IntegrityError:
            raise AlreadyRegistered from None
        decided = register(account_id)
        seconds = round((portal_clock() - began_at).total_seconds()) if began_at else None
        record(
            event=events.Registered(
                subject=f"account:{account_id}", road=road, outcome=decided, seconds=seconds
            ),
            by=by,
        )
    return account_id


def claim_and_create_account(
    *,
    key: str,
    claim: Claim,
    record_id: UUID,
    new: NewAccount,
    by: str,
    began_at: datetime | None = None,
) -> UUID:
    """ "This is Me!": the account, its hold on the record, the notices. `began_at` is when the first search was made.

    Raises UsernameTaken, AlreadyRegistered, and RecordTaken when the record is not free, or no longer the one shown.
    """

    def register(account_id: UUID) -> str:
        decision = decide(claim, candidates_for(claim), population=population())
        if decision.outcome is not Outcome.ONE or decision.record_id != str(record_id):
            raise RecordTaken
        open_account(account_id=account_id, new=new, by=by)
        state_identity(account_id=account_id, identity=_typed(claim), by=by)
        begin_claim(record_id=record_id, account_id=account_id, because=decision.because, by=by)
        return decision.outcome.value

    return register_once(key=key, register=register, road="claim", began_at=began_at, by=by)


def contest_and_create_account(
    *, key: str, claim: Claim, new: NewAccount, by: str, began_at: datetime | None = None
) -> UUID:
    """ "I did not make that account": an account that contests the record, or claims it if it has become free.

    It sees nothing until it has given evidence. Raises UsernameTaken, AlreadyRegistered, and RecordTaken when the facts
    lead to no one record any more.
    """

    def register(account_id: UUID) -> str:
        decision = decide(claim, candidates_for(claim), population=population())
        if decision.outcome not in {Outcome.HELD, Outcome.ONE}:
            raise RecordTaken
        open_account(account_id=account_id, new=new, by=by)
        state_identity(account_id=account_id, identity=_typed(claim), by=by)
        if not decision.record_ids:
            # She waits who holds it: there is no record yet, and staff must tell the two apart.
            _open_contest_case(decision=decision, account_id=account_id, by=by)
            return decision.outcome.value
        begin = begin_claim if decision.outcome is Outcome.ONE else contest_claim
        begin(
            record_id=UUID(decision.record_ids[0]),
            account_id=account_id,
            because=decision.because,
            by=by,
        )
        return decision.outcome.value

    return register_once(key=key, register=register, road="contest", began_at=began_at, by=by)


def _typed(claim: Claim) -> Identity:
    return Identity(
        first_name=claim.first_name,
        last_surname=claim.last_surname,
        birth_date=claim.birth_date,
        ssn=claim.last4,
    )


def _open_contest_case(*, decision: Decision, account_id: UUID, by: str) -> None:
    open_case(
        kind=CaseKind.CONTESTED_CLAIM,
        account_id=account_id,
        other_account_id=UUID(decision.account_id) if decision.account_id else None,
        record_ids=[],
        because=decision.because,
        by=by,
    )


def create_account_and_record(
    *, key: str, claim: Claim, ssn: str, new: NewAccount, by: str, began_at: datetime | None = None
) -> UUID:
    """Create New Account. Whatever is found on file, the person is led to the same page; staff decide what must be decided.

    Each account counts as a miss of the identity that is typed here, which need not be the one that was searched for: whoever
    could make accounts in her name, each with another SSN, could guess it by what a search for her finds afterwards. Past
    the limit nothing is joined without staff. Raises UsernameTaken, AlreadyRegistered.
    """
    identity = Identity(
        first_name=claim.first_name, last_surname=claim.last_surname, birth_date=claim.birth_date, ssn=ssn
    )

    def register(account_id: UUID) -> str:
        counted = count_together(tries=misses_to_count(claim), by=by)
        decision = decide_new(claim, candidates_for_new(claim, ssn=ssn), population=population())
        if not all(each.allowed for each in counted):
            decision = decision.for_staff()
        open_account(account_id=account_id, new=new, by=by)
        stated_id = state_identity(account_id=account_id, identity=identity, by=by)
        make_findable(stated_id=stated_id, identity=identity, by=by)
        if decision.outcome is NewOutcome.NEW:
            wait_to_be_settled(stated_id=stated_id, by=by)
        else:
            join_or_review(decision=decision, account_id=account_id, by=by)
        return decision.outcome.value

    for _round in range(ROUNDS - 1):
        try:
            return register_once(key=key, register=register, road="new", began_at=began_at, by=by)
        except (SsnOnFile, RecordTaken):
            # Another registration with the same facts came first by a moment. What it wrote is on file now, so that
            # the next round decides otherwise.
            continue
    return register_once(key=key, register=register, road="new", began_at=began_at, by=by)


def join_or_review(*, decision: NewDecision, account_id: UUID, by: str) -> None:
    """What becomes of a new account whose owner is on file, or may be: the record it joins, or a case."""
    if decision.outcome is NewOutcome.JOIN and decision.record_id:
        joined = UUID(decision.record_id)
        begin_claim(record_id=joined, account_id=account_id, because=decision.because, by=by)
        return
    open_case(
        kind=CaseKind(decision.reason or CaseKind.NEAR_MATCH),
        account_id=account_id,
        other_account_id=UUID(decision.account_id) if decision.account_id else None,
        record_ids=[UUID(found) for found in decision.record_ids],
        because=decision.because,
        by=by,
    )


@whole
def ask_without_ssn(*, request: RequestWithoutSsn, by: str) -> UUID | None:
    """Put the request before staff; None when the same, word for word, came a moment ago."""
    again = Limit.NO_SSN_REQUEST_SENT_AGAIN
    if not count(limit=again, subject=json.dumps(asdict(request), default=str), by=by).allowed:
        return None
    case_id = open_case(
        kind=CaseKind.NO_SSN,
        account_id=None,
        record_ids=[],
        because=(),
        facts={
            "first_name": request.first_name,
            "last_surname": request.last_surname,
            "birth_date": request.birth_date.isoformat(),
            "email": request.email,
            "telephone": request.telephone,
            "message": request.message,
            "language": get_language() or "en",  # that of the answer
        },
        by=by,
    )
    record(event=events.HelpAsked(subject=f"case:{case_id}"), by=by)
    return case_id


def forget_outcomes(*, before: datetime, by: str) -> int:
    """What leads a form that is sent again to its account, where that is long over; how many."""
    return RegistrationOutcome.objects.filter(at__lt=before).delete()[0]
