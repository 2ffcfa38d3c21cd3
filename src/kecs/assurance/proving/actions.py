"""Evidence that the holder is the person of the record: given, asked for by code or letter, forgotten."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from kecs.accounts.addresses import mailbox_of
from kecs.accounts.queries import confirmed_addresses
from kecs.assurance import events
from kecs.assurance.codes import LETTER_LENGTH, MAIL_LENGTH, new_code, spaced
from kecs.assurance.letters import letter_text
from kecs.assurance.levels import (
    TRANSITIONS,
    Event,
    EvidenceKind,
    Illegal,
    Standing,
    State,
    is_proved,
    step,
)
from kecs.assurance.models import ClaimCode, Evidence, Letter
from kecs.assurance.notices import Why, notice
from kecs.assurance.queries import (
    CODE,
    LETTER_TAKES,
    evidence_that_counts,
    may_claim_again,
    of_same_claimant,
    standing_of,
)
from kecs.assurance.telling.actions import (
    letter_posted,
    new_letter_code,
    new_link,
    tell,
    tell_account,
)
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import tried_again, whole
from kecs.guard.actions import count, count_if_all_pass
from kecs.guard.limits import RULES, Limit
from kecs.guard.queries import database_clock, used
from kecs.mail.actions import queue
from kecs.pii.fields import digest_of
from kecs.records.actions import open_case
from kecs.records.holdings.actions import extend_holding, lock_holdings, release_holding, verify_holding
from kecs.records.holdings.queries import (
    HeldRecord,
    address_on_file_before,
    held_by,
    holding,
    live_holders_of,
    was_on_file,
)
from kecs.records.kinds import CaseKind, Ending
from kecs.records.queries import has_open_case

MAIL_CODE_LASTS = timedelta(hours=24)
LETTER_CODE_LASTS = timedelta(days=21)
LETTERS_PER_CLAIM = 3  # in the window of LETTERS_PER_RECORD
_BY_LETTER = EvidenceKind.LETTER_CODE.value
EMAIL_MAY_TAKE = timedelta(days=30)


class Entered(StrEnum):
    """What became of a code that was entered."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    TOO_MANY = "too_many"


class NeedsColleague(Illegal):
    """Whoever printed a letter has read its code: a colleague marks it as posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLetter:
    """A letter as it is put into an envelope. Its code is nowhere else in clear."""

    letter_id: UUID
    record_id: UUID
    text: str = field(repr=False)


def known(*, holding_id: UUID, by: str) -> HeldRecord:
    held = holding(holding_id)
    if held is None:
        raise Illegal("there is no such hold")
    return held


def locked(*, holding_id: UUID, by: str) -> HeldRecord:
    """The hold, with all others on its record locked. Raises Illegal when it is over."""
    record_id = known(holding_id=holding_id, by=by).record_id
    for held in lock_holdings(record_id=record_id, by=by):
        if held.holding_id == holding_id:
            return held
    if known(holding_id=holding_id, by=by).record_id != record_id:
        # Meanwhile its record was merged into another one: a "this wasn't me" of that very moment must not be lost.
        return locked(holding_id=holding_id, by=by)
    raise Illegal("this hold is over")


def forget_proofs(*, held: HeldRecord, but_letters: bool = False, by: str) -> None:
    """Evidence from before counts no more, codes work no more, letters are not posted any more.

    Those of claims of this account on this record that lapsed as well; `but_letters`, when one lapses: a letter is on its way.
    """
    now = database_clock()
    Evidence.objects.filter(holding_id=held.holding_id, withdrawn_at=None).update(withdrawn_at=now)
    if but_letters:
        ClaimCode.objects.filter(holding_id=held.holding_id).exclude(kind=_BY_LETTER).delete()
        return
    # The letters first: one that is being printed this moment has its code before its row can go.
    Letter.objects.filter(of_same_claimant(held), posted_at=None).delete()
    ClaimCode.objects.filter(of_same_claimant(held)).delete()


@whole
def forget_letters_nobody_posted(*, by: str) -> int:
    """Of claims that lapsed meanwhile, with the codes that were printed for them; how many."""
    old = Letter.objects.filter(
        posted_at=None,
        holding__released_because=Ending.LAPSED.value,
        asked_at__lte=database_clock() - LETTER_TAKES,
    )
    claims = list(old.values_list("holding_id", flat=True))
    gone = old.filter(holding_id__in=claims).delete()[0]
    ClaimCode.objects.filter(holding_id__in=claims, kind=_BY_LETTER, expires_at=None).delete()
    return gone


# --- Evidence ----------------------------------------------------------------------------------------------------


@tried_again
def give_evidence(*, holding_id: UUID, kind: EvidenceKind, by: str) -> State:
    """A piece of evidence, and what it makes of the hold.

    Raises Illegal where there is nothing to prove (any more), and for whoever would vouch for herself.
    """
    with transaction.atomic(), recorded_together():
        held = locked(holding_id=holding_id, by=by)
        _demand_another(held, by=by)
        return give(held=held, kind=kind, by=by)


def _demand_another(held: HeldRecord, *, by: str) -> None:
    """Not to oneself, nor for a record that one has a share in: whoever holds or contests it gains by what happens to the other."""
    if by in {f"account:{each}" for each in (held.account_id, *live_holders_of(held.record_id))}:
        raise Illegal


def give(*, held: HeldRecord, kind: EvidenceKind, by: str) -> State:
    counts, before = evidence_that_counts(), standing_of(held)
    after = step(before, Event.EVIDENCE_GIVEN, counts=counts, evidence=kind)
    if kind not in before.evidence:
        Evidence.objects.create(
            holding_id=held.holding_id, kind=kind.value, given_at=database_clock(), given_by=by
        )
        record(
            event=events.EvidenceGiven(
                subject=f"record:{held.record_id}", account=str(held.account_id), kind=kind.value
            ),
            by=by,
        )
    if kind in counts:
        extend_holding(holding_id=held.holding_id, until=database_clock() + EMAIL_MAY_TAKE, by=by)
    return become(held=held, before=before, after=after, by=by)


def become(*, held: HeldRecord, before: Standing, after: Standing, by: str) -> State:
    """Write down a rise, or put it before staff where somebody verified stands in the way."""
    if after.state is State.VERIFIED and before.state is not State.VERIFIED:
        _supersede_others(held, by=by)
        verify_holding(holding_id=held.holding_id, by=by)
        tell(held=held, why=Why.VERIFIED, by=by)
    elif after.blocked and is_proved(_unblocked(after), counts=evidence_that_counts()):
        _put_before_staff(held, by=by)
    return after.state


def _unblocked(standing: Standing) -> Standing:
    return Standing(
        state=standing.state, evidence=standing.evidence, email_confirmed=standing.email_confirmed
    )


def _supersede_others(held: HeldRecord, *, by: str) -> None:
    """Stronger evidence beats a claim: whoever holds the record without any has held it."""
    for other in lock_holdings(record_id=held.record_id, by=by):
        if other.contests or other.holding_id == held.holding_id:
            continue
        step(standing_of(other), Event.SUPERSEDED, counts=evidence_that_counts())
        release_holding(holding_id=other.holding_id, because=Ending.SUPERSEDED, by=by)
        forget_proofs(held=other, by=by)
        tell_account(held=other, why=Why.SUPERSEDED, by=by)


def _put_before_staff(held: HeldRecord, *, by: str) -> None:
    if has_open_case(account_id=held.account_id, kind=CaseKind.CONTESTED_CLAIM):
        return
    holders = [
        each.account_id for each in lock_holdings(record_id=held.record_id, by=by) if not each.contests
    ]
    open_case(
        kind=CaseKind.CONTESTED_CLAIM,
        account_id=held.account_id,
        other_account_id=holders[0] if holders else None,
        record_ids=[held.record_id],
        because=(),
        by=by,
    )


@tried_again
def note_confirmed_address(*, account_id: UUID, email: str, by: str) -> None:
    """An address was confirmed: half of what is needed and, where it was on file before the claim, the other half."""
    held = held_by(account_id)
    if held is None:
        return
    with transaction.atomic(), recorded_together():
        try:
            held = locked(holding_id=held.holding_id, by=by)
            before = standing_of(held)
            after = step(before, Event.EMAIL_CONFIRMED, counts=evidence_that_counts())
        except Illegal:
            return
        if was_on_file(held, email) and (before.state, Event.EVIDENCE_GIVEN) in TRANSITIONS:
            give(held=held, kind=EvidenceKind.ADDRESS_ON_FILE, by=by)
        else:
            become(held=held, before=before, after=after, by=by)


def note_confirmed_addresses(*, account_id: UUID, by: str) -> None:
    """What an account had confirmed before its claim began is evidence all the same, where it was on file."""
    for address in confirmed_addresses(account_id):
        note_confirmed_address(account_id=account_id, email=address, by=by)


# --- Codes -------------------------------------------------------------------------------------------------------


@tried_again
def send_code(*, holding_id: UUID, by: str) -> bool:
    """Mail a code to the address that was on file before the claim; without one, do the same and mail nothing.

    Whether it was mailed is for staff only: the holder must not learn it.
    """
    held = known(holding_id=holding_id, by=by)
    if (standing_of(held).state, Event.EVIDENCE_GIVEN) not in TRANSITIONS:
        return False
    address = address_on_file_before(held)
    with transaction.atomic(), recorded_together():
        allowed = count_if_all_pass(tries=_counted_for_code(held, address), by=by)
        if allowed:
            code = _new_code(held, kind=EvidenceKind.CODE_TO_ADDRESS, lasts=MAIL_CODE_LASTS)
            link = new_link(held=held, why=Why.CODE, by=by)
            if address:
                facts = {"code": spaced(code), "not_me_url": link}
                queue(message=notice(why=Why.CODE, to=address, facts=facts), by=by)
        mailed = allowed and bool(address)
        record(event=events.CodeAsked(subject=f"account:{held.account_id}", mailed=mailed), by=by)
    return mailed


def _counted_for_code(held: HeldRecord, address: str) -> list[tuple[Limit, str]]:
    """What a code counts against: the first that a claim asks for in a day has a count of its own at the mailbox.

    So whoever asks for all that a mailbox may get in a day keeps nobody else from the one code that she needs.
    """
    mailbox, claim = mailbox_of(address) if address else str(held.record_id), str(held.holding_id)
    first = not used(Limit.MAILS_PER_ADDRESS_DAY, f"claim_code:{claim}")
    others = [
        (Limit.MAILS_PER_ADDRESS_HOUR, f"claim_code:{mailbox}"),
        (Limit.MAILS_PER_ADDRESS_DAY, f"claim_code:{mailbox}"),
    ]
    shared = [(Limit.FIRST_CODES_PER_MAILBOX_DAY, mailbox)] if first else others
    own = [
        (Limit.MAILS_PER_ADDRESS_HOUR, f"claim_code:{claim}"),
        (Limit.MAILS_PER_ADDRESS_DAY, f"claim_code:{claim}"),
    ]
    return own + shared


def _new_code(held: HeldRecord, *, kind: EvidenceKind, lasts: timedelta | None) -> str:
    """A code in clear, for the mail or the letter; the one before works no more."""
    now = database_clock()
    code = new_code(MAIL_LENGTH if kind is EvidenceKind.CODE_TO_ADDRESS else LETTER_LENGTH)
    ClaimCode.objects.update_or_create(
        holding_id=held.holding_id,
        kind=kind.value,
        defaults={
            "digest": digest_of(CODE, str(held.holding_id), code),
            "made_at": now,
            "expires_at": now + lasts if lasts else None,
        },
    )
    return code


# --- Letters -----------------------------------------------------------------------------------------------------


@tried_again
def order_letter(*, holding_id: UUID, by: str) -> None:
    """Ask staff to post a code to the address in the agency's files. Asked twice, it is one letter.

    The claim lapses when it would have: the letter's code works afterwards too (actions.enter_code).
    """
    with transaction.atomic(), recorded_together():
        held = locked(holding_id=holding_id, by=by)
        if (standing_of(held).state, Event.EVIDENCE_GIVEN) not in TRANSITIONS:
            return
        asked = Letter.objects.filter(of_same_claimant(held))
        if asked.filter(posted_at=None).exists():
            return
        now = database_clock()
        since = now - (RULES[Limit.LETTERS_PER_RECORD].window or timedelta(0))
        if asked.filter(asked_at__gt=since).count() >= LETTERS_PER_CLAIM:
            return
        if not count(limit=Limit.LETTERS_PER_RECORD, subject=str(held.record_id), by=by).allowed:
            return
        Letter.objects.create(holding_id=holding_id, asked_at=now, asked_by=by)
        record(event=events.LetterAsked(subject=f"account:{held.account_id}"), by=by)


@tried_again
def print_letter(*, letter_id: UUID, by: str) -> PrintedLetter:
    """The letter with a fresh code, which works once it is posted; printed again, it is another code.

    Raises Illegal for a letter to oneself.
    """
    with transaction.atomic(), recorded_together():
        letter = Letter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter_id, posted_at=None)
        held = _addressee(letter, by=by)
        _demand_another(held, by=by)
        code = _new_code(held, kind=EvidenceKind.LETTER_CODE, lasts=None)
        Letter.objects.filter(pk=letter_id).update(printed_at=database_clock(), printed_by=by)
        not_me = new_letter_code(held=held, by=by)
        record(event=events.LetterPrinted(subject=f"record:{held.record_id}", letter=str(letter_id)), by=by)
    text = letter_text(record_id=held.record_id, code=code, not_me=not_me)
    return PrintedLetter(letter_id=letter_id, record_id=held.record_id, text=text)


def _addressee(letter: Letter, *, by: str) -> HeldRecord:
    """Whose letter it is; her claim may have lapsed while it waited. Raises Illegal where it is over for another reason."""
    held = known(holding_id=letter.holding_id, by=by)
    return held if may_claim_again(held) else locked(holding_id=letter.holding_id, by=by)


@tried_again
def mark_letter_posted(*, letter_id: UUID, by: str) -> None:
    """It is in the post: its code has 21 days.

    Raises Illegal for a letter that was not printed, and NeedsColleague for whoever printed it last.
    """
    with transaction.atomic(), recorded_together():
        letter = Letter.objects.select_for_update(of=("self",), no_key=True).get(pk=letter_id)
        if letter.posted_at:
            return
        if not letter.printed_at or not letter.printed_by:  # nobody knows who printed it: once more
            raise Illegal("a letter is printed before it is posted")
        if by == letter.printed_by:
            raise NeedsColleague("whoever has read the code does not say that it was posted")
        now = database_clock()
        ends = now + LETTER_CODE_LASTS
        ClaimCode.objects.filter(holding_id=letter.holding_id, kind=EvidenceKind.LETTER_CODE.value).update(
            expires_at=ends
        )
        Letter.objects.filter(pk=letter_id).update(posted_at=now, posted_by=by)
        letter_posted(holding_id=letter.holding_id, until=ends, by=by)
        held = known(holding_id=letter.holding_id, by=by)
        record(event=events.LetterPosted(subject=f"record:{held.record_id}", letter=str(letter_id)), by=by)
