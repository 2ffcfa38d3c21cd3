"""Statements that are written by hand."""

from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.forms.models import model_to_dict

from kecs.accounts.models import User
from kecs.audit.by_hand import first_of


@pytest.mark.django_db
def test_a_row_comes_as_its_object_or_not_at_all():
    account = User.objects.create(username="maria.fuentes", email="maria@example.org")
    found = first_of(User, "id = %s", account.pk)
    assert found is not None
    assert model_to_dict(found) == model_to_dict(account)
    assert (found.pk, found.created_at) == (account.pk, account.created_at)
    assert first_of(User, "id = %s", uuid4()) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has no statements that outlive a table's change"
)
def test_what_is_prepared_outlives_a_column_that_a_new_version_adds():
    account = User.objects.create(username="maria.fuentes", email="maria@example.org")
    for _often_enough_to_be_prepared in range(8):
        assert first_of(User, "id = %s", account.pk) == account
    change = "ALTER TABLE accounts_user {} COLUMN of_the_next_version {}"
    elsewhere(change.format("ADD", "integer"))
    try:
        assert first_of(User, "id = %s", account.pk) == account
    finally:
        elsewhere(change.format("DROP", ""))


def elsewhere(statement: str) -> None:
    """By another connection, as `kecs migrate` has one."""

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    other = Thread(target=run)
    other.start()
    other.join()
