"""Sends the notices of a claim, with or without the link "this wasn't me"; the other actions of this room call it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from kecs.accounts.addresses import mailbox_of
from kecs.accounts.queries import confirmed_addresses
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.assurance import events
from kecs.assurance.codes import NOT_ME_LENGTH, new_code
from kecs.assurance.models import ClaimNotice
from kecs.assurance.notices import Why, not_me_url, notice
from kecs.audit.actions import record
from kecs.audit.clock import portal_clock
from kecs.audit.rows import insert_rows
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.mail.actions import queue
from kecs.records.holdings.queries import HeldRecord, contact_email_of
from kecs.records.queries import stated_by

NOTICE_LASTS = timedelta(days=10)
LETTER = "letter"  # why, of a notice that is no mail
LETTER_WAITS = timedelta(days=35)  # printed, and nobody has said yet that it was posted


def tell(*, held: HeldRecord, why: Why, also: Iterable[str] = (), by: str) -> None:
    """Tell every address on file and every address that the account confirmed, each with the link.

    `also` are addresses that were on file until now.

    One that is not confirmed may be a stranger's, who must not get a link that freezes the claim. Of claims of one
    record, seven a day to a mailbox; a rise of level is always told.
    """
    on_file = contact_email_of(held.record_id)
    own = confirmed_addresses(
        held.account_id
    )  # none of an account that was just made, and then nothing more is asked
    if own and why is Why.CLAIMED and not _knows(held):
        own = []
    every = dict.fromkeys(address.lower() for address in (on_file, *also, *own) if address)
    if why in {Why.CLAIMED, Why.CONTESTED}:
        every = {address: None for address in every if _not_too_often(f"{held.record_id}:", address, by=by)}
    if not every:
        return
    facts = {"not_me_url": new_link(held=held, why=why, by=by)}
    for address in every:
        queue(message=notice(why=why, to=address, facts=facts), by=by)
    record(
        event=events.NoticeSent(subject=f"record:{held.record_id}", why=why.value, addresses=len(every)),
        by=by,
    )


def tell_account(*, held: HeldRecord, why: Why, by: str) -> None:
    """Tell the account what became of its hold, whatever others claim. Without the link: it would let a squatter shut out the owner."""
    if why is Why.LAPSED and not _knows(held):
        return
    for address in confirmed_addresses(held.account_id):
        if _not_too_often(f"{held.account_id}:", address, by=by):
            queue(message=notice(why=why, to=address, facts={}), by=by)


def _knows(held: HeldRecord) -> bool:
    """Whether the account pressed "This is Me!". Who pressed Create New Account is not told that a record was found.

    A mail would say what her Home Page does not (kecs.home.queries): whether the number that was typed is on file.
    """
    stated = stated_by(held.account_id)
    return stated is not None and stated.by_claim


def new_link(*, held: HeldRecord, why: Why, by: str) -> str:
    token, now = new_token(), portal_clock()
    link = ClaimNotice(
        holding_id=held.holding_id,
        why=why.value,
        token_digest=digest_of_token(token),
        sent_at=now,
        expires_at=now + NOTICE_LASTS,
    )
    insert_rows([link])
    return not_me_url(token)


def new_letter_code(*, held: HeldRecord, by: str) -> str:
    """What is typed from a letter instead of a link: twelve letters and digits, 60 bits, so nobody guesses one."""
    code, now = new_code(NOT_ME_LENGTH), portal_clock()
    ClaimNotice.objects.create(
        holding_id=held.holding_id,
        why=LETTER,
        token_digest=digest_of_token(code),
        sent_at=now,
        expires_at=now + LETTER_WAITS,
    )
    return code


def letter_posted(*, holding_id: UUID, until: datetime, by: str) -> None:
    """Whoever gets it can say that she did not ask for it as long as its other code works."""
    ClaimNotice.objects.filter(holding_id=holding_id, why=LETTER).update(expires_at=until)


def _not_too_often(about: str, address: str, *, by: str) -> bool:
    subject = f"claim:{about}{mailbox_of(address)}"
    return count(limit=Limit.MAILS_PER_ADDRESS_DAY, subject=subject, by=by).allowed
