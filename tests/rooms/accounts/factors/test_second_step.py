"""Signing in with a second step: the code of an app or a recovery code, each good for once, and guessing stopped."""

import re
from threading import Barrier, Thread

import pytest
from django.db import connection

from kecs.accounts.actions import note_password_reset
from kecs.accounts.factors import totp
from kecs.accounts.factors.actions import CodeVerdict, use_code
from kecs.audit.models import AuditEvent
from kecs.guard.limits import RULES, Limit
from kecs.mail.models import OutboxMessage
from tests.factories import factors as f
from tests.factories.mails import write_mails
from tests.factories.people import PASSWORD
from tests.factories.visits import errors, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

WRONG = "This code does not work. Wait for the next one in your app, or check what you typed."
FAILED = "The username or email and the password do not go together. Check both, or use a link below."


@pytest.fixture
def maria():
    """Her account, with an authenticator app and ten recovery codes."""
    owner = f.account()
    owner.codes = f.with_app(owner)  # type: ignore[attr-defined]  # for the tests only
    return owner


def sign_ins():
    """The factors of the sign-ins on the log; registration signs in first."""
    return [event.keys["factor"] for event in AuditEvent.objects.filter(code="accounts.signed_in")][1:]


def is_signed_in(client):
    return client.get("/account").status_code == 200


def test_the_password_alone_opens_nothing(client, maria):
    page = f.types_password(client)
    assert heading(page) == "Second step"
    assert not is_signed_in(client)
    assert sign_ins() == []


def test_with_the_code_of_the_app(client, maria):
    page = f.signs_in_with_app(client)
    assert page.request["PATH_INFO"] == "/home"
    assert sign_ins() == ["totp"]


def test_with_spaces_in_the_code_and_led_on_to_where_she_wanted_to_go(client, maria):
    f.types_password(client, address="/?next=/account/activity")
    code = f.code()
    assert f.types_code(client, f" {code[:3]} {code[3:]} ").request["PATH_INFO"] == "/account/activity"


def test_a_wrong_password_is_answered_as_for_any_account(client, maria):
    assert errors(f.types_password(client, password="Wrong-password1")) == [FAILED]
    assert errors(f.types_password(client, login="nobody", password="Wrong-password1")) == [FAILED]


@pytest.mark.parametrize("typed", ["000000", "12345", "1234567", "letters", "١٢٣٤٥٦", "K7QF-2M9X-0TBC-4HRW"])
def test_a_wrong_code_is_refused_and_noted(client, maria, typed):
    f.types_password(client)
    assert errors(f.types_code(client, typed)) == [WRONG]
    assert not is_signed_in(client)
    assert AuditEvent.objects.filter(code="accounts.second_step_failed").count() == 1


@pytest.mark.parametrize("late", [-3, -2, 2, 3])
def test_codes_of_other_times_are_refused(client, maria, late):
    f.types_password(client)
    assert errors(f.types_code(client, f.code(steps=late))) == [WRONG]


def test_a_code_works_once(client, maria):
    code = f.code()
    f.types_password(client)
    f.types_code(client, code)
    other = InspectingClient()
    f.types_password(other)
    assert errors(f.types_code(other, code)) == [WRONG]


def test_the_code_that_set_the_app_up_signs_nobody_in(client, maria):
    f.types_password(client)
    assert errors(f.types_code(client, f.code(steps=-1))) == [WRONG]


def test_without_the_password_there_is_no_second_step(client, maria):
    assert client.get("/sign-in/second-step").headers["Location"] == "/"
    assert client.post("/sign-in/second-step", {"code": f.code()}).headers["Location"] == "/"
    assert not is_signed_in(client)


def test_she_can_go_back_and_sign_in_as_somebody_else(client, maria):
    f.types_password(client)
    page = client.post("/sign-in/second-step", {"start_again": "yes"}, follow=True)
    assert heading(page) == "Sign In or Register"
    assert client.get("/sign-in/second-step").status_code == 302


def test_a_recovery_code_works_once_and_the_owner_is_told(client, maria):
    code = maria.codes[3]
    f.types_password(client)
    assert f.types_code(client, code.lower().replace("-", " ")).request["PATH_INFO"] == "/home"
    assert sign_ins() == ["recovery_codes"]
    assert AuditEvent.objects.filter(code="accounts.recovery_code_used").count() == 1
    mail = OutboxMessage.objects.get(kind="accounts.recovery_code_used")
    assert mail.to == "maria@example.org"
    other = InspectingClient()
    f.types_password(other)
    assert errors(f.types_code(other, code)) == [WRONG]
    assert "Codes left: <strong>9</strong>" in client.get("/account/second-step").content.decode()


def test_a_recovery_code_of_another_account_opens_nothing(client, maria):
    from tests.factories.people import Person
    from tests.factories.visits import register_new

    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    register_new(InspectingClient(), ruth, username="ruth.okafor")
    from kecs.accounts.models import User

    theirs = f.with_app(User.objects.get(username="ruth.okafor"))
    f.types_password(client)
    assert errors(f.types_code(client, theirs[0])) == [WRONG]


# --- Guessing ----------------------------------------------------------------------------------------------------


def test_guessing_stops_and_the_right_code_comes_too_late(client, maria):
    f.types_password(client)
    for _guess in range(RULES[Limit.SECOND_STEP_TRIES].most):
        assert errors(f.types_code(client, "000000")) == [WRONG]
    for typed in (f.code(), maria.codes[0]):
        assert "Too many wrong codes." in errors(f.types_code(client, typed))[0]
    assert not is_signed_in(client)
    assert OutboxMessage.objects.filter(kind="accounts.second_step_stopped").count() == 1


def test_a_new_session_does_not_reset_the_count(maria):
    for _guess in range(RULES[Limit.SECOND_STEP_TRIES].most):
        client = InspectingClient()
        f.types_password(client)
        f.types_code(client, "000000")
    client = InspectingClient()
    f.types_password(client)
    assert "Too many wrong codes." in errors(f.types_code(client, f.code()))[0]


def test_the_right_code_forgives_the_wrong_ones(client, maria):
    f.types_password(client)
    for _guess in range(6):
        f.types_code(client, "000000")
    f.types_code(client, maria.codes[0])
    other = InspectingClient()
    f.types_password(other)
    for _guess in range(6):
        assert errors(f.types_code(other, "000000")) == [WRONG]
    assert f.types_code(other, maria.codes[1]).request["PATH_INFO"] == "/home"


def test_after_a_hundred_in_a_row_only_a_recovery_code_helps(maria, monkeypatch):
    from kecs.guard import limits

    many = {
        **RULES,
        Limit.SECOND_STEP_TRIES: limits.Rule(most=1000, window=limits.HOUR, subject="", reason=""),
    }
    monkeypatch.setattr("kecs.guard.actions.RULES", many)
    for _guess in range(100):
        assert use_code(account_id=maria.pk, typed="000000", by="tests") is CodeVerdict.WRONG
    assert use_code(account_id=maria.pk, typed=f.code(), by="tests") is CodeVerdict.TOO_MANY
    assert use_code(account_id=maria.pk, typed=maria.codes[0], by="tests") is CodeVerdict.RECOVERY_CODE
    assert use_code(account_id=maria.pk, typed=f.code(), by="tests") is CodeVerdict.AUTHENTICATOR


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_any_number_at_once_a_code_opens_for_one(kind):
    owner = f.account()
    recovery = f.with_app(owner)
    typed = f.code() if kind == "app" else recovery[0]
    start, verdicts = Barrier(6), []

    def send():
        start.wait()
        try:
            verdicts.append(use_code(account_id=owner.pk, typed=typed, by="tests"))
        finally:
            connection.close()

    threads = [Thread(target=send) for _one in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(verdicts) == 6
    assert len([verdict for verdict in verdicts if verdict is not CodeVerdict.WRONG]) == 1


# --- Other doors -------------------------------------------------------------------------------------------------


def test_a_new_password_by_mail_does_not_skip_the_second_step(client, maria):
    from tests.factories.people import MARIA

    client.post("/forgot-password", {"email": MARIA.email})
    from kecs.pii.fields import unseal_from

    write_mails()
    body = unseal_from(OutboxMessage.objects.get(kind="accounts.reset_password"), "body_sealed") or ""
    [link] = re.findall(r"http://[^/]+(/forgot-password/[\w/-]+)", body)
    page = client.get(link, follow=True)
    new = "Quiet-Heron4 lamp"
    page = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert heading(page) == "Your new password is saved"
    assert not is_signed_in(client)
    assert heading(f.types_password(client, password=new)) == "Second step"


def test_a_new_password_does_not_forgive_wrong_codes(client, maria):
    for _guess in range(RULES[Limit.SECOND_STEP_TRIES].most):
        use_code(account_id=maria.pk, typed="000000", by="tests")
    note_password_reset(account_id=maria.pk, by="tests")
    assert use_code(account_id=maria.pk, typed=f.code(), by="tests") is CodeVerdict.TOO_MANY


def test_a_registration_that_is_sent_again_does_not_skip_the_second_step(client):
    from tests.factories.people import MARIA
    from tests.factories.visits import create_new, registration_key

    page = create_new(client, MARIA)
    form = {"registration": registration_key(page), **MARIA.new_account()}
    client.post("/register/account", form)
    from kecs.accounts.models import User

    owner = User.objects.get()
    again = InspectingClient()
    again.cookies = client.cookies.copy()
    client.post("/sign-out")
    f.with_app(owner)
    assert again.post("/register/account", form, follow=True).request["PATH_INFO"] != "/home"
    assert PASSWORD


# --- The six digits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_specification(seconds, code):
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" of RFC 6238, appendix B
    assert totp.code_at(secret, seconds // 30) == code
