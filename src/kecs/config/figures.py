"""The numbers that matter to whoever runs the portal, from the database: every host tells the same, and none forgets at a restart."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from kecs.audit.queries import newest_anchor, recorded_since, rows_recorded
from kecs.guard.queries import database_clock
from kecs.guard.strict.queries import status
from kecs.mail.queries import backlog
from kecs.mail.worker import alive_files

WINDOW = timedelta(minutes=5)
# Codes of the log that are counted, with the keys that tell them apart: words of closed sets, never a person's.
COUNTED: dict[str, tuple[str, ...]] = {
    "registration.registered": ("road", "outcome"),
    "registration.search_made": ("outcome",),
    "guard.limit_reached": ("limit",),
    "accounts.sign_in_failed": (),
    "mail.refused": ("reason",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number under its name, which says its unit; `labels` tell its kinds apart."""

    name: str
    says: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()


def figures() -> Iterator[Figure]:
    """All of them, as they stand now."""
    now = database_clock()
    yield from _events(now)
    mails = backlog()
    yield Figure(
        name="kecs_mail_waiting", says="Mails not written or not sent yet.", value=float(mails.queued)
    )
    oldest = (now - mails.oldest_queued_at).total_seconds() if mails.oldest_queued_at else 0.0
    yield Figure(name="kecs_mail_oldest_seconds", says="How long the oldest of them waits.", value=oldest)
    strict = status(at=now).in_force_until is not None
    yield Figure(
        name="kecs_strict_mode", says="1 while a search asks for a mailbox first.", value=float(strict)
    )
    yield Figure(name="kecs_audit_rows", says="Rows of the audit log.", value=float(rows_recorded()))
    anchor = newest_anchor()
    if anchor is not None:
        age = (datetime.now(UTC) - anchor.at).total_seconds()
        yield Figure(
            name="kecs_audit_anchor_age_seconds",
            says="Since the end of the log was written down outside.",
            value=age,
        )
    yield from _workers()


def _events(now: datetime) -> Iterator[Figure]:
    counted: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()
    for event in recorded_since(now - WINDOW, codes=list(COUNTED)):
        kinds = tuple((key, str(event.keys.get(key, ""))) for key in COUNTED[event.code])
        counted[event.code, kinds] += 1
    for code in COUNTED:
        name = f"kecs_{code.replace('.', '_')}_5m"
        found = {kinds: count for (its, kinds), count in counted.items() if its == code}
        for kinds, count in (found or {(): 0}).items():
            says = f"Events {code} of the last five minutes."
            yield Figure(name=name, says=says, value=float(count), labels=kinds)


def _workers() -> Iterator[Figure]:
    """Of this host: each worker that loops touches a file of its own."""
    now = datetime.now(UTC).timestamp()
    for file in alive_files(Path(settings.KECS_VAR_DIR)):
        yield Figure(
            name="kecs_worker_seen_seconds",
            says="Since a worker of this host went round last.",
            value=max(0.0, now - file.stat().st_mtime),
            labels=(("worker", file.name),),
        )
