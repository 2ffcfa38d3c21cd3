"""The same refusals wherever a password is chosen, each with its reason; suggestions; the operator's list."""

import re
from hashlib import sha1
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from kecs.accounts.messages import PASSWORD_PROBLEMS
from kecs.accounts.models import User
from kecs.accounts.passwords import PasswordProblem
from kecs.config.checks import production_is_safe
from tests.factories.people import MARIA, PASSWORD, on_file
from tests.factories.visits import create_new, errors, send_account, this_is_me

pytestmark = pytest.mark.django_db

SUGGESTED = re.compile(r'class="kecs-suggested">([A-Za-z0-9-]+)<')


def said(problem):
    return str(PASSWORD_PROBLEMS[problem])


def refusals(client, password):
    page = this_is_me(client, MARIA)
    return errors(send_account(client, page, MARIA.account(password1=password, password2=password)))


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Sunshine2024!", PasswordProblem.GUESSABLE),
        ("Fuentes1985!", PasswordProblem.PERSONAL),
        ("Born04/09/1985", PasswordProblem.PERSONAL),
        ("KentuckyTeacher1!", PasswordProblem.OUR_WORDS),
    ],
)
def test_registration_refuses_with_the_reason(client, password, problem):
    on_file(MARIA)
    assert said(problem) in refusals(client, password)
    assert not User.objects.exists()


def test_the_operators_list_has_its_own_reason(client, settings, tmp_path):
    on_file(MARIA)
    path = tmp_path / "list.txt"
    path.write_text(sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest().upper() + ":3\n")
    settings.KECS_BREACHED_PASSWORDS = str(path)
    assert said(PasswordProblem.BREACHED) in refusals(client, PASSWORD)


def test_a_list_that_went_away_stops_nobody_and_is_logged(client, settings, tmp_path, caplog):
    on_file(MARIA)
    settings.KECS_BREACHED_PASSWORDS = str(tmp_path / "gone.txt")
    page = this_is_me(client, MARIA)
    assert send_account(client, page, MARIA.account()).request["PATH_INFO"] == "/home"
    assert "the list of breached passwords cannot be read" in caplog.text


def test_without_script_a_suggestion_comes_with_the_form_as_typed(client):
    page = create_new(client, MARIA)
    answer = send_account(
        client, page, MARIA.new_account(username="my.name", suggest="password", ssn="900554321")
    )
    shown = answer.content.decode()
    [suggestion] = SUGGESTED.findall(shown.partition("<template>")[0])
    assert shown.count(f'value="{suggestion}"') == 2
    assert 'value="my.name"' in shown
    assert f'value="{MARIA.account()["email"]}"' in shown
    assert "900554321" not in shown
    assert "There is a problem" not in shown
    assert not User.objects.exists()
    done = send_account(client, answer, MARIA.new_account(password1=suggestion, password2=suggestion))
    assert done.request["PATH_INFO"] == "/home"


def test_with_script_it_is_asked_for_and_nobody_else_reads_it(client):
    answers = {client.get("/suggest-password").content.decode() for _each in range(5)}
    assert len(answers) == 5
    answer = client.get("/suggest-password")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_spanish_pages_get_spanish_words(client, settings):
    from kecs.accounts.likely_words import words_of

    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    words = re.findall("[a-z]+", client.get("/suggest-password").content.decode().lower())
    assert set(words) <= set(words_of("es"))


def test_kecs_breached_check_says_what_it_found(tmp_path, settings):
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{number:040X}:1\n" for number in range(9)))
    out = StringIO()
    call_command("breached", "CHECK", str(path), stdout=out)
    assert out.getvalue().startswith("9 lines, 387 bytes, in order")
    settings.KECS_BREACHED_PASSWORDS = ""
    with pytest.raises(CommandError, match="Name a file"):
        call_command("breached", "check")
    path.write_text("x\n")
    with pytest.raises(CommandError, match="line 1 is not SHA1HEX:count"):
        call_command("breached", "check", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("breached", "check", str(tmp_path / "none"))


def test_production_does_not_start_with_a_list_that_is_none(settings, tmp_path):
    settings.KECS_MODE = "production"
    path = tmp_path / "list.txt"
    for content in (None, "password:1\n"):
        if content:
            path.write_text(content)
        settings.KECS_BREACHED_PASSWORDS = str(path)
        assert any("KECS_BREACHED_PASSWORDS" in error.msg for error in production_is_safe())
    path.write_text(f"{5:040X}:1\n")
    assert not any("KECS_BREACHED_PASSWORDS" in error.msg for error in production_is_safe())


def test_changing_the_password_refuses_and_suggests_alike(client):
    on_file(MARIA)
    send_account(client, this_is_me(client, MARIA), MARIA.account())
    answer = client.post("/account/password", {"suggest": "password"}).content.decode()
    [suggestion] = SUGGESTED.findall(answer.partition("<template>")[0])
    assert answer.count(f'value="{suggestion}"') == 2
    refused = client.post("/account/password", {"password1": "Sunshine2024!", "password2": "Sunshine2024!"})
    assert said(PasswordProblem.GUESSABLE) in errors(refused)
    assert User.objects.get().check_password(PASSWORD)
