"""A decision, rehearsed: carried out, its mails copied, and all of it rolled back. So what the desk shows is what will be sent."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import transaction

from kecs.accounts.actions import change_language
from kecs.accounts.queries import languages_of
from kecs.mail.copies import copies_kept
from kecs.mail.messages import Message

ENGLISH = "en"
# What ends in a token works for whoever has it. These tokens never worked, and staff should not get used to seeing any.
_TOKEN = re.compile(r"(https?://\S+/)[\w:.~-]{20,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A mail that will be sent: to whom, what it says, and the same in English where it speaks another language."""

    to: tuple[str, ...] = field(repr=False)  # masked
    subject: str = field(repr=False)
    text: str = field(repr=False)
    language: str
    english: str = field(default="", repr=False)
    english_subject: str = field(default="", repr=False)


def rehearsed(
    *, act: Callable[[bool], None], accounts: Iterable[UUID], language: str = "", by: str
) -> list[Preview]:
    """The mails of `act`, which is told whether to write in English. Raises whatever `act` raises; nothing is kept.

    `language` is that of a reader who has no account.
    """
    spoken = languages_of(accounts)
    others = {account: each for account, each in spoken.items() if each != ENGLISH}
    told = _copies(lambda: act(False))
    foreign = {*others.values(), *([language] if language not in {"", ENGLISH} else [])}
    if not foreign:
        return _once([_preview(message, message, language=ENGLISH) for message in told])

    def in_english() -> None:
        for account in others:
            change_language(account_id=account, language=ENGLISH, by=by)
        act(True)

    pairs = zip(told, _copies(in_english), strict=True)
    [spoken_here] = sorted(foreign)[:1]
    return _once([_preview(message, english, language=spoken_here) for message, english in pairs])


def _once(previews: list[Preview]) -> list[Preview]:
    """What goes to several addresses is shown once."""
    found: dict[tuple[str, str], Preview] = {}
    for each in previews:
        before = found.get((each.subject, each.text))
        found[each.subject, each.text] = replace(each, to=(*before.to, *each.to)) if before else each
    return list(found.values())


def _copies(act: Callable[[], None]) -> list[Message]:
    with copies_kept() as copies, transaction.atomic():
        act()
        transaction.set_rollback(True)
    return copies


def _preview(message: Message, english: Message, *, language: str) -> Preview:
    text, translated = (_TOKEN.sub(r"\1…", each.text) for each in (message, english))
    same = text == translated
    return Preview(
        to=(masked(message.to),),
        subject=message.subject,
        text=text,
        language=ENGLISH if same else language,
        english="" if same else translated,
        english_subject="" if same else english.subject,
    )


def masked(address: str) -> str:
    """Enough of an address to know whether it is the one that a person names: "m…a@example.org"."""
    mailbox, _at, domain = address.rpartition("@")
    ends = f"{mailbox[:1]}…{mailbox[-1:]}" if len(mailbox) > 2 else f"{mailbox[:1]}…"
    return f"{ends}@{domain}"
