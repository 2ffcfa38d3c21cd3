"""Destroys what was kept long enough, and puts on the log how much of what; `kecs tidy` calls it."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from kecs.accounts.known_devices.actions import forget_devices
from kecs.accounts.queries import every_address_of
from kecs.accounts.sessions import forget_expired
from kecs.accounts.unconfirmed.actions import destroy_unconfirmed
from kecs.accounts.unconfirmed.queries import ids_never_confirmed
from kecs.audit.actions import record
from kecs.config.events import DataDestroyed
from kecs.config.retention.periods import PERIODS, Kept
from kecs.guard.actions import purge
from kecs.guard.queries import database_clock
from kecs.guard.strict.actions import forget_tallies
from kecs.mail.actions import forget_old_mails
from kecs.records.holdings.actions import destroy_lapsed_claims
from kecs.records.legal_holds.queries import protected
from kecs.records.merging.queries import contact_emails_of
from kecs.records.queries import accounts_in_use
from kecs.records.undoing.actions import forget_before_images
from kecs.records.uploads.actions import destroy_old_uploads
from kecs.registration.actions import forget_outcomes
from kecs.registration.invited.actions import forget_invitations

AT_ONCE = 500


def destroy_old_data(*, by: str) -> Mapping[Kept, int]:
    """How many rows of each kind went; none of a person under a legal hold where the table says so. Safe at any time."""
    now, gone = database_clock(), Counter[Kept]()
    records, accounts = protected()
    gone[Kept.UNCONFIRMED_ACCOUNTS] = _destroy_accounts(by=by)
    gone[Kept.LAPSED_CLAIMS] = destroy_lapsed_claims(
        before=now - _lasts(Kept.LAPSED_CLAIMS), keeping=accounts, by=by
    )
    gone[Kept.MAIL_ROWS] = forget_old_mails(
        before=now - _lasts(Kept.MAIL_ROWS),
        keeping=every_address_of(accounts) | set(contact_emails_of(records)),
        by=by,
    )
    gone[Kept.OUTCOMES] = forget_outcomes(before=now - _lasts(Kept.OUTCOMES), by=by)
    gone[Kept.COUNTERS] = purge(by=by) + forget_tallies(by=by)
    gone[Kept.DEVICES] = forget_devices(by=by)
    gone[Kept.INVITATIONS] = forget_invitations(by=by)
    gone[Kept.UNDO_IMAGES] = forget_before_images(by=by)
    gone[Kept.UPLOADS] = destroy_old_uploads(by=by)
    gone[Kept.SESSIONS] = forget_expired()
    told = {kept: many for kept, many in gone.items() if many}
    if told:
        with transaction.atomic():
            counts = tuple(f"{kept}:{many}" for kept, many in sorted(told.items()))
            record(event=DataDestroyed(subject="-", rows=counts), by=by)
    return gone


def _lasts(kept: Kept) -> timedelta:
    lasts = PERIODS[kept].lasts
    if lasts is None:
        raise ValueError(f"{kept} has no period of its own.")
    return lasts


def _destroy_accounts(*, by: str) -> int:
    before = database_clock() - _lasts(Kept.UNCONFIRMED_ACCOUNTS)
    _records, kept = protected()
    found = set(ids_never_confirmed(before=before, most=AT_ONCE)) - kept
    destroyed = 0
    for account_id in found - accounts_in_use(found):
        destroyed += destroy_unconfirmed(account_id=account_id, before=before, by=by)
    return destroyed
