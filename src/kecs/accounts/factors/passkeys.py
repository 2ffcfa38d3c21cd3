"""The two ceremonies of WebAuthn: making a passkey, and showing one. What we asked for waits in the session, for once."""

import json
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kecs.accounts.factors.kinds import Factor
from kecs.accounts.models import User

LONGEST = 16 * 1024  # of what a browser sends about a passkey
# Whatever is wrong with bytes from outside, the library tells it with one of these.
MALFORMED = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, struct.error)


class PasskeyRefused(Exception):
    """What the browser sent does not answer what we asked, or the passkey is none that we know."""


class Purpose(StrEnum):
    """What a passkey is asked for: an answer to one question is none to another."""

    ADD = "add"
    SIGN_IN = "sign_in"  # alone: the device must have checked the person
    SECOND_STEP = "second_step"
    AGAIN = "again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A passkey that was shown, and whose it is."""

    account: User
    passkey_id: int


def _server(request: HttpRequest) -> Fido2Server:
    """For our own origin exactly, neither a subdomain of it nor a port beside it."""
    origin = settings.KECS_ORIGIN
    if settings.DEVELOPMENT:  # browsers know passkeys at http://localhost, whatever the port of the day
        origin = f"{request.scheme}://{request.get_host()}"
    relying_party = PublicKeyCredentialRpEntity(
        id=urlsplit(origin).hostname, name=settings.KECS_AGENCY_NAME or "Educator Credentialing System"
    )
    return Fido2Server(relying_party, verify_origin=lambda seen: str(seen).rstrip("/") == origin)


def _remember(request: HttpRequest, purpose: Purpose, state: dict[str, Any]) -> None:
    request.session[f"passkey:{purpose}"] = state


def _recalled(request: HttpRequest, purpose: Purpose) -> dict[str, Any]:
    """What was asked for, once. Raises PasskeyRefused when nothing was."""
    state = request.session.pop(f"passkey:{purpose}", None)
    if not isinstance(state, dict):
        raise PasskeyRefused
    return state


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise PasskeyRefused
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise PasskeyRefused from None
    if not isinstance(answer, dict):
        raise PasskeyRefused
    return answer


def _credential_of(row: Any) -> AttestedCredentialData:
    made = RegistrationResponse.from_dict(row.data["credential"])
    return made.response.attestation_object.auth_data.credential_data


def _rows(account: User) -> list[Any]:
    return list(Authenticator.objects.filter(user=account, type=Factor.PASSKEY).order_by("pk"))


def creation_options(request: HttpRequest, account: User) -> dict[str, Any]:
    """What the browser needs for making a passkey that this account does not have yet."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(
            id=account.pk.bytes, name=account.username, display_name=account.username
        ),
        credentials=[_credential_of(row) for row in _rows(account)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    _remember(request, Purpose.ADD, state)
    return dict(options)


def made(request: HttpRequest, text: str) -> dict[str, Any]:
    """The passkey that the browser made as asked. Raises PasskeyRefused."""
    state, answer = _recalled(request, Purpose.ADD), _parsed(text)
    try:
        _server(request).register_complete(state, answer)
    except MALFORMED:
        raise PasskeyRefused from None
    return answer


def request_options(request: HttpRequest, purpose: Purpose, account: User | None = None) -> dict[str, Any]:
    """What the browser needs for showing a passkey: one of this account, or any for signing in with it alone."""
    options, state = _server(request).authenticate_begin(
        credentials=[_credential_of(row) for row in _rows(account)] if account else None,
        user_verification=(
            UserVerificationRequirement.PREFERRED if account else UserVerificationRequirement.REQUIRED
        ),
    )
    _remember(request, purpose, state)
    return dict(options)


def shown(request: HttpRequest, purpose: Purpose, text: str, account: User | None = None) -> Shown:
    """The passkey that the browser showed as asked, and whose it is. Raises PasskeyRefused."""
    state, answer = _recalled(request, purpose), _parsed(text)
    try:
        owner = account or _owner_of(answer)
        rows = {_credential_of(row).credential_id: row for row in _rows(owner)}
        known = [_credential_of(row) for row in rows.values()]
        credential = _server(request).authenticate_complete(state, known, answer)
    except MALFORMED:
        raise PasskeyRefused from None
    if not owner.is_active:
        raise PasskeyRefused
    return Shown(account=owner, passkey_id=rows[credential.credential_id].pk)


def _owner_of(answer: dict[str, Any]) -> User:
    """The account that the passkey names. Raises PasskeyRefused."""
    handle = websafe_decode(answer["response"]["userHandle"])
    owner = User.objects.filter(pk=UUID(bytes=handle)).first()
    if owner is None:
        raise PasskeyRefused
    return owner
