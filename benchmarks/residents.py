"""`python -m benchmarks.residents SAMPLES DOOR…`: the accounts that doors.py asks for, in the environment of an installation."""

import sys
from collections.abc import Iterable

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - Django first
from django.contrib.auth.hashers import make_password  # noqa: E402

from benchmarks.doorsteps import CLOSED, CONFIRMED, STATES, UNCONFIRMED, USES, WITH_ACCOUNT, Asked  # noqa: E402
from benchmarks.people import PASSWORD  # noqa: E402
from kecs.accounts.models import User  # noqa: E402


def prepare(samples: int, doors: Iterable[str]) -> None:
    """Accounts in each state, a few uses each."""
    password = make_password(PASSWORD)
    users, addresses = [], []

    def add(username: str, email: str, state: str) -> None:
        user = User(username=username, email=email, password=password, is_active=state != CLOSED)
        users.append(user)
        confirmed = state in {CONFIRMED, CLOSED}
        addresses.append(EmailAddress(user=user, email=email, primary=True, verified=confirmed))

    for door in doors:
        for number in range(samples):
            for state in STATES:
                asked = Asked(door=door, state=state, number=number)
                if state in WITH_ACCOUNT and number % USES == 0:
                    add(asked.username, asked.email, state)
                if door == "resend":
                    add(asked.own_name, asked.email, UNCONFIRMED)
    User.objects.bulk_create(users)
    EmailAddress.objects.bulk_create(addresses)


if __name__ == "__main__":
    prepare(int(sys.argv[1]), sys.argv[2:])
