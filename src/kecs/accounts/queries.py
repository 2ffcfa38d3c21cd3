"""Looking accounts up; other rooms ask here and never touch the models."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import HttpRequest

from kecs.accounts.addresses import normalised_address
from kecs.accounts.fresh import A_MOMENT, FRESH_FOR, fresh_since
from kecs.accounts.models import EmailConfirmation, User
from kecs.accounts.usernames import normalised
from kecs.audit.by_hand import first_of, first_row, rows_of
from kecs.audit.clock import portal_clock

# An address that was added and never confirmed may be somebody else's: it neither signs in nor gets a link.
REACHES = Q(verified=True) | Q(primary=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What pages show of an account."""

    account_id: UUID
    username: str = field(repr=False)
    email: str = field(repr=False)
    email_confirmed: bool
    language: str


def account_with_username(username: str) -> User | None:
    """The account with this username, in any case."""
    return User.objects.annotate(folded=Lower("username")).filter(folded=normalised(username).lower()).first()


def account_named(login: str) -> User | None:
    """The one account that a typed username or e-mail address names.

    A username holds no "@". An address names the account that confirmed it; unconfirmed, it names an account only
    while no other has typed the same.
    """
    if "@" not in login:
        return account_with_username(login)
    addresses = list(
        EmailAddress.objects.filter(REACHES, email=login.strip().lower())
        .order_by("-verified")
        .select_related("user")[:2]
    )
    if not addresses or (len(addresses) > 1 and not addresses[0].verified):
        return None
    return addresses[0].user


def accounts_with_address(email: str) -> list[User]:
    """The accounts that mail to this address may speak of: the one that confirmed it, else all that typed it."""
    addresses = list(
        EmailAddress.objects.filter(REACHES, email=email.strip().lower(), user__is_active=True)
        .order_by("-verified")
        .select_related("user")[:10]
    )
    confirmed = [address for address in addresses if address.verified]
    return [address.user for address in confirmed or addresses]


def account_with_id(account_id: UUID) -> User | None:
    """The account, by a statement written out: every page of whoever is signed in asks for it."""
    return first_of(User, "id = %s", account_id)


def username_is_taken(username: str) -> bool:
    """Whether an account has this username, in any case."""
    name = normalised(username).lower()
    return first_row("1 FROM accounts_user WHERE LOWER(username) = %s LIMIT 1", name) is not None


def confirmed_owner_of(email: str) -> User | None:
    """The account that confirmed this address."""
    address = (
        EmailAddress.objects.filter(email=email.strip().lower(), verified=True).select_related("user").first()
    )
    return address.user if address else None


def state_of(account_id: UUID) -> AccountState:
    """What pages show of this account. Raises User.DoesNotExist."""
    row = first_row(_STATE, account_id)
    if row is None:
        raise User.DoesNotExist
    username, email, language, confirmed = row
    return AccountState(
        account_id=account_id,
        username=username,
        email=email,
        email_confirmed=bool(confirmed),
        language=language,
    )


_STATE = """
    u.username, u.email, u.language,
    EXISTS (SELECT 1 FROM account_emailaddress e WHERE e.user_id = u.id AND e.email = u.email AND e.verified)
    FROM accounts_user u WHERE u.id = %s
"""


def usernames_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The usernames of these accounts, in one statement."""
    wanted = set(account_ids)
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "username")) if wanted else {}


def languages_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """In which language mail to these accounts speaks."""
    return dict(User.objects.filter(pk__in=set(account_ids)).values_list("pk", "language"))


def signed_in(request: HttpRequest) -> UUID:
    """The account of this session. Raises PermissionDenied when nobody is signed in."""
    if not request.user.is_authenticated or request.user.pk is None:
        raise PermissionDenied
    return request.user.pk


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person of this session signed in, or showed again that it is she, less than ten minutes ago."""
    since = fresh_since(request)
    if since is None:
        return False
    ago = portal_clock().timestamp() - since
    return -A_MOMENT.total_seconds() <= ago < FRESH_FOR.total_seconds()


def password_is_right(account_id: UUID, password: str) -> bool:
    """Whether this is the account's password. Costs one hash."""
    return User.objects.get(pk=account_id).check_password(password)


def live_confirmation(token_digest: bytes) -> EmailConfirmation | None:
    """The confirmation that this digest belongs to."""
    return EmailConfirmation.objects.filter(token_digest=token_digest).select_related("account").first()


def confirmed_addresses(account_id: UUID) -> list[str]:
    """The confirmed addresses of this account, the one for mail first."""
    rows = rows_of(
        'email FROM account_emailaddress WHERE user_id = %s AND verified ORDER BY "primary" DESC, email',
        account_id,
    )
    return [email for (email,) in rows]


def notice_addresses(account_id: UUID) -> list[str]:
    """Every address of this account that is told what happens to it: the confirmed ones, or its one while none is.

    One that was never confirmed may be a stranger's, whom the way back in such a mail would put in the owner's place.
    """
    return confirmed_addresses(account_id) or [User.objects.get(pk=account_id).email]


MOST_CALLED = 21  # one more than a list of the desk shows


def accounts_called(login: str, *, by: str) -> list[UUID]:
    """For staff: the accounts that go by this username or address, in any case, confirmed or not."""
    if "@" not in login:
        account = account_with_username(login)
        return [account.pk] if account else []
    rows = EmailAddress.objects.filter(email=normalised_address(login))
    owners = rows.order_by("-verified", "pk").values_list("user_id", flat=True)[:MOST_CALLED]
    return list(dict.fromkeys(owners))


def accounts_under(emails: Collection[str]) -> set[UUID]:
    """The accounts that mail to any of these addresses reaches, or would."""
    found = EmailAddress.objects.filter(REACHES, email__in=[email.lower() for email in emails])
    return set(found.values_list("user_id", flat=True))


def every_address_of(account_ids: Collection[UUID]) -> set[str]:
    """All addresses of these accounts, confirmed or not."""
    found = EmailAddress.objects.filter(user__in=account_ids).values_list("email", flat=True)
    return set(found) | set(User.objects.filter(pk__in=account_ids).values_list("email", flat=True))
