"""Spanish from the first page to the last mail: both roads, every branch, every error.

A client that speaks Spanish walks. It reads each page as a person would, and names every English word it meets.
What the agency writes in its settings is the agency's own and stays as written.
"""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import translation

from kecs.accounts.models import User
from kecs.accounts.passwords import PasswordProblem
from kecs.config.urls import urlpatterns as house_urlpatterns
from kecs.guard.robot import ROBOTS, Verdict, sentence
from kecs.registration.queries import account_registered_with
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import (
    claim,
    create_new,
    errors,
    heading,
    press,
    register_and_look,
    register_new,
    registration_key,
    search,
    send_account,
)
from tests.spanish import EnglishLeft, SpanishClient, Words, english_in, mails

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database(
        "the words of pages and mails, which other tests fetch in English from both databases"
    ),
]

PABLO = Person(first_name="Pablo", last_surname="Quispe", ssn="903556677", email="pablo@example.org")


def link_in(mail: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", mail)
    assert found
    return found.group(1)


@pytest.fixture
def client() -> SpanishClient:
    """Somebody who reads Spanish."""
    return SpanishClient()


@pytest.fixture(autouse=True)
def _help_is_at_hand(settings):
    """The footer says how to reach somebody; the hours are the agency's own words."""
    settings.KECS_HELP_PHONE = "(900) 555-0100"
    settings.KECS_HELP_EMAIL = "help@example.org"


# --- The roads ---------------------------------------------------------------------------------------------------


def test_the_guide_in_spanish_for_somebody_on_file(client):
    on_file(MARIA, contact_email="onfile@example.org")
    first = client.get("/").content.decode()
    assert "Iniciar sesión" in first
    assert "Registrarse" in first
    page = client.get("/register/search").content.decode()
    for words in ("Últimos 4 dígitos de su Seguro Social", "mm/dd/aaaa", "No soy un robot", "Buscar"):
        assert words in page
    found = search(client, MARIA)
    assert heading(found) == "Encontramos su expediente"
    assert "¡Soy yo!" in found.content.decode()
    assert "No soy yo" in found.content.decode()
    account = press(client, found, "this_is_me")
    assert heading(account) == "Cree su cuenta"
    assert heading(send_account(client, account, MARIA.account())) == "Página de inicio"
    assert User.objects.get().language == "es"


def test_the_guide_in_spanish_for_somebody_new(client):
    page = create_new(client, MARIA)
    assert heading(page) == "Crear cuenta nueva"
    assert "Número de Seguro Social" in page.content.decode()
    assert heading(send_account(client, page, MARIA.new_account())) == "Página de inicio"
    assert client.titles == {
        f"{page} – Sistema de Credenciales para Educadores"
        for page in ("No encontramos su expediente", "Crear cuenta nueva", "Página de inicio")
    }


def test_every_mail_is_spanish(client):
    on_file(MARIA, contact_email="onfile@example.org")
    claim(client, MARIA)
    search(SpanishClient(), MARIA)
    stranger = SpanishClient()
    search(stranger, MARIA)
    stranger.post("/register/match/username")
    stranger.post("/forgot-username", {"email": MARIA.email})
    stranger.post("/forgot-password", {"email": MARIA.email})
    page = stranger.get(link_in(mails()["accounts.reset_password"]), follow=True)
    new = {"password1": "Quiet-Maple9 river", "password2": "Quiet-Maple9 river"}
    assert heading(stranger.post(page.request["PATH_INFO"], new, follow=True)).startswith("Su contraseña")
    EmailAddress.objects.update(verified=True)
    register_new(SpanishClient(), PABLO, username="pablo.quispe", email=MARIA.email)
    sent = mails()
    assert sent.keys() == {
        "accounts.address_in_use",
        "accounts.confirm_email",
        "accounts.password_changed",
        "accounts.reset_password",
        "accounts.usernames",
        "assurance.claimed",
        "registration.record_searched",
    }
    # Who reads at an address on file is unknown: that mail says the same in both languages.
    both = sent.pop("assurance.claimed")
    assert "An account was made for your educator record" in both
    assert "Se creó una cuenta" in both or "Se abrió una cuenta" in both
    assert {kind: left for kind, text in sent.items() if (left := english_in(text.splitlines()))} == {}


# --- The branches ------------------------------------------------------------------------------------------------


def test_no_match_not_me_several_and_held(client):
    assert heading(search(client, MARIA)) == "No encontramos su expediente"
    on_file(MARIA)
    assert heading(press(client, search(client, MARIA), "not_me")) == "No encontramos su expediente"
    on_file(MARIA, ssn="901664321")
    assert heading(search(client, MARIA)) == "Nuestro personal buscará su expediente"
    on_file(PABLO)
    claim(SpanishClient(), PABLO, username="pablo.quispe")
    held = SpanishClient()
    assert heading(search(held, PABLO)) == "Usted ya tiene una cuenta"
    assert heading(held.post("/register/match/username", follow=True)) == "Revise su correo electrónico"


def test_too_many_searches_and_steps_out_of_order(client):
    for _try in range(21):
        last = search(client, MARIA)
    assert heading(last) == "Por favor, pruebe otra vez más tarde"
    page = SpanishClient().post("/register/match", {"choice": "this_is_me"}, follow=True)
    assert "empiece otra vez" in page.content.decode()


def test_a_form_of_another_tab(client):
    on_file(MARIA)
    on_file(PABLO)
    first = search(client, MARIA)
    search(client, PABLO)
    assert "otra ventana" in press(client, first, "this_is_me").content.decode()


def test_without_a_number(client):
    assert len(errors(client.post("/register/no-ssn", {}))) == 4
    request = {
        "first_name": "Pablo",
        "last_surname": "Quispe",
        "birth_date": "04/25/1985",
        "email": PABLO.email,
        "robot": "on",
    }
    page = client.post("/register/no-ssn", {**request, "message": "x" * 1001, "telephone": "9" * 31})
    assert len(errors(page)) == 2
    assert heading(client.post("/register/no-ssn", request, follow=True)) == "Recibimos su solicitud"


def test_this_was_not_me(client):
    on_file(MARIA, contact_email="onfile@example.org")
    home = SpanishClient()
    claim(home, MARIA)
    assert heading(client.get("/not-me")) == "No fui yo"
    assert "ya no sirve" in client.post("/not-me").content.decode()
    client.get(link_in(mails()["assurance.claimed"]))
    assert "presione el botón" in client.get("/not-me").content.decode()
    assert "Marque la casilla" in client.post("/not-me").content.decode()
    assert "Gracias por avisarnos" in client.post("/not-me", {"not_me": "on"}).content.decode()
    home.post("/", {"login": "maria.fuentes", "password": PASSWORD})
    assert "en pausa" in home.get("/home").content.decode()


# --- The errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["first_name", "last_surname"])
@pytest.mark.parametrize("typed", ["", "x" * 129, "a\x07b", "a\u202eb", "a\x00b", "Mar1a", "María$", "-"])
def test_names(client, name, typed):
    assert len(errors(search(client, MARIA, **{name: typed}))) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ayer",
        "4/9/85",
        "25/04/1985",
        "02/30/1985",
        "01/01/1899",
        "01/01/2999",
        "01/01/2020",
        "01/01/1901",
    ],
)
def test_birth_dates(client, typed):
    assert len(errors(search(client, MARIA, birth_date=typed))) == 1


@pytest.mark.parametrize("typed", ["", "12a4", "123", "0000"])
def test_last_four(client, typed):
    assert len(errors(search(client, MARIA, last4=typed))) == 1


@pytest.mark.parametrize("typed", ["", "90055432a", "12345", "666554321", "900550000", "900551111"])
def test_the_whole_number(client, typed):
    page = send_account(client, create_new(client, MARIA), MARIA.new_account(ssn=typed))
    assert len(errors(page)) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Ab1!",
        "x" * 129,
        "nouppercase-otter7",
        "NOLOWERCASE-OTTER7",
        "No-number-otter",
        "Nospecial7otter",
        "Maria.fuentes7!",
        "Password123!",
    ],
)
def test_passwords(client, typed):
    form = MARIA.new_account(password1=typed, password2=typed)
    assert errors(send_account(client, create_new(client, MARIA), form))


def test_passwords_by_length_alone(client, settings):
    settings.KECS_PASSWORD_POLICY = "nist"
    page = create_new(client, MARIA)
    assert "al menos 15 caracteres" in page.content.decode()
    assert errors(send_account(client, page, MARIA.new_account(password1="Ab1!", password2="Ab1!")))


def test_every_reason_against_a_password_has_spanish_words():
    from kecs.accounts.messages import PASSWORD_PROBLEMS

    with translation.override("es"):
        assert english_in([str(PASSWORD_PROBLEMS[problem]) for problem in PasswordProblem]) == []


def test_usernames_addresses_and_two_passwords(client):
    register_new(SpanishClient(), PABLO, username="taken.already")
    page = create_new(client, MARIA)
    for typed in ("", "ab", "x" * 31, "a b c", "taken.already"):
        assert len(errors(send_account(client, page, MARIA.new_account(username=typed)))) == 1, typed
    for _try in range(12):
        answer = send_account(client, page, MARIA.new_account(username="taken.already"))
    assert "muchos nombres de usuario" in errors(answer)[0]
    for typed in ("", "maria", "m@" + "x" * 260 + ".example.org"):
        assert len(errors(send_account(client, page, MARIA.new_account(email=typed)))) >= 1, typed
    assert "no son iguales" in errors(send_account(client, page, MARIA.new_account(password2="x")))[-1]
    assert len(errors(send_account(client, page, {}))) == 8


def test_a_form_that_is_sent_again_after_its_registration(client):
    page = create_new(client, MARIA)
    key = registration_key(page)
    send_account(client, page, MARIA.new_account())
    assert account_registered_with(key)
    late = SpanishClient().post(
        "/register/account", {"registration": "x", **MARIA.new_account()}, follow=True
    )
    assert "empiece otra vez" in late.content.decode()


@pytest.mark.parametrize("robot", sorted(ROBOTS))
def test_every_robot_check_speaks_spanish(client, settings, robot):
    settings.KECS_ROBOT = robot
    client.get("/register/search")
    client.get("/register/no-ssn")
    if robot == "altcha":
        shown = errors(client.post("/register/search", {**MARIA.search(), "robot": ""}))
        assert shown == ["Marque la casilla “No soy un robot”."]


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.PASSED}))
def test_every_verdict_of_the_robot_check(verdict):
    with translation.override("es"):
        assert sentence(verdict)
        assert english_in([sentence(verdict)]) == []


# --- The account -------------------------------------------------------------------------------------------------


def test_signing_in_and_out(client):
    register_new(SpanishClient(), MARIA)
    assert len(errors(client.post("/", {}))) == 2
    assert "Inicie sesión para seguir" in client.get("/?next=/home").content.decode()
    said = ""
    for _try in range(11):
        said = errors(client.post("/", {"login": "maria.fuentes", "password": "wrong"}))[0]
        if "Espere" in said:  # the first time; later waits are longer
            break
    assert "Espere 2 segundos" in said
    assert heading(client.get("/account-closed")) == "Esta cuenta está cerrada"
    client.force_login(User.objects.get())
    assert heading(client.get("/sign-out")) == "Cerrar sesión"
    client.post("/sign-out", follow=True)


def test_a_closed_account(client):
    register_new(SpanishClient(), MARIA)
    User.objects.update(is_active=False)
    client.post("/", {"login": "maria.fuentes", "password": PASSWORD}, follow=True)


def test_forgotten(client):
    register_new(SpanishClient(), MARIA)
    for address in ("/forgot-password", "/forgot-username"):
        client.get(address)
        for typed in ("", "maria", "x" * 260 + "@example.org"):
            assert errors(client.post(address, {"email": typed})), typed
        assert heading(client.post(address, {"email": MARIA.email}, follow=True)).startswith("Revise")
    assert heading(client.get("/forgot-password/x/y", follow=True)) == "Este enlace ya no sirve"
    page = client.get(link_in(mails()["accounts.reset_password"]), follow=True)
    address = page.request["PATH_INFO"]
    for first, second in (("", ""), ("short", "short"), (PASSWORD, "x"), ("x" * 129, "x" * 129)):
        assert errors(client.post(address, {"password1": first, "password2": second}))


def test_confirming_an_address(client):
    home = register_and_look(client, MARIA, email="maria@kyschools.us")
    assert "correo de una escuela" in home.content.decode()
    assert "otra vez" in client.post("/confirm-email/resend", follow=True).content.decode()
    assert errors(client.post("/confirm-email/change", {"email": "maria"}))
    client.get("/confirm-email/change")
    changed = client.post("/confirm-email/change", {"email": MARIA.email}, follow=True)
    assert "Su correo electrónico cambió" in changed.content.decode()
    link = link_in(mails()["accounts.confirm_email"])
    assert "Primero inicie sesión" in SpanishClient().get(link, follow=True).content.decode()
    other = SpanishClient()
    register_new(other, PABLO, username="pablo.quispe")
    other.get(link)
    assert "es de otra cuenta" in other.post("/confirm-email").content.decode()
    client.get("/confirm-email/made-up", follow=True)
    assert "Este enlace ya no sirve" in client.post("/confirm-email").content.decode()
    client.get(link, follow=True)
    home = client.post("/confirm-email", follow=True)
    assert "Su correo electrónico está confirmado" in home.content.decode()


def test_an_address_that_another_account_confirmed_meanwhile(client):
    other = SpanishClient()
    register_new(other, PABLO, username="pablo.quispe", email=MARIA.email)
    theirs = link_in(mails()["accounts.confirm_email"])
    register_new(client, MARIA)
    ours = link_in(mails()["accounts.confirm_email"])
    other.get(theirs)
    other.post("/confirm-email")
    client.get(ours)
    assert "Otra cuenta tiene este correo" in client.post("/confirm-email").content.decode()


# --- What goes wrong ---------------------------------------------------------------------------------------------


def forbidden(_request: HttpRequest) -> HttpResponse:
    """A page that this account may not open."""
    raise PermissionDenied


def broken(_request: HttpRequest) -> HttpResponse:
    """A page with a bug."""
    raise RuntimeError("a bug, on purpose")


urlpatterns = [*house_urlpatterns, path("forbidden", forbidden), path("broken", broken)]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere", 404, "No encontramos esa página"),
        ("/forbidden", 403, "No puede abrir esta página"),
        ("/broken", 500, "Algo salió mal de nuestro lado"),
        ("/?next=/home&next=/home", 400, "No pudimos leer eso"),
    ],
)
def test_pages_for_what_went_wrong(address, status, words):
    page = SpanishClient(raise_request_exception=False).get(address)
    assert (page.status_code, heading(page)) == (status, words)


def test_a_form_that_was_open_too_long():
    page = SpanishClient(enforce_csrf_checks=True).post("/register/search", MARIA.search())
    assert (page.status_code, heading(page)) == (403, "Esta página estuvo abierta mucho tiempo")


# --- The reading can fail ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "<p>Search</p>",
        "<p>Hello, María. You are registered.</p>",
        "<p>Signed in as <strong>maria</strong></p>",
        '<img alt="the mark">',
        '<div data-says-done="Check done."></div>',
        "<p>Asegúrese: this field is required.</p>",
    ],
)
def test_english_is_seen(source):
    assert english_in(Words(f'<html lang="es">{source}</html>').pieces) != []


def test_a_page_in_english_is_seen(client):
    client.cookies["language"] = "en"
    with pytest.raises(EnglishLeft):
        client.get("/")
