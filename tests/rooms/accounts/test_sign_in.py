"""Signing in and out: by username or e-mail, with one hash on every path, and the same words for every failure."""

import pytest
from allauth.account.models import EmailAddress

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from tests.factories.people import MARIA, PASSWORD, Person
from tests.factories.visits import errors, heading, register_new
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

FAILED = "The username or email and the password do not go together. Check both, or use a link below."


@pytest.fixture
def maria():
    """Her account."""
    register_new(InspectingClient(), MARIA)
    return User.objects.get()


def sign_in(client, login, password=PASSWORD, address="/"):
    """Fill in the Sign In box."""
    return client.post(address, {"login": login, "password": password}, follow=True)


@pytest.mark.parametrize(
    "login", ["maria.fuentes", "MARIA.FUENTES", " maria.fuentes", "maria@example.org", "Maria@Example.org "]
)
def test_by_username_or_email_in_any_case(client, maria, login):
    assert sign_in(client, login).request["PATH_INFO"] == "/home"


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("maria.fuentes", "wrong"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("maria@example.org", "wrong"),
    ],
)
def test_every_failure_has_the_same_words(client, maria, login, password):
    page = sign_in(client, login, password)
    assert errors(page) == [FAILED]
    assert AuditEvent.objects.filter(code="accounts.sign_in_failed").count() == 1


def test_one_hash_whether_or_not_the_account_exists(client, maria, monkeypatch):
    from kecs.accounts import hashers

    hashed = []
    real = hashers.CheapArgon2PasswordHasher.encode

    def counted(self, password, salt):
        hashed.append("encode")
        return real(self, password, salt)

    def verified(self, password, encoded):
        hashed.append("verify")
        return False

    monkeypatch.setattr(hashers.CheapArgon2PasswordHasher, "encode", counted)
    monkeypatch.setattr(hashers.CheapArgon2PasswordHasher, "verify", verified)
    for login in ("maria.fuentes", "maria@example.org", "nobody", "nobody@example.org"):
        hashed.clear()
        sign_in(client, login)
        assert len(hashed) == 1, login


def test_an_address_that_two_accounts_typed_names_neither_until_one_confirms_it(client, maria):
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email=MARIA.email)
    register_new(InspectingClient(), ruth, username="ruth.okafor")
    assert errors(sign_in(client, MARIA.email)) == [FAILED]
    EmailAddress.objects.filter(user=maria).update(verified=True)
    assert "maria.fuentes" in sign_in(client, MARIA.email).content.decode()


def test_guessing_at_one_account_stops_for_a_while_and_alike_for_a_name_that_nobody_has(client, maria):
    for login in ("maria.fuentes", "nobody"):
        for _guess in range(5):
            assert errors(sign_in(InspectingClient(), login, "wrong")) == [FAILED]
        assert "Too many tries to sign in" in errors(sign_in(InspectingClient(), login))[0]


def test_a_success_forgives_the_failures_before_it(client, maria):
    for _round in range(3):
        for _guess in range(4):
            sign_in(client, "maria.fuentes", "wrong")
        assert sign_in(client, "maria.fuentes").request["PATH_INFO"] == "/home"
        client.post("/sign-out")


def test_the_session_gets_a_new_name(client, maria):
    client.get("/")
    client.get("/register/search")
    before = client.session.session_key
    sign_in(client, "maria.fuentes")
    assert client.session.session_key != before


def test_one_is_led_on_to_where_one_wanted_to_go(client, maria):
    page = sign_in(client, "maria.fuentes", address="/?next=/confirm-email")
    assert page.request["PATH_INFO"] == "/confirm-email"


@pytest.mark.parametrize(
    "target", ["https://example.net/", "//example.net", "javascript:alert(1)", "https:example.net"]
)
def test_one_is_never_led_to_another_site(client, maria, target):
    assert sign_in(client, "maria.fuentes", address=f"/?next={target}").request["PATH_INFO"] == "/home"


def test_signing_out_ends_the_session_and_leaves_nothing_behind(client, maria):
    sign_in(client, "maria.fuentes")
    cookies = client.cookies.copy()
    answer = client.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    again = InspectingClient()
    again.cookies = cookies
    assert again.get("/home", follow=True).request["PATH_INFO"] == "/"


def test_a_link_to_sign_out_asks_first(client, maria):
    sign_in(client, "maria.fuentes")
    assert heading(client.get("/sign-out")) == "Sign out"
    assert client.get("/home").status_code == 200


def test_the_library_offers_no_sign_up_of_its_own(client):
    assert client.get("/signup/").status_code == client.get("/accounts/signup/").status_code == 404


def test_a_closed_account_cannot_sign_in(client, maria):
    User.objects.update(is_active=False)
    page = sign_in(client, "maria.fuentes")
    assert "_auth_user_id" not in client.session
    assert errors(page) == [FAILED]
