"""Which accounts nobody ever confirmed an address of."""

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet

from kecs.accounts.models import User


def never_confirmed(*, before: datetime) -> QuerySet[User]:
    """Made and last signed in to before this moment, no address ever confirmed, not of staff; the oldest first."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    unused = Q(last_login=None) | Q(last_login__lt=before)
    old = User.objects.filter(unused, ~Exists(confirmed), created_at__lt=before, is_staff=False)
    return old.filter(held_roles=None, confirmed_since=None).order_by("created_at")


def ids_never_confirmed(*, before: datetime, most: int) -> list[UUID]:
    """Their ids."""
    return list(never_confirmed(before=before).values_list("pk", flat=True)[:most])
