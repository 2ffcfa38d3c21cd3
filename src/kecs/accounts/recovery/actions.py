"""Asking for a recovery, confirming, deciding, stopping and completing it."""

import json
from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language

from kecs.accounts import events
from kecs.accounts.addresses import mailbox_of, normalised_address
from kecs.accounts.book.actions import make_primary, open_way_back
from kecs.accounts.models import AddressUndo, ConfirmedSince, EmailConfirmation, Recovery, User
from kecs.accounts.queries import account_named, notice_addresses
from kecs.accounts.recovery.notices import cancel_path, confirm_path, tell
from kecs.accounts.recovery.queries import facts_of, under_way
from kecs.accounts.recovery_status import UNDER_WAY, Status
from kecs.accounts.shut_out.actions import end_sessions, let_ask_for_password
from kecs.accounts.staff.queries import roles_of
from kecs.accounts.tokens import digest_of_token, new_token
from kecs.audit.actions import record, recorded_together
from kecs.audit.transactions import whole
from kecs.guard.actions import count_if_all_pass
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock
from kecs.pii.fields import seal_into

LINK_LASTS = timedelta(hours=24)
DELAY = timedelta(hours=24)


class NotPossible(Exception):
    """The recovery is not where this act needs it, or names no account that it could be for."""


class AddressTaken(Exception):
    """Another account has confirmed the new address."""


class TooManyMails(Exception):
    """The new address was written to too often today."""


@whole
def ask_for_recovery(*, name: str, login: str, email: str, message: str, by: str) -> None:
    """Keep the request and send a link to the new address. Looks nobody up: the same work for every name."""
    email = normalised_address(email)
    tries = [
        # With the mailbox: three requests of a stranger's in her name must not use up hers.
        (Limit.RECOVERIES_PER_NAME, f"{(login or name).casefold().strip()}|{mailbox_of(email)}"),
        (Limit.MAILS_PER_ADDRESS_DAY, f"recovery:{mailbox_of(email)}"),
    ]
    if not count_if_all_pass(tries=tries, by=by):
        return
    token = new_token()
    row = Recovery(
        status=Status.ASKED,
        language=get_language() or "en",
        token_digest=digest_of_token(token),
        asked_at=database_clock(),
    )
    facts = {"name": name, "login": login, "email": email, "message": message}
    seal_into(row, "facts_sealed", json.dumps(facts))
    row.save(force_insert=True)
    tell(kind="recovery_confirm", to=[email], language=row.language, by=by, path=confirm_path(token))
    record(event=events.RecoveryAsked(subject=f"recovery:{row.pk}"), by=by)


def _locked(recovery_id: UUID, status: Status) -> Recovery:
    row = Recovery.objects.select_for_update(no_key=True).filter(pk=recovery_id, status=status).first()
    if row is None:
        raise NotPossible
    return row


@whole
def start_recovery(
    *, account_id: UUID, name: str, email: str, also_tell: Iterable[str] = (), by: str
) -> UUID:
    """For somebody who called. Once the new address is shown to work, a colleague decides it as any other.

    Every address of the account and `also_tell`, those on file, can stop it from now on; the new one gets a link that
    shows that it is hers. Raises NotPossible (one is under way, or it is one's own account), AddressTaken, TooManyMails.
    """
    account = User.objects.select_for_update(no_key=True).filter(pk=account_id, is_active=True).first()
    if account is None or by == f"account:{account_id}" or under_way(account_id).exists():
        raise NotPossible
    email = normalised_address(email)
    if EmailAddress.objects.filter(email=email, verified=True).exclude(user=account).exists():
        raise AddressTaken
    if not count_if_all_pass(tries=[(Limit.MAILS_PER_ADDRESS_DAY, f"recovery:{mailbox_of(email)}")], by=by):
        raise TooManyMails
    token, stop, now = new_token(), new_token(), database_clock()
    row = Recovery(
        status=Status.STARTED,
        language=account.language,
        account=account,
        token_digest=digest_of_token(token),
        started_by=by,
        first_cancel_digest=digest_of_token(stop),
        asked_at=now,
        due_at=now + LINK_LASTS,
    )
    facts = {"name": name, "login": account.username, "email": email, "message": ""}
    seal_into(row, "facts_sealed", json.dumps(facts))
    row.save(force_insert=True)
    tell(kind="recovery_confirm", to=[email], language=account.language, by=by, path=confirm_path(token))
    told = sorted({*notice_addresses(account.pk), *also_tell} - {email})
    tell(kind="recovery_started", to=told, language=account.language, by=by, path=cancel_path(stop))
    record(event=events.RecoveryStarted(subject=f"account:{account.pk}"), by=by)
    return row.pk


@whole
def confirm_recovery(*, token_digest: bytes, by: str) -> Status | None:
    """The new address works: staff decide the request now. None for a link that works no more."""
    rows = Recovery.objects.select_for_update(no_key=True).filter(token_digest=token_digest)
    row = rows.first()
    if row is None:
        return None
    if row.status not in {Status.ASKED, Status.STARTED}:
        return Status(row.status) if row.status in {Status.CONFIRMED, Status.APPROVED} else None
    if row.asked_at <= database_clock() - LINK_LASTS:
        return None
    rows.update(status=Status.CONFIRMED, confirmed_at=database_clock(), due_at=None)
    about = f"account:{row.account_id}" if row.account_id else f"recovery:{row.pk}"
    record(event=events.RecoveryConfirmed(subject=about), by=by)
    return Status.CONFIRMED


@whole
def agree_to_recovery(*, recovery_id: UUID, opens_staff: bool = False, by: str) -> None:
    """The first of staff is sure of one that was asked for on the public page. Nothing happens before a colleague approves.

    Anybody may ask there, under any address for any account, also a member of staff: one of them may not be enough. It is
    about this account from now on, and nobody's work, so that a colleague finds it. Raises NotPossible as approve_recovery.
    """
    row = _locked(recovery_id, Status.CONFIRMED)
    if row.started_by or row.agreed_by:
        raise NotPossible
    account = _whose(row, opens_staff=opens_staff, by=by)
    Recovery.objects.filter(pk=row.pk).update(agreed_by=by, account=account, taken_by=None)
    record(event=events.RecoveryAgreed(subject=f"account:{account.pk}"), by=by)


def _whose(row: Recovery, *, opens_staff: bool, by: str) -> User:
    """The account that it is about, locked, so that of two for one account only one goes on. Raises NotPossible."""
    named = account_named(facts_of(row)["login"])
    chosen = row.account_id or (named.pk if named else None)
    active = User.objects.select_for_update(no_key=True).filter(is_active=True)
    account = active.filter(pk=chosen).first() if chosen else None
    if account is None or by in {f"account:{account.pk}", row.started_by, row.agreed_by}:
        raise NotPossible
    if under_way(account.pk).exclude(pk=row.pk).exists() or (roles_of(account.pk) and not opens_staff):
        raise NotPossible
    return account


@whole
def approve_recovery(
    *,
    recovery_id: UUID,
    also_tell: Iterable[str] = (),
    opens_staff: bool = False,
    by: str,
) -> None:
    """The second of staff is sure. It happens a day later; every address of the account and `also_tell` can stop it until then.

    `also_tell` are the addresses on file. `opens_staff` where whoever approves may let a colleague in. Raises NotPossible:
    not confirmed, nobody else of staff started it or agreed to it, no such account, a colleague's, another one under
    way, or the one who approves is its owner, started it or agreed to it.
    """
    row = _locked(recovery_id, Status.CONFIRMED)
    if not (row.started_by or row.agreed_by):
        raise NotPossible
    account = _whose(row, opens_staff=opens_staff, by=by)
    token, now = new_token(), database_clock()
    Recovery.objects.filter(pk=row.pk).update(
        status=Status.APPROVED,
        account=account,
        decided_at=now,
        due_at=now + DELAY,
        cancel_digest=digest_of_token(token),
        opens_staff=opens_staff,
    )
    told = sorted({*notice_addresses(account.pk), *also_tell})
    tell(kind="recovery_approved", to=told, language=account.language, by=by, path=cancel_path(token))
    record(event=events.RecoveryApproved(subject=f"account:{account.pk}"), by=by)


@whole
def assign_recovery(*, recovery_id: UUID, was: UUID | None, now: UUID | None, by: str) -> bool:
    """From whom of staff to whom; None is nobody. False where it is not `was`'s any more, or decided: nothing is done then."""
    waits = Recovery.objects.filter(pk=recovery_id, status=Status.CONFIRMED, taken_by=was)
    changed = waits.update(taken_by=now)
    if changed:
        event = events.RecoveryAssigned(
            subject=f"recovery:{recovery_id}", was=str(was or ""), now=str(now or "")
        )
        record(event=event, by=by)
    return bool(changed)


@whole
def refuse_recovery(*, recovery_id: UUID, language: str = "", by: str) -> None:
    """Staff are not sure; the new address is told, in the language in which she asked or in `language`. Raises NotPossible."""
    row = _locked(recovery_id, Status.CONFIRMED)
    Recovery.objects.filter(pk=row.pk).update(status=Status.REFUSED, decided_at=database_clock())
    _tell_refused(row, language=language or row.language, by=by)
    record(event=events.RecoveryRefused(subject=f"recovery:{row.pk}"), by=by)


@whole
def cancel_recovery(*, token_digest: bytes, by: str) -> bool:
    """Somebody who was told says that it was not she: neither it nor any other that is under way will happen."""
    links = Q(cancel_digest=token_digest) | Q(first_cancel_digest=token_digest)
    row = Recovery.objects.select_for_update(no_key=True).filter(links).first()
    if row is None or row.account_id is None or row.status not in UNDER_WAY:
        return row is not None and row.status == Status.CANCELLED
    _cancel_all(account_id=row.account_id, by=by)
    return True


@whole
def stop_recovery(*, account_id: UUID, by: str) -> None:
    """Staff stop whatever is under way. Raises NotPossible: there is nothing, or it is one's own."""
    if by == f"account:{account_id}" or not under_way(account_id).select_for_update(no_key=True):
        raise NotPossible
    _cancel_all(account_id=account_id, by=by)


def _cancel_all(*, account_id: UUID, by: str) -> None:
    """Whoever says no to one means all."""
    works = Recovery.objects.filter(account_id=account_id, status__in=UNDER_WAY)
    works.update(status=Status.CANCELLED)
    record(event=events.RecoveryCancelled(subject=f"account:{account_id}"), by=by)


@whole
def let_go_of_recoveries(*, recovery_ids: Collection[UUID], by: str) -> None:
    """Recoveries of which a lost key sealed what was typed: none of them can happen any more, and whoever needs one asks again."""
    live = {Status.ASKED, *UNDER_WAY}
    for row in Recovery.objects.filter(pk__in=recovery_ids):
        seal_into(row, "facts_sealed", json.dumps({"name": "", "login": "", "email": "", "message": ""}))
        if row.status in live:
            row.status = Status.CANCELLED
            about = f"account:{row.account_id}" if row.account_id else f"recovery:{row.pk}"
            record(event=events.RecoveryCancelled(subject=about), by=by)
        row.save(update_fields=["facts_sealed", "status"])


def complete_due_recoveries(*, by: str) -> int:
    """Complete those whose day is over, each in a transaction of its own; how many."""
    due = Recovery.objects.filter(status=Status.APPROVED, due_at__lte=database_clock())
    return sum(_complete(recovery_id=pk, by=by) for pk in list(due.values_list("pk", flat=True)))


@whole
def _complete(*, recovery_id: UUID, by: str) -> bool:
    try:
        row = _locked(recovery_id, Status.APPROVED)
    except NotPossible:  # another worker, or a link that stopped it, came first
        return False
    account = User.objects.select_for_update(no_key=True).get(recoveries=row)
    email = facts_of(row)["email"]
    taken = EmailAddress.objects.filter(email=email, verified=True).exclude(user=account).exists()
    # She may have become staff within the day, and nobody who may let a colleague in has looked at it.
    if taken or (roles_of(account.pk) and not row.opens_staff):
        Recovery.objects.filter(pk=row.pk).update(status=Status.REFUSED)
        _tell_refused(row, language=account.language, by=by)
        record(event=events.RecoveryRefused(subject=f"recovery:{row.pk}"), by=by)
        return False
    with recorded_together():
        _let_in(account=account, email=email, by=by)
        Recovery.objects.filter(pk=row.pk).update(status=Status.COMPLETED)
        tell(
            kind="recovery_done",
            to=sorted({*notice_addresses(account.pk), account.email, email}),
            language=account.language,
            by=by,
            path=reverse("account_reset_password"),
        )
        record(event=events.RecoveryCompleted(subject=f"account:{account.pk}"), by=by)
    return True


def _tell_refused(row: Recovery, *, language: str, by: str) -> None:
    path = reverse("accounts:ask_for_recovery")
    tell(kind="recovery_refused", to=[facts_of(row)["email"]], language=language, by=by, path=path)


def _let_in(*, account: User, email: str, by: str) -> None:
    """The new address is the one for mail, second steps are gone, and nobody is signed in or knows the password."""
    before = EmailAddress.objects.filter(user=account, primary=True, verified=True).first()
    EmailAddress.objects.filter(user=account, verified=False).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=account, email=email, defaults={"verified": True})
    now = database_clock()
    ConfirmedSince.objects.update_or_create(account=account, email=email, defaults={"since": now})
    make_primary(account_id=account.pk, email=email, by=by)
    EmailConfirmation.objects.filter(account=account).delete()
    AddressUndo.objects.filter(account=account, email=email).delete()
    Authenticator.objects.filter(user=account).delete()
    User.objects.filter(pk=account.pk).update(password=make_password(None))
    end_sessions(account_id=account.pk, by=by)
    let_ask_for_password(account_id=account.pk, by=by)
    if before is not None and before.email != email:
        open_way_back(account_id=account.pk, email=before.email, by=by)
