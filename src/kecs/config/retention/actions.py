"""Destroys what was kept long enough, each kind with the line that proves it; `kecs tidy` calls it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from kecs.accounts.known_devices.actions import forget_devices
from kecs.accounts.queries import every_address_of
from kecs.accounts.sessions import forget_expired
from kecs.accounts.unconfirmed.actions import destroy_unconfirmed
from kecs.accounts.unconfirmed.queries import ids_never_confirmed
from kecs.audit.actions import record
from kecs.audit.transactions import whole
from kecs.config.events import DataDestroyed
from kecs.config.retention.periods import PERIODS, Kept
from kecs.guard.actions import purge
from kecs.guard.queries import database_clock
from kecs.guard.strict.actions import forget_tallies
from kecs.mail.actions import forget_old_mails
from kecs.records.holdings.actions import destroy_lapsed_claims
from kecs.records.legal_holds.actions import keep_addresses
from kecs.records.legal_holds.queries import held_addresses, live_holds, protected, protected_by
from kecs.records.merging.queries import contact_emails_of, emails_before_merges_of
from kecs.records.queries import accounts_in_use
from kecs.records.undoing.actions import forget_before_images
from kecs.records.uploads.actions import destroy_old_uploads
from kecs.registration.actions import forget_outcomes
from kecs.registration.invited.actions import forget_invitations

AT_ONCE = 500


def destroy_old_data(*, by: str) -> Mapping[Kept, int]:
    """How many rows of each kind went; none of a person under a legal hold where the table says so. Safe at any time."""
    gone = {
        Kept.UNCONFIRMED_ACCOUNTS: _destroy_accounts(by=by),
        Kept.UPLOADS: destroy_old_uploads(by=by),
    }
    return gone | {kept: _destroy(kept, by=by) for kept in _DESTROYS}


@whole
def _destroy(kept: Kept, *, by: str) -> int:
    """Old rows of one kind go with the line that proves it, or neither."""
    many = _DESTROYS[kept](by)
    if many:
        record(event=DataDestroyed(subject="-", rows=(f"{kept}:{many}",)), by=by)
    return many


def _destroy_claims(by: str) -> int:
    _records, accounts = protected()
    return destroy_lapsed_claims(before=_before(Kept.LAPSED_CLAIMS), keeping=accounts, by=by)


@whole
def keep_addresses_under_hold(*, by: str) -> set[str]:
    """All addresses that people under a hold have, or had when this was asked since it was placed.

    A file of records, or the person herself, may put another in its place; mails are known by nothing else.
    """
    for hold in live_holds():
        records, accounts = protected_by([hold.subject])
        addresses = {
            *every_address_of(accounts),
            *contact_emails_of(records),
            *emails_before_merges_of(records),
        }
        keep_addresses(hold_id=hold.pk, addresses=addresses, by=by)
    return held_addresses()


def _destroy_mails(by: str) -> int:
    keeping = keep_addresses_under_hold(by=by)
    keeping |= {address.lower() for address in keeping}  # notices go to the address as it is compared
    return forget_old_mails(before=_before(Kept.MAIL_ROWS), keeping=keeping, by=by)


def _destroy_outcomes(by: str) -> int:
    return forget_outcomes(before=_before(Kept.OUTCOMES), by=by)


# What is destroyed many rows at a time. Accounts, files of records, documents and texts of mails go one by one, each with an
# event of its own room.
_DESTROYS: Mapping[Kept, Callable[[str], int]] = {
    Kept.LAPSED_CLAIMS: _destroy_claims,
    Kept.MAIL_ROWS: _destroy_mails,
    Kept.OUTCOMES: _destroy_outcomes,
    Kept.COUNTERS: lambda by: purge(by=by) + forget_tallies(by=by),
    Kept.DEVICES: lambda by: forget_devices(by=by),
    Kept.INVITATIONS: lambda by: forget_invitations(by=by),
    Kept.UNDO_IMAGES: lambda by: forget_before_images(by=by),
    Kept.SESSIONS: lambda _by: forget_expired(),
}


def _before(kept: Kept) -> datetime:
    lasts = PERIODS[kept].lasts
    if lasts is None:
        raise ValueError(f"{kept} has no period of its own.")
    return database_clock() - lasts


def _destroy_accounts(*, by: str) -> int:
    before = _before(Kept.UNCONFIRMED_ACCOUNTS)
    _records, kept = protected()
    found = set(ids_never_confirmed(before=before, most=AT_ONCE)) - kept
    destroyed = 0
    for account_id in found - accounts_in_use(found):
        destroyed += destroy_unconfirmed(account_id=account_id, before=before, by=by)
    return destroyed
