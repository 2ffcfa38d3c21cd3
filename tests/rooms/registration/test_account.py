"""/register/account: claiming a record, creating a new account, and every way of sending the form twice."""

import threading
from uuid import UUID

import pytest
from django.db import connection, connections

from kecs.accounts.models import User
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.mail.models import OutboxMessage
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Case, EducatorRecord, Holding, IdentityKey, StatedIdentity
from kecs.records.queries import stated_by
from kecs.registration.settling import settle_waiting
from tests.factories.mails import mails
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import (
    claim,
    claim_and_look,
    create_new,
    errors,
    heading,
    register_and_look,
    register_new,
    registration_key,
    search,
    send_account,
    this_is_me,
)
from tests.inspection import InspectingClient, lasting

pytestmark = pytest.mark.django_db


def test_claiming_ends_signed_in_on_the_home_page(client):
    record = on_file(MARIA)
    page = claim_and_look(client, MARIA)
    assert page.request["PATH_INFO"] == "/home"
    assert "Signed in as" in page.content.decode()
    holding = Holding.objects.get()
    assert (holding.record_id, holding.level) == (record.pk, AssuranceLevel.PROVISIONAL)
    assert holding.because == ["birth_date", "last4", "first_name", "last_surname"]


def test_creating_ends_signed_in_on_the_home_page_with_a_record(client):
    page = register_and_look(client, MARIA)
    assert page.request["PATH_INFO"] == "/home"
    holding = Holding.objects.get()
    assert holding.level == AssuranceLevel.UNDER_REVIEW
    assert holding.record.last_surname == "Fuentes-Ortega"
    assert Case.objects.count() == 0


def test_the_new_record_is_found_by_the_next_search(client):
    register_new(client, MARIA)
    assert heading(search(InspectingClient(), MARIA)) == "You already have an account"


def test_who_was_found_cannot_change_name_birth_date_or_ssn(client):
    record = on_file(MARIA)
    page = this_is_me(client, MARIA)
    assert "you will not be able to change your name, date of birth or social" in page.content.decode()
    send_account(
        client,
        page,
        MARIA.account(
            first_name="Eve",
            last_surname="Thief",
            birth_date="01/01/1990",
            ssn="999887777",
            level="2",
            is_staff="on",
            record_id=str(UUID(int=1)),
            staff_unique_id="X",
        ),
    )
    record.refresh_from_db()
    assert (record.first_name, record.last_surname, record.identity_version) == ("María", "Fuentes-Ortega", 1)
    stated = stated_by(User.objects.get().pk)
    assert stated is not None
    assert (stated.first_name, stated.birth_date, stated.ssn_masked) == ("María", "1985-04-09", "***-**-4321")
    assert Holding.objects.get().level == AssuranceLevel.PROVISIONAL


def test_one_registration_leaves_one_of_everything(client):
    record = on_file(MARIA, contact_email="onfile@example.org")
    claim(client, MARIA)
    account = User.objects.get()
    assert Holding.objects.filter(record=record, account=account).count() == 1
    assert StatedIdentity.objects.filter(account=account).count() == 1
    assert sorted(OutboxMessage.objects.values_list("kind", "to")) == [
        ("accounts.confirm_email", MARIA.email),
        ("assurance.claimed", "onfile@example.org"),
    ]
    codes = list(AuditEvent.objects.values_list("code", flat=True))
    for code in (
        "accounts.account_opened",
        "records.record_held",
        "registration.registered",
        "accounts.signed_in",
    ):
        assert codes.count(code) == 1
    assert chain_state().broken_at is None


def test_ssn_and_birth_date_stand_nowhere_in_clear(client):
    register_new(client, MARIA)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            text = " ".join(
                bytes(value).hex() + repr(bytes(value))
                if isinstance(value, bytes | memoryview)
                else str(value)
                for row in cursor.fetchall()
                for value in row
            )
            for secret in (MARIA.ssn, "900-55-4321", "1985-04-09", "04/09/1985", PASSWORD):
                assert secret not in text, f"{table} holds it"
                assert secret.encode().hex() not in text, f"{table} holds it"


@pytest.mark.parametrize(
    ("instead", "message"),
    [
        ({"username": "ab"}, "Use 3 to 30 letters or numbers"),
        ({"username": "maria fuentes"}, "Use 3 to 30 letters or numbers"),
        ({"username": "maria@example.org"}, "Use 3 to 30 letters or numbers"),
        ({"email": "maria"}, "Enter an email address in the form"),
        ({"email": "maria@example.org\r\nBcc: all@example.org"}, "Enter an email address in the form"),
        ({"password1": "Ab1!", "password2": "Ab1!"}, "Your password is too short"),
        (
            {"password1": "brisk-otter7 lamp", "password2": "brisk-otter7 lamp"},
            "at least one uppercase letter",
        ),
        (
            {"password1": "BRISK-OTTER7 LAMP", "password2": "BRISK-OTTER7 LAMP"},
            "at least one lowercase letter",
        ),
        ({"password1": "Brisk-Otter lamp", "password2": "Brisk-Otter lamp"}, "at least one number"),
        ({"password1": "BriskOtter7lamp", "password2": "BriskOtter7lamp"}, "at least one special character"),
        ({"password1": "Password1!", "password2": "Password1!"}, "easy to guess"),
        ({"password1": "Fuentes-1985", "password2": "Fuentes-1985"}, "your own name"),
        ({"password2": "something else"}, "The two passwords are not the same"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(client, instead, message):
    on_file(MARIA)
    page = send_account(client, this_is_me(client, MARIA), MARIA.account(**instead))
    assert any(message in error for error in errors(page)), errors(page)
    assert User.objects.count() == Holding.objects.count() == len(mails()) == 0
    assert PASSWORD not in page.content.decode()


@pytest.mark.parametrize(
    ("ssn", "message"),
    [
        ("123", "must have 9 digits"),
        ("000-12-4321", "ever given out"),
        ("666-12-4321", "ever given out"),
        ("900-00-4321", "ever given out"),
        ("987-65-4321", "ever given out"),
        ("900-55-4322", "not the ones you typed in the search"),
    ],
)
def test_a_wrong_ssn_is_named_and_never_shown_again(client, ssn, message):
    page = send_account(client, create_new(client, MARIA), MARIA.new_account(ssn=ssn))
    assert any(message in error for error in errors(page)), errors(page)
    assert ssn not in page.content.decode()
    assert EducatorRecord.objects.count() == 0


def test_production_refuses_numbers_that_are_never_issued(client, settings):
    settings.KECS_ALLOW_NEVER_ISSUED_SSN = False
    page = send_account(client, create_new(client, MARIA), MARIA.new_account())
    assert any("ever given out" in error for error in errors(page))


@pytest.mark.parametrize(
    "other", ["MARIA.FUENTES", "Maria.Fuentes", "ｍａｒｉａ.ｆｕｅｎｔｅｓ", " maria.fuentes "]
)
def test_usernames_that_are_the_same_after_folding_are_taken(client, other):
    on_file(MARIA)
    claim(client, MARIA)
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    second = InspectingClient()
    page = send_account(second, create_new(second, ruth), ruth.new_account(username=other))
    assert any("Someone else has this username" in error for error in errors(page))
    assert User.objects.count() == 1


def test_after_ten_taken_usernames_only_our_own_suggestion_is_looked_up(client):
    on_file(MARIA)
    claim(client, MARIA)
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org")
    second = InspectingClient()
    page = create_new(second, ruth)
    for _try in range(10):
        answer = send_account(second, page, ruth.new_account(username="maria.fuentes"))
        assert "Someone else has this username" in errors(answer)[0]
    for name in ("maria.fuentes", "free.for.sure"):
        answer = send_account(second, page, ruth.new_account(username=name))
        assert "You have tried many usernames" in errors(answer)[0]
    suggestion = errors(answer)[0].rpartition(": ")[2].rstrip(".")
    assert send_account(second, page, ruth.new_account(username=suggestion)).request["PATH_INFO"] == "/home"


def test_an_address_that_somebody_confirmed_is_told_of_by_mail_and_not_on_the_page(client):
    from allauth.account.models import EmailAddress

    on_file(MARIA)
    claim(client, MARIA)
    EmailAddress.objects.update(verified=True)
    OutboxMessage.objects.all().delete()
    ruth = Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email=MARIA.email)
    page = register_and_look(InspectingClient(), ruth, username="ruth.okafor")
    assert page.request["PATH_INFO"] == "/home"
    assert [(message.kind, message.to) for message in OutboxMessage.objects.all()] == [
        ("accounts.address_in_use", MARIA.email)
    ]


def test_a_record_that_changed_between_the_pages_is_not_claimed(client):
    record = on_file(MARIA)
    page = this_is_me(client, MARIA)
    record.deceased = True
    record.save()
    answer = send_account(client, page, MARIA.account())
    assert heading(answer) == "We did not find your record"
    assert User.objects.count() == 0


# --- Somebody on file who presses Create New Account ---------------------------------------------------------------


def test_the_full_ssn_joins_a_record_whose_surname_changed(client):
    record = on_file(Person(last_surname="Delgado"))
    page = register_and_look(client, MARIA)
    assert page.request["PATH_INFO"] == "/home"
    assert Holding.objects.get().record_id == record.pk
    assert EducatorRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"person": Person(first_name="Lucia")}, "ssn_on_file_other_name"),
        ({"person": MARIA, "deceased": True}, "deceased"),
        ({"person": Person(ssn="901229876")}, "near_match"),
        ({"person": MARIA, "ssn": None}, "near_match"),
    ],
)
def test_what_staff_must_decide_becomes_a_case_and_no_second_person(client, record, kind):
    on_file(**record)
    page = register_and_look(client, MARIA)
    assert page.request["PATH_INFO"] == "/home"
    assert EducatorRecord.objects.count() == 1
    assert Holding.objects.count() == 0
    case = Case.objects.get()
    assert case.kind == kind
    assert case.account_id == User.objects.get().pk
    assert case.records.count() == 1


def test_who_creates_a_new_account_sees_the_same_home_page_whatever_is_on_file(client):
    joined = InspectingClient()
    on_file(Person(last_surname="Delgado"))
    join_page = register_and_look(joined, MARIA).content.decode()
    near = Person(
        first_name="María", last_surname="Fuentes-Ortega", ssn="903334312", birth_date=MARIA.birth_date
    )
    new_page = register_and_look(client, near, username="maria.fuente2").content.decode()
    assert lasting(join_page) == lasting(new_page).replace("maria.fuente2", "maria.fuentes").replace(
        near.last4, MARIA.last4
    )


def test_a_person_with_several_records_gets_an_account_and_a_case(client):
    on_file(MARIA)
    on_file(Person(ssn="901664321"))
    page = register_and_look(client, Person(ssn="904774321"))
    assert page.request["PATH_INFO"] == "/home"
    case = Case.objects.get()
    assert case.kind == "several"
    assert case.records.count() == 2


# --- Sent twice, at once, late ------------------------------------------------------------------------------------


def test_the_same_form_sent_again_after_the_session_moved_on_leads_home(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    form = {"registration": registration_key(page), **MARIA.account()}
    cookies = client.cookies.copy()
    client.post("/register/account", form)
    late = InspectingClient()
    late.cookies = cookies
    answer = late.post("/register/account", form, follow=True)
    assert answer.request["PATH_INFO"] == "/home"
    assert User.objects.count() == 1


def test_the_same_form_with_a_wrong_password_is_led_to_sign_in(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    form = {"registration": registration_key(page), **MARIA.account()}
    client.post("/register/account", form)
    answer = InspectingClient().post("/register/account", {**form, "password1": "wrong"}, follow=True)
    assert answer.request["PATH_INFO"] == "/"
    assert "_auth_user_id" not in answer.client.session


def at_once(*calls):
    """Run the calls at the same moment, each with a database connection of its own; their results."""
    results: list = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(number, call):
        try:
            barrier.wait()
            results[number] = call()
        except Exception as error:  # noqa: BLE001 - the assertion below shows it
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_five_times_at_once_makes_one_account_and_leads_all_to_it(client):
    on_file(MARIA)
    page = this_is_me(client, MARIA)
    form = {"registration": registration_key(page), **MARIA.account()}

    def send():
        browser = InspectingClient()
        browser.cookies = client.cookies.copy()
        return browser.post("/register/account", form, follow=True)

    pages = at_once(*[send] * 5)
    assert [getattr(page, "request", page) and page.request["PATH_INFO"] for page in pages] == ["/home"] * 5
    assert User.objects.count() == Holding.objects.count() == 1
    assert [mail.kind for mail in mails()] == ["accounts.confirm_email"]


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_claim_one_record_at_once_one_wins_and_the_other_sees_that_it_is_taken():
    on_file(MARIA)
    browsers = [InspectingClient(), InspectingClient()]
    pages = [this_is_me(browser, MARIA) for browser in browsers]
    forms = [MARIA.account(username=name, email=f"{name}@example.org") for name in ("maria.one", "maria.two")]
    answers = at_once(
        *[lambda b=b, p=p, f=f: send_account(b, p, f) for b, p, f in zip(browsers, pages, forms, strict=True)]
    )
    headings = sorted(heading(answer) for answer in answers)
    assert headings == ["Home Page", "You already have an account"]
    assert User.objects.count() == Holding.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_new_people_with_one_ssn_at_once_one_becomes_the_record_and_the_other_a_case():
    browsers = [InspectingClient(), InspectingClient()]
    pages = [create_new(browser, MARIA) for browser in browsers]
    forms = [
        MARIA.new_account(username=name, email=f"{name}@example.org") for name in ("maria.one", "maria.two")
    ]
    answers = at_once(
        *[lambda b=b, p=p, f=f: send_account(b, p, f) for b, p, f in zip(browsers, pages, forms, strict=True)]
    )
    assert [heading(answer) for answer in answers] == ["Home Page", "Home Page"]
    settle_waiting(by="tests")
    assert EducatorRecord.objects.count() == Holding.objects.count() == Case.objects.count() == 1
    assert User.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_fifty_with_one_ssn_at_once_one_becomes_the_record_and_the_others_cases():
    """Every one of them sees her Home Page, and there is never a second person."""
    browsers = [InspectingClient() for _each in range(50)]
    pages = [create_new(browser, MARIA) for browser in browsers]
    forms = [
        MARIA.new_account(username=f"maria.{number}", email=f"m{number}@example.org") for number in range(50)
    ]
    answers = at_once(
        *[lambda b=b, p=p, f=f: send_account(b, p, f) for b, p, f in zip(browsers, pages, forms, strict=True)]
    )
    assert {heading(answer) for answer in answers} == {"Home Page"}
    assert IdentityKey.objects.filter(kind="ssn").count() == 1
    settle_waiting(by="tests")
    assert EducatorRecord.objects.count() == Holding.objects.count() == 1
    assert Case.objects.count() == 49
    assert set(Case.objects.values_list("other_account", flat=True)) == {Holding.objects.get().account_id}


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_choose_one_username_at_once_one_is_asked_for_another():
    people = [
        MARIA,
        Person(first_name="Ruth", last_surname="Okafor", ssn="902111234", email="ruth@example.org"),
    ]
    browsers = [InspectingClient(), InspectingClient()]
    pages = [create_new(browser, person) for browser, person in zip(browsers, people, strict=True)]
    answers = at_once(
        *[
            lambda b=b, p=p, f=f: send_account(b, p, f.new_account(username="the.same"))
            for b, p, f in zip(browsers, pages, people, strict=True)
        ]
    )
    assert sorted(heading(answer) for answer in answers) == ["Create New Account", "Home Page"]
    assert User.objects.count() == 1
