"""PURE. What a mail server's refusal means, from its codes alone: its words may quote an address, and are anybody's."""

import re
from enum import StrEnum

# RFC 3463: class, subject, detail. It opens the text of an answer.
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


class Refusal(StrEnum):
    """Why a mail did not arrive, as far as codes tell."""

    NO_SUCH_MAILBOX = "no_such_mailbox"
    MAILBOX_CLOSED = "mailbox_closed"
    MAILBOX_FULL = "mailbox_full"
    NO_SUCH_DOMAIN = "no_such_domain"
    TAKEN_FOR_SPAM = "taken_for_spam"
    TRY_LATER = "try_later"
    SERVER_AWAY = "server_away"
    NOT_SAID = "not_said"


_BY_DETAIL = {
    "1.1": Refusal.NO_SUCH_MAILBOX,
    "1.2": Refusal.NO_SUCH_DOMAIN,
    "1.3": Refusal.NO_SUCH_MAILBOX,
    "1.6": Refusal.MAILBOX_CLOSED,
    "1.10": Refusal.NO_SUCH_DOMAIN,
    "2.1": Refusal.MAILBOX_CLOSED,
    "2.2": Refusal.MAILBOX_FULL,
    "4.4": Refusal.NO_SUCH_DOMAIN,
}
# RFC 5321, where no enhanced code was given.
_BY_CODE = {
    "450": Refusal.TRY_LATER,
    "451": Refusal.TRY_LATER,
    "452": Refusal.MAILBOX_FULL,
    "550": Refusal.NO_SUCH_MAILBOX,
    "551": Refusal.NO_SUCH_MAILBOX,
    "552": Refusal.MAILBOX_FULL,
    "553": Refusal.NO_SUCH_MAILBOX,
    "554": Refusal.TAKEN_FOR_SPAM,
}


def error_code(code: int, text: bytes | str) -> str:
    """What is kept of an answer: "smtp.550 5.1.1", or "smtp.550" where the server says no more."""
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    enhanced = _ENHANCED.match(said)
    return f"smtp.{code} {enhanced[1]}" if enhanced else f"smtp.{code}"


def refusal_of(kept: str) -> Refusal | None:
    """What a kept code means; None where nothing was refused."""
    if not kept:
        return None
    if kept.startswith("network."):
        return Refusal.SERVER_AWAY
    answer, _space, enhanced = kept.removeprefix("smtp.").partition(" ")
    kind, _dot, detail = enhanced.partition(".")
    if detail in _BY_DETAIL:
        return _BY_DETAIL[detail]
    if detail.startswith("7."):
        return Refusal.TAKEN_FOR_SPAM
    if kind == "4":
        return Refusal.TRY_LATER
    return _BY_CODE.get(answer, Refusal.NOT_SAID)
