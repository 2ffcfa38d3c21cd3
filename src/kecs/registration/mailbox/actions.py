"""Mailing a code, and judging what was typed."""

from django.utils import translation
from django.utils.translation import gettext as _

from kecs.accounts.addresses import mailbox_of
from kecs.audit.transactions import whole
from kecs.guard.actions import count, count_if_all_pass, use_up
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock
from kecs.mail.actions import queue
from kecs.mail.messages import render
from kecs.registration.mailbox.waiting import CODE_LASTS, SentCode


@whole
def send_code(*, email: str, code: str, language: str, by: str) -> None:
    """Queue the mail with the code. Past the limits of the address nothing is queued; the page is the same."""
    subject = f"search_code:{mailbox_of(email)}"
    mails = [(Limit.MAILS_PER_ADDRESS_HOUR, subject), (Limit.MAILS_PER_ADDRESS_DAY, subject)]
    if not count_if_all_pass(tries=mails, by=by):
        return
    with translation.override(language):
        message = render(
            "registration.search_code",
            email,
            _("Your code for the search"),
            "registration/mail/search_code",
            {"code": code, "minutes": CODE_LASTS.seconds // 60},
        )
    queue(message=message, by=by)


def accept_code(*, sent: SentCode, typed: str, by: str) -> bool:
    """Whether the code is right, for the first and only time. Counted before it is looked at: five tries a code."""
    if not count(limit=Limit.TRIES_OF_A_MAILBOX_CODE, subject=sent.name, by=by).allowed:
        return False
    if not sent.is_answered_by(typed):
        return False
    ends = database_clock() + CODE_LASTS
    return use_up(signature=f"mailbox-code:{sent.name}", expires_at=ends, by=by)


def may_search(*, mailbox: str, by: str) -> bool:
    """Count one search of this mailbox: a handful a day, however many browsers proved it."""
    return count(limit=Limit.SEARCHES_PER_MAILBOX, subject=mailbox, by=by).allowed
