"""Browser sessions in the database, of no use to whoever reads the table; SESSION_ENGINE names this module.

A row holds a digest of the session's key and its sealed content. What the table is made of neither opens a session nor
tells what is in it: the key stands in the browser's cookie only, and the content (facts typed in a registration, the
token of a link that was opened) opens with the keyring only.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.crypto import get_random_string

from kecs.audit.by_hand import first_row, in_its_form
from kecs.audit.clock import portal_clock
from kecs.pii.fields import sealed_text, unsealed_text
from kecs.pii.seal import SealBroken

KEY_SHAPE = re.compile(r"[a-z0-9]{32}")

# By hand, and not by querysets: nearly every request reads a session, and each form writes one.
_ADD = "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, %s)"
_CHANGE = (
    "UPDATE django_session SET session_key = %s, session_data = %s, expire_date = %s WHERE session_key = %s"
)


def stored_as(session_key: str) -> str:
    """What the table keeps of a key: 160 bits of its digest, which is the width of the column."""
    return sha256(session_key.encode()).hexdigest()[:40]


def _written(statement: str, values: Sequence[Any]) -> int:
    """How many rows it came to."""
    with connection.cursor() as cursor:
        cursor.execute(statement, in_its_form(values))
        return cursor.rowcount


def forget_expired() -> int:
    """Sessions whose time is over by the database's clock go; how many."""
    return Session.objects.filter(expire_date__lt=portal_clock()).delete()[0]


class SessionStore(db.SessionStore):
    """Django's, with a digest for the key and the content sealed for the row it stands in."""

    listed_as: str | None = None  # the key under which the account's list of open sessions has it
    _is_new = False  # the key was just made, and no row has it yet
    _key_before: str | None = None  # under which the row stands until the session is saved under its new key

    @classmethod
    def _validate_session_key(cls, key: str | None) -> bool:
        """Keys that we never made are not looked for: PostgreSQL would fail on some of them."""
        return bool(KEY_SHAPE.fullmatch(key or ""))

    def _place(self) -> str:
        return f"django_session:{stored_as(self.session_key or '')}"

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The sealed content."""
        return b64encode(sealed_text(json.dumps(session_dict), self._place())).decode("ascii")

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The content; an empty session where it cannot be opened."""
        try:
            content: dict[str, Any] = json.loads(unsealed_text(b64decode(session_data), self._place()))
        except (SealBroken, ValueError):
            return {}
        return content

    def load(self) -> dict[str, Any]:
        """The content of the row, if its time is not over by the database's clock."""
        found = first_row(
            "session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
            stored_as(self.session_key or ""),
            portal_clock(),
        )
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When this session is over, by the database's clock."""
        kwargs.setdefault("modification", portal_clock())
        return super().get_expiry_date(**kwargs)

    def create(self) -> None:
        """A new key, which the browser learns with its answer; the row is written once, when the session is saved."""
        self._session_key = self._get_new_session_key()
        self._is_new, self._key_before = True, None
        self.modified = True

    def cycle_key(self) -> None:
        """Another key for the same content: the row changes both by one statement, when the session is saved."""
        content = self._session  # type: ignore[attr-defined]
        before = self._key_before if self._is_new else self.session_key
        self.create()
        self._session_cache, self._key_before = content, before

    def save(self, must_create: bool = False) -> None:
        """Into the table, by one statement. Raises UpdateError where the session was ended meanwhile.

        Under a new key it is written even so: of two copies of a form that come at once, each is answered with a session.
        """
        if self.session_key is None:
            self.create()
        must_create = must_create or self._is_new
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        place = stored_as(self.session_key or "")
        row = [place, self.encode(content), self.get_expiry_date()]
        if not must_create:
            if not _written(_CHANGE, [*row, place]):
                raise UpdateError
        elif not (self._key_before and _written(_CHANGE, [*row, stored_as(self._key_before)])):
            _written(_ADD, row)
        self._is_new, self._key_before = False, None

    def _get_new_session_key(self) -> str:
        """Without a look whether it is free: of 36^32 keys none comes twice, and the insert would refuse it."""
        return get_random_string(32, VALID_KEY_CHARS)

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return super().exists(stored_as(session_key))

    @classmethod
    def clear_expired(cls) -> None:
        """Not for Django's own command, which puts nothing on the log: `kecs tidy` does it."""
        raise NotImplementedError

    def delete(self, session_key: str | None = None) -> None:
        """Ends this session, or the one with this key."""
        for key in [session_key] if session_key else [self.session_key, self._key_before]:
            if key:
                _written("DELETE FROM django_session WHERE session_key = %s", [stored_as(key)])
        if not session_key:
            self._key_before = None
