"""Everything that changes second factors: setting up, using, removing; a changed password."""

from base64 import b64decode, b64encode
from collections.abc import Collection
from enum import StrEnum
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction

from kecs.accounts import events
from kecs.accounts.factors import codes, totp
from kecs.accounts.factors.kinds import SECOND_FACTORS, Factor
from kecs.accounts.factors.notices import Notice, tell
from kecs.accounts.factors.queries import secret_place
from kecs.accounts.factors.tries import may_try, was_right
from kecs.accounts.models import User
from kecs.accounts.shut_out.actions import end_sessions
from kecs.audit.actions import record
from kecs.audit.clock import portal_clock
from kecs.audit.transactions import whole
from kecs.guard.limits import Limit
from kecs.guard.queries import database_clock, used_up
from kecs.pii.fields import sealed_text, unsealed_text


class CodeVerdict(StrEnum):
    """What became of a code that was typed."""

    AUTHENTICATOR = "totp"
    RECOVERY_CODE = "recovery_codes"
    WRONG = "wrong"
    TOO_MANY = "too_many"


def _row(account_id: UUID, kind: Factor) -> Any:
    """The account's one row of this kind, locked."""
    return Authenticator.objects.select_for_update(no_key=True).filter(user_id=account_id, type=kind).first()


# --- Authenticator app -------------------------------------------------------------------------------------------


@whole
def add_authenticator(*, account_id: UUID, secret: str, typed: str, by: str) -> bool:
    """Set up an authenticator app that shows the right code; one that was there before ends. False for a wrong code."""
    step = totp.matching_step(secret, typed, now=database_clock())
    if step is None:
        return False
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    Authenticator.objects.filter(user_id=account_id, type=Factor.AUTHENTICATOR).delete()
    sealed = b64encode(sealed_text(secret, secret_place(account_id))).decode("ascii")
    # The step is used: the code that set the app up signs nobody in.
    Authenticator.objects.create(
        user=account, type=Factor.AUTHENTICATOR, data={"secret": sealed, "last_step": step}
    )
    tell(account=account, notice=Notice.AUTHENTICATOR_ADDED, by=by)
    record(
        event=events.SecondFactorAdded(subject=f"account:{account_id}", factor=Factor.AUTHENTICATOR), by=by
    )
    return True


@whole
def remove_authenticator(*, account_id: UUID, by: str) -> None:
    """Remove the authenticator app, and the recovery codes where nothing is left that they stand in for."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    removed, _each = Authenticator.objects.filter(user_id=account_id, type=Factor.AUTHENTICATOR).delete()
    if removed:
        _after_removal(
            account=account, factor=Factor.AUTHENTICATOR, notice=Notice.AUTHENTICATOR_REMOVED, by=by
        )


@whole
def let_go_of_authenticators(*, authenticator_ids: Collection[int], by: str) -> None:
    """Authenticator apps whose secret a lost key sealed: no code of theirs can be right any more. The owners are told."""
    rows = Authenticator.objects.filter(pk__in=authenticator_ids, type=Factor.AUTHENTICATOR)
    for account_id in list(rows.order_by("pk").values_list("user_id", flat=True)):
        remove_authenticator(account_id=account_id, by=by)


def _after_removal(*, account: User, factor: Factor, notice: Notice, by: str) -> None:
    if not Authenticator.objects.filter(user=account, type__in=SECOND_FACTORS).exists():
        Authenticator.objects.filter(user=account, type=Factor.RECOVERY_CODES).delete()
    tell(account=account, notice=notice, by=by)
    record(event=events.SecondFactorRemoved(subject=f"account:{account.pk}", factor=factor), by=by)


# --- Passkeys ----------------------------------------------------------------------------------------------------


@whole
def add_passkey(*, account_id: UUID, name: str, credential: dict[str, Any], by: str) -> None:
    """Keep a passkey whose making was checked. What is kept of it is public: it verifies, and signs nothing."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    Authenticator.objects.create(
        user=account, type=Factor.PASSKEY, data={"name": name, "credential": credential}
    )
    tell(account=account, notice=Notice.PASSKEY_ADDED, by=by)
    record(event=events.SecondFactorAdded(subject=f"account:{account_id}", factor=Factor.PASSKEY), by=by)


@whole
def rename_passkey(*, account_id: UUID, passkey_id: int, name: str, by: str) -> None:
    """Give a passkey of this account another name."""
    row = Authenticator.objects.select_for_update(no_key=True).get(
        pk=passkey_id, user_id=account_id, type=Factor.PASSKEY
    )
    Authenticator.objects.filter(pk=row.pk).update(data={**row.data, "name": name})
    record(event=events.PasskeyRenamed(subject=f"account:{account_id}"), by=by)


@whole
def remove_passkey(*, account_id: UUID, passkey_id: int, by: str) -> None:
    """Remove a passkey of this account."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    removed, _each = Authenticator.objects.filter(
        pk=passkey_id, user_id=account_id, type=Factor.PASSKEY
    ).delete()
    if removed:
        _after_removal(account=account, factor=Factor.PASSKEY, notice=Notice.PASSKEY_REMOVED, by=by)


def use_passkey(*, account_id: UUID, passkey_id: int, by: str) -> None:
    """A passkey was shown: note when, and forgive the wrong codes before it."""
    Authenticator.objects.filter(pk=passkey_id, user_id=account_id).update(last_used_at=portal_clock())
    was_right(account_id=account_id, by=by)


# --- Codes -------------------------------------------------------------------------------------------------------


@whole
def make_recovery_codes(*, account_id: UUID, by: str) -> list[str]:
    """Ten new codes, which end the set before; only their digests are kept, so they are shown now or never."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    fresh = codes.new_codes()
    renewed, _each = Authenticator.objects.filter(user_id=account_id, type=Factor.RECOVERY_CODES).delete()
    digests = sorted(codes.digest_of_code(account_id, code) for code in fresh)
    Authenticator.objects.create(user=account, type=Factor.RECOVERY_CODES, data={"digests": digests})
    if renewed:
        tell(account=account, notice=Notice.RECOVERY_CODES_RENEWED, by=by)
    record(event=events.RecoveryCodesMade(subject=f"account:{account_id}"), by=by)
    return fresh


def use_code(*, account_id: UUID, typed: str, recovery: bool = True, by: str) -> CodeVerdict:
    """Use the code that an app shows, or a recovery code: each is good for once, however many send it at once.

    The try is counted before the code is looked at. With `recovery` False recovery codes are not taken.
    """
    in_a_row = not codes.looks_like_code(
        typed
    )  # nobody guesses 80 bits: they stay open when guessing was stopped
    if not may_try(account_id=account_id, in_a_row=in_a_row, by=by):
        return CodeVerdict.TOO_MANY
    with transaction.atomic():
        verdict = _used(account_id=account_id, typed=typed, recovery=recovery, by=by)
        if verdict is CodeVerdict.WRONG:
            if used_up(Limit.SECOND_STEP_TRIES, str(account_id)):  # this was the last one for now
                tell(account=User.objects.get(pk=account_id), notice=Notice.SECOND_STEP_STOPPED, by=by)
            record(event=events.SecondStepFailed(subject=f"account:{account_id}"), by=by)
    if verdict is not CodeVerdict.WRONG:
        was_right(account_id=account_id, by=by)
    return verdict


def _used(*, account_id: UUID, typed: str, recovery: bool, by: str) -> CodeVerdict:
    if _step_used(account_id=account_id, typed=typed):
        return CodeVerdict.AUTHENTICATOR
    if recovery and _recovery_code_used(account_id=account_id, typed=typed, by=by):
        return CodeVerdict.RECOVERY_CODE
    return CodeVerdict.WRONG


def _step_used(*, account_id: UUID, typed: str) -> bool:
    row = _row(account_id, Factor.AUTHENTICATOR)
    if row is None:
        return False
    secret = unsealed_text(b64decode(row.data["secret"]), secret_place(account_id))
    step = totp.matching_step(secret, typed, now=database_clock(), after=row.data["last_step"])
    if step is None:
        return False
    row.data["last_step"] = step
    Authenticator.objects.filter(pk=row.pk).update(data=row.data, last_used_at=portal_clock())
    return True


def _recovery_code_used(*, account_id: UUID, typed: str, by: str) -> bool:
    row = _row(account_id, Factor.RECOVERY_CODES)
    digest = codes.digest_of_code(account_id, typed)
    if row is None or digest not in row.data["digests"]:
        return False
    row.data["digests"].remove(digest)
    Authenticator.objects.filter(pk=row.pk).update(data=row.data, last_used_at=portal_clock())
    tell(
        account=User.objects.get(pk=account_id),
        notice=Notice.RECOVERY_CODE_USED,
        by=by,
        codes_left=str(len(row.data["digests"])),
    )
    record(event=events.RecoveryCodeUsed(subject=f"account:{account_id}"), by=by)
    return True


# --- Around them -------------------------------------------------------------------------------------------------


@whole
def note_failed_passkey(*, account_id: UUID, by: str) -> None:
    """Record a second step that failed with a passkey."""
    record(event=events.SecondStepFailed(subject=f"account:{account_id}"), by=by)


@whole
def note_shown_again(*, account_id: UUID, factor: Factor, by: str) -> None:
    """Record that the person of a session showed again that it is she."""
    record(event=events.ShownAgain(subject=f"account:{account_id}", factor=factor), by=by)


@whole
def change_password(*, account_id: UUID, password_hash: str, by: str) -> None:
    """Set a new password and tell the owner. Every session ends; the caller goes on with hers under a new key."""
    account = User.objects.select_for_update(no_key=True).get(pk=account_id)
    User.objects.filter(pk=account_id).update(password=password_hash)
    end_sessions(account_id=account_id, by=by)
    tell(account=account, notice=Notice.PASSWORD_CHANGED, by=by)
    record(event=events.PasswordChanged(subject=f"account:{account_id}"), by=by)
