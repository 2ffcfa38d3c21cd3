"""Whatever is too long is refused with what to do, in the house's words and not the library's."""

import pytest

from tests.factories.people import MARIA
from tests.factories.visits import create_new, errors, send_account

pytestmark = pytest.mark.django_db

TOO_LONG = "This is too long. Use {} characters or fewer."
PASSWORD_TOO_LONG = "Your password is too long. Use 128 characters or fewer."


@pytest.mark.parametrize(
    ("address", "field", "most", "words"),
    [
        ("/", "login", 254, TOO_LONG),
        ("/", "password", 128, PASSWORD_TOO_LONG),
        ("/register/no-ssn", "telephone", 30, TOO_LONG),
        ("/register/no-ssn", "message", 1000, TOO_LONG),
        ("/forgot-username", "email", 254, TOO_LONG),
    ],
)
def test_one_character_too_many(client, address, field, most, words):
    typed = "x" * (most - 11) + "@example.org"
    assert words.format(most) in errors(client.post(address, {field: typed}))
    assert words.format(most) not in errors(client.post(address, {field: typed[1:]}))


def test_both_boxes_for_a_new_password(client):
    page = create_new(client, MARIA)
    form = MARIA.new_account(password1="x" * 129, password2="x" * 129)
    assert errors(send_account(client, page, form)) == [PASSWORD_TOO_LONG] * 2
