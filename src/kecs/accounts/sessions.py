"""Browser sessions in the database, of no use to whoever reads the table; SESSION_ENGINE names this module.

A row holds a digest of the session's key and its sealed content. What the table is made of neither opens a session nor
tells what is in it: the key stands in the browser's cookie only, and the content (facts typed in a registration, the
token of a link that was opened) opens with the keyring only.
"""

import json
import re
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string

from kecs.audit.clock import portal_clock
from kecs.pii.fields import sealed_text, unsealed_text
from kecs.pii.seal import SealBroken

KEY_SHAPE = re.compile(r"[a-z0-9]{32}")


def stored_as(session_key: str) -> str:
    """What the table keeps of a key: 160 bits of its digest, which is the width of the column."""
    return sha256(session_key.encode()).hexdigest()[:40]


def forget_expired() -> int:
    """Sessions whose time is over by the database's clock go; how many."""
    return Session.objects.filter(expire_date__lt=portal_clock()).delete()[0]


class SessionStore(db.SessionStore):
    """Django's, with a digest for the key and the content sealed for the row it stands in."""

    _is_new = False  # the key was just made, and no row has it yet

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

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(
            session_key=stored_as(self.session_key or ""), expire_date__gt=portal_clock()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When this session is over, by the database's clock."""
        kwargs.setdefault("modification", portal_clock())
        return super().get_expiry_date(**kwargs)

    def create(self) -> None:
        """A new key, which the browser learns with its answer; the row is written once, when the session is saved."""
        self._session_key = self._get_new_session_key()
        self._is_new = True
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        """Into the table, by one statement. Raises UpdateError where the session was ended meanwhile."""
        if self.session_key is None:
            self.create()
        must_create = must_create or self._is_new
        content = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = self.create_model_instance(content)
        if must_create:
            row.save(force_insert=True)
            self._is_new = False
        elif not Session.objects.filter(pk=row.pk).update(
            session_data=row.session_data, expire_date=row.expire_date
        ):
            raise UpdateError

    def _get_new_session_key(self) -> str:
        """Without a look whether it is free: of 36^32 keys none comes twice, and the insert would refuse it."""
        return get_random_string(32, VALID_KEY_CHARS)

    def exists(self, session_key: str) -> bool:
        """Whether there is such a session."""
        return super().exists(stored_as(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row, under the digest."""
        row = super().create_model_instance(data)
        row.session_key = stored_as(row.session_key)
        return row

    @classmethod
    def clear_expired(cls) -> None:
        """Not for Django's own command, which puts nothing on the log: `kecs tidy` does it."""
        raise NotImplementedError

    def delete(self, session_key: str | None = None) -> None:
        """Ends this session, or the one with this key."""
        key = session_key or self.session_key
        if key is not None:
            Session(pk=stored_as(key)).delete()  # by one statement, and without a look whether it is there
