"""What second factors an account has, and which were used in a session."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from kecs.accounts.factors.kinds import SECOND_FACTORS, Factor
from kecs.audit.by_hand import first_row


def secret_place(account_id: UUID) -> str:
    """Where an authenticator's secret stands: an account has one such row."""
    return f"{Authenticator._meta.db_table}.data:{Factor.AUTHENTICATOR}:{account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey as its owner sees it."""

    id: int
    name: str = field(repr=False)
    made_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What pages show of an account's second factors."""

    authenticator: bool
    passkeys: list[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether signing in takes a second step."""
        return self.authenticator or bool(self.passkeys)


def has_second_factor(account_id: UUID) -> bool:
    """Whether signing in to this account takes a second step."""
    found = first_row(
        "1 FROM mfa_authenticator WHERE user_id = %s AND type IN (%s, %s) LIMIT 1",
        account_id,
        *(factor.value for factor in SECOND_FACTORS),
    )
    return found is not None


def factors_of(account_id: UUID) -> Factors:
    """The second factors of this account."""
    rows = list(Authenticator.objects.filter(user_id=account_id).order_by("pk"))
    passkeys = [
        Passkey(id=row.pk, name=row.data["name"], made_at=row.created_at, last_used_at=row.last_used_at)
        for row in rows
        if row.type == Factor.PASSKEY
    ]
    codes = [row for row in rows if row.type == Factor.RECOVERY_CODES]
    return Factors(
        authenticator=any(row.type == Factor.AUTHENTICATOR for row in rows),
        passkeys=passkeys,
        codes_left=len(codes[0].data["digests"]) if codes else 0,
    )


def factor_used(request: HttpRequest, account: AbstractBaseUser) -> Factor:
    """The newest second factor that was shown in this session, or the password where none was."""
    records = get_authentication_records(request, account)
    shown = [Factor(record["type"]) for record in records if record["method"] == "mfa"]
    return shown[-1] if shown else Factor.PASSWORD
