"""Mails to a person's addresses and what became of each, in words; which of them staff may have sent again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from kecs.console.repairs import Repair
from kecs.mail.queries import posted_to
from kecs.mail.refusals import Refusal
from kecs.mail.statuses import Status

MOST = 30
STATUS = {
    Status.QUEUED: _("Waiting"),
    Status.SENT: _("Sent"),
    Status.REFUSED: _("Refused"),
    Status.BOUNCED: _("Bounced"),
}
REFUSALS = {
    Refusal.NO_SUCH_MAILBOX: _("There is no such mailbox. Ask for another address."),
    Refusal.MAILBOX_CLOSED: _("The mailbox is closed. Ask for another address."),
    Refusal.MAILBOX_FULL: _("The mailbox is full. Ask the person to make room."),
    Refusal.NO_SUCH_DOMAIN: _("There is no mail for what stands after the @. Check how it is written."),
    Refusal.TAKEN_FOR_SPAM: _("The mail provider took it for spam. Ask for another address."),
    Refusal.TRY_LATER: _("The mail provider asked us to try later."),
    Refusal.SERVER_AWAY: _("Our own mail server does not answer. Tell the operator."),
    Refusal.NOT_SAID: _("The mail provider gave no reason that we know."),
}
_SENT_AGAIN_BY = {
    "accounts.confirm_email": Repair.SEND_CONFIRMATION,
    "accounts.confirm_added_email": Repair.SEND_CONFIRMATION,
    "accounts.usernames": Repair.SEND_USERNAME,
    "accounts.reset_password": Repair.SEND_PASSWORD_LINK,
    "assurance.code": Repair.SEND_CODE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A line of the list. Never what the mail says."""

    to: str = field(repr=False)
    subject: str
    status: str  # the word of the outbox, for its colour
    words: str
    queued_at: datetime
    sent_at: datetime | None
    tries: int
    next_try: datetime | None
    refusal: str
    code: str
    again: Repair | None

    @property
    def failed(self) -> bool:
        """Whether it will never arrive."""
        return self.status in {Status.REFUSED, Status.BOUNCED}


def mails_to(addresses: Iterable[str], *, by: str) -> tuple[Mail, ...]:
    """The newest first. `by` has recorded the look."""
    return tuple(
        Mail(
            to=mail.to,
            subject=mail.subject,
            status=mail.status.value,
            words=str(STATUS[mail.status]),
            queued_at=mail.queued_at,
            sent_at=mail.sent_at,
            tries=mail.attempts,
            next_try=mail.next_attempt_at,
            refusal=str(REFUSALS[mail.refusal]) if mail.refusal else "",
            code=mail.error_code if mail.refusal else "",
            again=_SENT_AGAIN_BY.get(mail.kind),
        )
        for mail in posted_to(addresses, most=MOST, by=by)
    )
