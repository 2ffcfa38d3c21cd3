"""The table of periods: what is kept, for how long, counted from when, and what happens then. Pure; docs/guides/retention.md shows it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Kept(StrEnum):
    """What is kept. The words stand on the log."""

    UNCONFIRMED_ACCOUNTS = "unconfirmed_accounts"
    LAPSED_CLAIMS = "lapsed_claims"
    MAIL_BODIES = "mail_bodies"
    MAIL_ROWS = "mail_rows"
    DOCUMENTS = "documents"
    UPLOADS = "uploads"
    UNDO_IMAGES = "undo_images"
    OUTCOMES = "registration_outcomes"
    INVITATIONS = "invitations"
    SESSIONS = "sessions"
    DEVICES = "devices"
    COUNTERS = "counters"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`lasts` is None for what is kept for good, or for as long as another setting says."""

    lasts: timedelta | None
    since: str
    then: str
    held: bool  # whether a legal hold on the person keeps it


DAY = timedelta(days=1)
PERIODS: dict[Kept, Period] = {
    Kept.UNCONFIRMED_ACCOUNTS: Period(
        lasts=180 * DAY,
        since="the last sign-in, where no address was ever confirmed, no record is held and no case is open",
        then="the account goes, with what was stated in it",
        held=True,
    ),
    Kept.LAPSED_CLAIMS: Period(
        lasts=365 * DAY,
        since="the claim lapsed for want of evidence",
        then="the row of the claim goes",
        held=True,
    ),
    Kept.MAIL_BODIES: Period(
        lasts=timedelta(0),
        since="the mail was sent or refused for good",
        then="the text goes at once",
        held=False,
    ),
    Kept.MAIL_ROWS: Period(
        lasts=365 * DAY,
        since="the mail was queued, once it was sent or refused",
        then="address, subject and what became of it go",
        held=True,
    ),
    Kept.DOCUMENTS: Period(
        lasts=None,
        since="the request was decided: KECS_DOCUMENTS_KEPT_DAYS, 90 by default",
        then="the content, the names of files and the facts asked for go; size and digest stay (kecs documents)",
        held=True,
    ),
    Kept.UPLOADS: Period(
        lasts=DAY,
        since="anything last happened to the file of records",
        then="the sealed file goes",
        held=False,
    ),
    Kept.UNDO_IMAGES: Period(
        lasts=DAY, since="the batch of an import was written", then="what stood there before goes", held=False
    ),
    Kept.OUTCOMES: Period(
        lasts=30 * DAY,
        since="the registration was finished",
        then="the mark that leads the same form there goes",
        held=False,
    ),
    Kept.INVITATIONS: Period(
        lasts=7 * DAY, since="it was made, where nobody followed it", then="the invitation goes", held=False
    ),
    Kept.SESSIONS: Period(
        lasts=None,
        since="the sign-in: KECS_SESSION_HOURS, 12 by default",
        then="the session goes",
        held=False,
    ),
    Kept.DEVICES: Period(
        lasts=400 * DAY, since="the browser was last seen", then="the device goes", held=False
    ),
    Kept.COUNTERS: Period(
        lasts=None,
        since="the window of the limit is over (docs/guides/limits.md)",
        then="the count goes",
        held=False,
    ),
    Kept.AUDIT: Period(
        lasts=None,
        since="it was recorded",
        then="kept for good: it holds ids and words, no facts of a person",
        held=True,
    ),
}
