"""What time it is: the database's time, on which web servers whose own clocks differ agree. ADR 37 says what goes by it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db import connection
from django.utils import timezone

ASKED_EVERY = 60.0  # seconds: the database may be another one since, with a clock of its own
_asked: tuple[datetime, float] | None = None  # what the database said, and when that was by our own count


def database_clock() -> datetime:
    """Asked this moment."""
    if connection.vendor == "sqlite":
        return datetime.now(UTC)  # in-process: it has no clock but ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def portal_clock() -> datetime:
    """The same for what pages ask at every turn: asked once a minute, and reckoned from there.

    By a count of the machine's that only goes forward: what time of day a web server believes it is plays no part.
    """
    global _asked  # noqa: PLW0603 - one clock of the process; two threads that ask at once write the same
    if connection.vendor == "sqlite":
        return timezone.now()
    counted, asked = time.monotonic(), _asked
    if asked is None or counted - asked[1] > ASKED_EVERY:
        _asked = asked = (database_clock(), time.monotonic())
        counted = asked[1]
    return asked[0] + timedelta(seconds=counted - asked[1])


class DatedSigner(signing.TimestampSigner):
    """Django's, which `signing.dumps` uses, by the portal's clock."""

    def timestamp(self) -> str:
        """Now, as it is written into what is signed."""
        return signing.b62_encode(int(portal_clock().timestamp()))

    def unsign(self, value: str, max_age: float | timedelta | None = None) -> str:
        """What was signed. Raises SignatureExpired where that was longer ago than `max_age`."""
        content = super().unsign(value)
        if max_age is not None:
            signed_at = signing.b62_decode(signing.Signer.unsign(self, value).rpartition(self.sep)[2])
            longest = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
            if portal_clock().timestamp() - signed_at > longest:
                raise signing.SignatureExpired(f"Older than {longest} seconds")
        return content


def signed(value: Any, *, salt: str) -> str:
    """`signing.dumps`, dated by the portal's clock."""
    return DatedSigner(salt=salt).sign_object(value)


def unsigned(token: str, *, salt: str, max_age: float | timedelta) -> Any:
    """`signing.loads`. Raises BadSignature where it is forged or too old."""
    return DatedSigner(salt=salt).unsign_object(token, max_age=max_age)
