"""PURE. A mail that came back, as mail servers write it (RFC 3464): whose it was and with which code; never what it says.

Only identifiers leave this module: the Message-ID that we made, or the token in the address that it came back to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from typing import Any

# RFC 3463, as it stands in the field Status.
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_ANSWER = re.compile(r"\s*(?:smtp\s*;)?\s*([245]\d\d)\b", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^Message-ID:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
# bounces+<token>@agency: each mail leaves from an address of its own, where KECS_MAIL_BOUNCES_TO is set.
_TOKEN = re.compile(r"\+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)
_CAME_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
LONGEST = 512 * 1024  # a server may send the whole mail back; ours are short


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One mail that will not arrive. `code` is as the outbox keeps codes: "smtp.550 5.1.1"; "dsn 5.1.1" without an answer."""

    message_id: str  # empty where the server did not send it back
    token: str  # of the address it came back to; empty where there is none
    code: str


def bounce_of(content: bytes) -> Bounce | None:
    """What a mail says of one of ours; None where it is no such report, or tells only of a delay."""
    mail = message_from_bytes(content[:LONGEST], policy=default)
    report = next(
        (part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None
    )
    if report is None:
        return None
    code = next(_codes(report), "")
    if not code:
        return None
    return Bounce(message_id=_message_id(mail), token=_token(mail), code=code)


def _codes(report: Message) -> Iterator[str]:
    """Of each recipient for whom it failed. Blocks that name no action are about the message as a whole."""
    for block in _blocks(report):
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        status = _STATUS.match(str(block.get("Status", "")))
        answer = _ANSWER.match(str(block.get("Diagnostic-Code", "")))
        first = f"smtp.{answer[1]}" if answer else "dsn"
        yield f"{first} {status[1]}" if status else first


def _blocks(report: Message) -> list[Any]:
    payload: Any = report.get_payload()
    return payload if isinstance(payload, list) else []


def _message_id(mail: EmailMessage | Message) -> str:
    """Of the mail that came back, not of the report: whole, or its headers only."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            whole: Any = part.get_payload()
            return str(whole[0].get("Message-ID", "")).strip() if isinstance(whole, list) and whole else ""
        if kind == "text/rfc822-headers":
            found = _MESSAGE_ID.search(str(part.get_payload(decode=False)))
            return found[1] if found else ""
    return ""


def _token(mail: EmailMessage | Message) -> str:
    for name in _CAME_TO:
        for value in mail.get_all(name, []):
            found = _TOKEN.search(str(value))
            if found:
                return found[1].lower()
    return ""
