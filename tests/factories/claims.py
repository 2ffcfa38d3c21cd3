"""Proving that a record is hers: what a person does with the mails that came, and what staff do."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from kecs.accounts.models import User
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.records.models import EducatorRecord, Holding
from tests.factories.mails import write_mails
from tests.factories.people import PASSWORD, Person
from tests.factories.visits import registers

ON_FILE = "on.file@example.org"


def newest(kind: str, to: str = "") -> str:
    """The text of the newest mail of this kind."""
    write_mails()
    found = OutboxMessage.objects.filter(kind=kind, **({"to": to} if to else {})).order_by("queued_at").last()
    assert found is not None, f"no mail of the kind {kind}"
    text: str = json.loads(unseal_from(found, "body_sealed") or "")["text"]
    return text


def code_in(text: str) -> str:
    """The code of a mail or a letter."""
    found = re.search(r"^([0-9A-Z]{4,5}-[0-9A-Z]{4,5})$", text, re.MULTILINE)
    assert found, "no code"
    return found.group(1)


def not_me_code_in(text: str) -> str:
    """What is typed from a letter by whoever did not ask for it."""
    found = re.search(r"^([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})$", text, re.MULTILINE)
    assert found, "nothing to type"
    return found.group(1)


def link_in(text: str) -> str:
    """The path of the first link that carries a token."""
    found = re.search(r"https?://[^/\s]+(/(?:not-me|confirm-email)/\S+)", text)
    assert found, "no link"
    return found.group(1)


def confirm_address(client: Client, to: str) -> Any:
    """Open the link in the newest confirmation mail and press the button."""
    client.get(link_in(newest("accounts.confirm_email", to)))
    return client.post("/confirm-email")


def ask_for_code(client: Client, *, look: bool = False) -> Any:
    """Press Send me a code; with `look`, the page that it leads to."""
    return client.post("/confirm-it-is-you/code", follow=look)


def enter(client: Client, code: str) -> Any:
    """Type a code and press the button."""
    return client.post("/confirm-it-is-you", {"code": code}, follow=True)


def contest(client: Client, person: Person, **instead: str) -> None:
    """Find the record taken, press "I did not make that account", make one."""
    registers(client, person, "not_my_account", person.account(**instead))


def this_was_not_me(client: Client, text: str) -> Any:
    """Open the link in a notice, tick the box, press the button."""
    client.get(link_in(text), follow=True)
    return client.post("/not-me", {"not_me": "on"}, follow=True)


def sign_in(client: Client, username: str) -> Any:
    """With everybody's password."""
    return client.post("/", {"login": username, "password": PASSWORD}, follow=True)


def hold_of(username: str) -> Holding:
    """The newest hold of this account."""
    return Holding.objects.filter(account__username=username).latest("held_at")


def account_id(username: str) -> UUID:
    """Of the account with this username."""
    return User.objects.get(username=username).pk


def holder(record: EducatorRecord) -> str:
    """The username of whoever holds the record, or nothing."""
    held = Holding.objects.filter(record=record, released_at=None, contests=False).first()
    return held.account.username if held else ""


def eight_days_pass(username: str) -> None:
    """For the hold of this account alone."""
    held = hold_of(username)
    held.provisional_until = timezone.now() - timedelta(days=1)
    held.save()
