"""My account and the pages that set second factors up: what they show, what they keep, whom they tell."""

import re

import pytest
from django.urls import get_resolver

from kecs.accounts.factors.queries import factors_of, has_second_factor
from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories import factors as f
from tests.factories.people import PASSWORD
from tests.factories.visits import errors, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(client):
    """Her account; she is signed in."""
    return f.account(client)


def text_of(page):
    return page.content.decode()


def codes_on(page):
    return re.findall(r"<code>([^<]+)</code>", text_of(page))


def sets_up_app(client):
    """Through the pages; what the last one shows, and the secret."""
    page = client.get("/account/second-step/app")
    [spelled] = re.findall(r'<strong class="kecs-whole">([A-Z2-7 ]+)</strong>', text_of(page))
    secret = spelled.replace(" ", "")
    return client.post("/account/second-step/app", {"code": f.code(secret)}, follow=True), secret


def mails(kind):
    return list(OutboxMessage.objects.filter(kind=f"accounts.{kind}"))


def test_the_overview_leads_to_each_part(client, maria):
    page = text_of(client.get("/account"))
    for address in ("password", "second-step", "passkeys", "activity"):
        assert f'href="/account/{address}"' in page
    assert "maria.fuentes" in page
    assert 'href="/account"' in text_of(client.get("/home"))


def test_home_offers_a_second_step_until_there_is_one(client, maria):
    assert "Set up a second step" in text_of(client.get("/home"))
    f.with_app(maria)
    assert "Set up a second step" not in text_of(client.get("/home"))


# --- Authenticator app -------------------------------------------------------------------------------------------


def test_an_app_is_set_up_and_brings_recovery_codes(client, maria):
    page, _secret = sets_up_app(client)
    assert heading(page) == "Your recovery codes"
    assert len(set(codes_on(page))) == 10
    assert factors_of(maria.pk).authenticator
    [mail] = mails("authenticator_added")
    assert "choose a new password right away" in (unseal_from(mail, "body_sealed") or "")
    assert AuditEvent.objects.get(code="accounts.second_factor_added").keys == {"factor": "totp"}
    other = InspectingClient()
    f.types_password(other)
    assert f.types_code(other, codes_on(page)[0]).request["PATH_INFO"] == "/home"


def test_the_picture_says_what_is_spelled_out(client, maria):
    page = text_of(client.get("/account/second-step/app"))
    assert '<img src="data:image/svg+xml;base64,' in page
    assert 'alt="Picture with the key' in page


def test_a_wrong_code_keeps_the_key(client, maria):
    client.get("/account/second-step/app")
    before = client.session["authenticator_secret"]
    page = client.post("/account/second-step/app", {"code": "000000"})
    assert "This code does not work." in errors(page)[0]
    assert client.session["authenticator_secret"] == before
    assert not has_second_factor(maria.pk)


def test_a_new_app_replaces_the_old(client, maria):
    sets_up_app(client)
    assert "This replaces the app that you use now." in text_of(client.get("/account/second-step/app"))
    page, secret = sets_up_app(client)
    assert page.request["PATH_INFO"] == "/account/second-step"
    other = InspectingClient()
    f.types_password(other)
    assert f.types_code(other, f.code(secret, steps=1)).request["PATH_INFO"] == "/home"


def test_removing_it_ends_the_recovery_codes_and_is_told(client, maria):
    f.with_app(maria)
    assert heading(client.get("/account/second-step/app/remove")) == "Remove the authenticator app"
    client.post("/account/second-step/app/remove")
    assert not factors_of(maria.pk).any
    assert factors_of(maria.pk).codes_left == 0
    assert len(mails("authenticator_removed")) == 1
    assert f.types_password(InspectingClient()).request["PATH_INFO"] == "/home"


# --- Recovery codes ----------------------------------------------------------------------------------------------


def test_codes_are_shown_until_she_has_kept_them_and_never_after(client, maria):
    page, _secret = sets_up_app(client)
    shown = codes_on(page)
    assert codes_on(client.get("/account/second-step/codes")) == shown
    file = client.get("/account/second-step/codes/file")
    assert file.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert [line for line in file.content.decode().splitlines() if line in shown] == shown
    client.post("/account/second-step/codes", {"kept": "yes"})
    assert client.get("/account/second-step/codes").status_code == 302
    assert client.get("/account/second-step/codes/file").status_code == 302
    assert "Codes left: <strong>10</strong>" in text_of(client.get("/account/second-step"))


def test_each_code_is_eighty_bits_of_chance(client, maria):
    shown = f.with_app(maria)
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in shown)


def test_a_new_set_ends_the_old_and_is_told(client, maria):
    old = f.with_app(maria)
    page = client.post("/account/second-step/codes", follow=True)
    assert set(codes_on(page)).isdisjoint(old)
    assert len(mails("recovery_codes_renewed")) == 1
    other = InspectingClient()
    f.types_password(other)
    assert errors(f.types_code(other, old[0]))
    assert f.types_code(other, codes_on(page)[0]).request["PATH_INFO"] == "/home"


def test_there_are_no_codes_without_a_second_factor(client, maria):
    client.post("/account/second-step/codes")
    assert factors_of(maria.pk).codes_left == 0


# --- Password ----------------------------------------------------------------------------------------------------

NEW = "Quiet-Heron4 lamp"


def test_a_changed_password_ends_the_other_sessions_and_is_told(client, maria):
    other = InspectingClient()
    f.types_password(other)
    page = client.post("/account/password", {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your new password is saved." in text_of(page)
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert len(mails("password_changed_signed_in")) == 1
    assert errors(f.types_password(InspectingClient(), password=PASSWORD))
    assert f.types_password(InspectingClient(), password=NEW).request["PATH_INFO"] == "/home"


@pytest.mark.parametrize(("first", "second"), [("short", "short"), (NEW, "Other-Heron4 lamp"), ("", "")])
def test_the_policy_holds_here_too(client, maria, first, second):
    page = client.post("/account/password", {"password1": first, "password2": second})
    assert errors(page)
    assert User.objects.get().check_password(PASSWORD)


# --- What happened -----------------------------------------------------------------------------------------------


def test_recent_activity_is_told_in_sentences(client, maria):
    sets_up_app(client)
    page = text_of(client.get("/account/activity"))
    for sentence in (
        "Your account was made.",
        "You signed in with your password.",
        "An authenticator app was added.",
        "You got new recovery codes.",
    ):
        assert sentence in page
    assert page.index("You got new recovery codes.") < page.index("Your account was made.")


def test_every_event_of_an_account_has_its_sentence():
    from kecs.accounts import events
    from kecs.accounts.factors.activity import BY_FACTOR, SENTENCES
    from kecs.audit.events import Event

    codes = {
        kind.code
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    of_nobody = {  # no account is known, or there is none any more
        "accounts.account_destroyed",
        "accounts.sign_in_failed",
        "accounts.recovery_asked",
        "accounts.recovery_assigned",  # who of staff looks into it
        "accounts.recovery_confirmed",
        "accounts.recovery_refused",
    }
    assert codes - of_nobody - SENTENCES.keys() - BY_FACTOR.keys() == set()


# --- Freshness, owners, library pages ----------------------------------------------------------------------------

RISKY = [
    "/account/password",
    "/account/second-step/app",
    "/account/second-step/app/remove",
    "/account/second-step/codes",
    "/account/second-step/codes/file",
    "/account/passkeys/add",
]


@pytest.mark.parametrize("address", RISKY)
def test_risky_pages_ask_again_after_ten_minutes(client, maria, address):
    f.with_app(maria)
    f.grows_stale(client)
    for answer in (client.get(address), client.post(address, {"code": "1"})):
        assert answer.headers["Location"].startswith("/account/again?next=")
    assert factors_of(maria.pk).authenticator


def test_she_shows_again_that_it_is_she_with_a_code(client, maria):
    f.with_app(maria)
    f.grows_stale(client)
    assert heading(client.get("/account/again?next=/account/password&code=1")) == "Show that it is you"
    page = client.post("/account/again?next=/account/password&code=1", {"code": f.code()}, follow=True)
    assert heading(page) == "Change my password"
    assert AuditEvent.objects.get(code="accounts.shown_again").keys == {"factor": "totp"}


def test_a_recovery_code_is_for_signing_in_only(client, maria):
    codes = f.with_app(maria)
    page = client.post("/account/again?code=1", {"code": codes[0]})
    assert errors(page)
    assert factors_of(maria.pk).codes_left == 10


def test_no_page_of_the_library_is_reachable(client, maria):
    named = [
        name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("mfa_")
    ]
    assert named == ["mfa_authenticate"]
    for address in (
        "mfa/",
        "2fa/",
        "accounts/2fa/",
        "mfa/totp/activate/",
        "mfa/webauthn/",
        "reauthenticate/",
    ):
        assert client.get(f"/{address}").status_code == 404


@pytest.mark.parametrize(
    "sent",
    ["", "x", "{}", "[]", "null", '{"id": "x", "response": {"userHandle": "AAAA"}}', "[" * 9000, "é" * 20000],
)
def test_a_passkey_that_is_none_is_answered_with_words_everywhere(client, maria, sent):
    needs, failed = "A passkey needs JavaScript", "assk"
    stranger = InspectingClient()
    stranger.get("/sign-in/passkey/options")
    page = stranger.post("/sign-in/passkey", {"credential": sent}, follow=True)
    assert heading(page) == "Sign In or Register"
    assert (failed if sent else needs) in text_of(page)
    client.get("/account/passkeys/add")
    page = client.post("/account/passkeys/add", {"name": "My phone", "credential": sent})
    assert errors(page)
    assert not has_second_factor(maria.pk)
    f.with_app(maria)
    other = InspectingClient()
    f.types_password(other)
    page = other.post("/sign-in/second-step", {"credential": sent})
    assert errors(page)
    assert other.get("/account").status_code == 302


def test_a_passkey_of_somebody_else_is_no_page_of_hers(client, maria):
    from allauth.mfa.models import Authenticator

    other = User.objects.create(username="ruth", email="ruth@example.org")
    row = Authenticator.objects.create(user=other, type="webauthn", data={"name": "hers", "credential": {}})
    for address in (f"/account/passkeys/{row.pk}", f"/account/passkeys/{row.pk}/remove"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "mine"}).status_code == 404
    assert Authenticator.objects.get().data["name"] == "hers"


# --- At rest -----------------------------------------------------------------------------------------------------


def everything_in_the_database():
    """Each value of each column of each table, as text."""
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table of ours
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found.append(raw)
    return b"\n".join(found)


def test_nothing_in_the_database_opens_anything(client, maria):
    page, secret = sets_up_app(client)
    shown = codes_on(page)
    dump = everything_in_the_database()
    import base64
    from hashlib import sha256

    raw = base64.b32decode(secret)
    spelled = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    for seed in (
        secret.encode(),
        spelled.encode(),
        raw,
        raw.hex().encode(),
        base64.b64encode(raw),
        base64.b64encode(secret.encode()),
    ):
        assert seed not in dump
    for code in shown:
        plain = code.replace("-", "")
        assert code.encode() not in dump
        assert plain.encode() not in dump
        assert sha256(plain.encode()).hexdigest().encode() not in dump, (
            "a digest bound to the account, not a bare one"
        )
    assert b"maria.fuentes" in dump, "the dump is one"


def test_a_secret_moved_to_another_account_opens_nothing(client, maria):
    from allauth.mfa.models import Authenticator

    from kecs.accounts.factors.actions import use_code
    from kecs.pii.seal import SealBroken

    f.with_app(maria)
    other = User.objects.create(username="ruth", email="ruth@example.org")
    Authenticator.objects.filter(user=maria, type="totp").update(user=other)
    with pytest.raises(SealBroken):
        use_code(account_id=other.pk, typed=f.code(), by="tests")


def test_the_library_keeps_no_secret_by_itself(maria):
    from allauth.mfa.adapter import get_adapter

    with pytest.raises(RuntimeError):
        get_adapter().encrypt("x")
    with pytest.raises(RuntimeError):
        get_adapter().decrypt("x")
