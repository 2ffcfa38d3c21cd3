"""A person's page: asks why, is on the log before it is shown, tells what happened in sentences, and every repair is carried out once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import complete_due_recoveries
from kecs.accounts.recovery_status import Status
from kecs.accounts.staff.roles import StaffRole
from kecs.accounts.tries import UNKNOWN, may_try
from kecs.assurance.actions import release
from kecs.audit.actions import record_for_each
from kecs.audit.models import AuditEvent
from kecs.guard.actions import stop
from kecs.guard.limits import RULES, Limit
from kecs.guard.queries import used
from kecs.mail.models import OutboxMessage
from kecs.records.events import RecordChanged
from kecs.records.holdings.actions import hold_record
from kecs.records.kinds import AssuranceLevel
from kecs.records.models import Case, EducatorRecord, Holding
from tests.factories.claims import ON_FILE, account_id, confirm_address, hold_of, newest, this_was_not_me
from tests.factories.factors import as_staff, code, grows_stale, types_code, types_password, with_app
from tests.factories.mails import write_mails
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import claim, errors, heading, register_new, search
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db
CALLER = {"reason": "caller_checked"}


@pytest.fixture
def maria(record):
    """She pressed This is Me! on her record; her browser."""
    browser = InspectingClient()
    claim(browser, MARIA, username="maria")
    return browser


@pytest.fixture
def client_of(db):
    """The browser of a colleague who has one role, by its name; her username is the role's."""

    def made(role):
        register_new(
            InspectingClient(),
            Person(first_name=role.title().replace("_", ""), last_surname="Colleague", ssn=_ssn_of(role)),
            username=role,
            email=f"{role}@example.org",
        )
        owner = User.objects.get(username=role)
        as_staff(owner, StaffRole(role))
        with_app(owner)
        browser = InspectingClient()
        types_password(browser, login=role)
        types_code(browser, code())
        return browser

    return made


def _ssn_of(role):
    return f"90177{1000 + list(StaffRole).index(StaffRole(role))}"


def opens(staff, record, why="phone_call"):
    """A clerk opens the page and says why."""
    return staff.post(f"/desk/people/{record.pk}", {"why": why}, follow=True)


def page(staff, record):
    return opens(staff, record).content.decode()


def mends(staff, username, repair, **answers):
    """Opens the repair of an account, and presses the button."""
    path = f"/desk/accounts/{account_id(username)}/repairs/{repair}"
    assert staff.get(path).status_code == 200
    return staff.post(path, {**CALLER, **answers}, follow=True)


def events(code):
    return list(AuditEvent.objects.filter(code=code).order_by("sequence"))


def test_it_asks_why_and_shows_nothing_until_it_is_on_the_log(staff, record, maria):
    asked = staff.get(f"/desk/people/{record.pk}")
    assert heading(asked) == "Why do you look at this person?"
    assert "Fuentes" not in asked.content.decode()
    assert events("console.person_looked_at") == []
    staff.post(f"/desk/people/{record.pk}", {"why": "curiosity"})
    assert events("console.person_looked_at") == []
    shown = opens(staff, record)
    assert heading(shown) == "María Fuentes-Ortega"
    [look] = events("console.person_looked_at")
    clerk = User.objects.get(username="ines.clerk")
    assert (look.by, look.subject) == (f"account:{clerk.pk}", f"record:{record.pk}")
    assert look.keys == {"accounts": [str(account_id("maria"))], "why": "phone_call"}


def test_the_whole_story_is_there_and_nothing_secret(staff, record, maria):
    search(InspectingClient(), MARIA)
    shown = page(staff, record)
    for words in (
        "***-**-4321",
        "04/09/1985",
        ON_FILE,
        "maria@example.org",
        "Claimed without proof (level 1)",
        "María pressed “This is Me!”",
        "María came to hold the record (level 1).",
        "The clerk ines.clerk looked at this person. Reason: Phone call.",
        "Someone searched for this person and found the record.",
        "An account was made for your educator record",
        "Waiting",
    ):
        assert words in shown, words
    for secret in ("900554321", "900-55-4321", "/not-me/", "/confirm-email/"):
        assert secret not in shown


def test_an_account_leads_to_the_record_that_it_holds(staff, record, maria):
    led = staff.get(f"/desk/accounts/{account_id('maria')}")
    assert (led.status_code, led.headers["Location"]) == (302, f"/desk/people/{record.pk}")


def test_an_account_without_a_record_has_the_same_page(staff):
    pat = Person(first_name="Pat", last_surname="Morgan", ssn="900773344", email="pat@example.org")
    register_new(InspectingClient(), pat, username="pat.morgan")
    release(holding_id=hold_of("pat.morgan").pk, reason="wrong_person", by="tests")
    path = f"/desk/accounts/{account_id('pat.morgan')}"
    shown = staff.post(path, {"why": "visit"}, follow=True)
    assert heading(shown) == "Pat Morgan"
    assert "This account holds no record." in shown.content.decode()
    right = {"last_surname": "Stone", "why": "court_order", "paper": "court_order", **CALLER}
    assert heading(staff.post(f"{path}/repairs/correct", right, follow=True)) == "Pat Stone"


def test_whoever_is_not_there_is_not_found(staff):
    for path in ("people", "accounts"):
        missing = f"/desk/{path}/00000000-0000-0000-0000-000000000000"
        assert (staff.get(missing).status_code, staff.post(missing, {"why": "case"}).status_code) == (
            404,
            404,
        )


def test_nobody_opens_or_mends_her_own(staff):
    own = f"/desk/accounts/{account_id('ines.clerk')}"
    record = EducatorRecord.objects.filter(holdings__account__username="ines.clerk").first()
    path = f"/desk/people/{record.pk}" if record else own
    staff.post(path, {"why": "own_check"})
    assert staff.get(path).status_code == 403
    assert staff.post(f"{own}/repairs/unlock", CALLER).status_code == 403
    assert events("console.person_looked_at") == events("console.repair_made") == []


def test_a_repair_needs_a_fresh_second_factor(staff, record, maria):
    opens(staff, record)
    grows_stale(staff)
    assert staff.get(f"/desk/people/{record.pk}").status_code == 200
    asked = staff.post(f"/desk/accounts/{account_id('maria')}/repairs/unlock", CALLER)
    assert asked.headers["Location"].startswith("/account/again?")


def test_a_repair_needs_a_reason_for_looking_and_one_for_itself(staff, record, maria):
    path = f"/desk/accounts/{account_id('maria')}/repairs/send-username"
    assert staff.post(path, CALLER).headers["Location"] == f"/desk/people/{record.pk}"
    opens(staff, record)
    assert errors(staff.post(path, {"reason": ""})) == ["Choose a reason."]
    assert events("console.repair_made") == []


def test_unlocking(staff, record, maria):
    subject = str(account_id("maria"))
    stop(limit=UNKNOWN, subject=subject, by="tests")
    assert "the sign-in is stopped" in page(staff, record)
    asked = staff.get(f"/desk/accounts/{subject}/repairs/unlock").content.decode()
    assert "the password ends with them" in asked
    done = mends(staff, "maria", "unlock").content.decode()
    assert used(UNKNOWN, subject) == 0
    # The pair that was guessed at signs nobody in: only the link in the mail leads on.
    assert "does not work any more" in done
    assert heading(types_password(InspectingClient(), login="maria")) == "Sign In or Register"
    write_mails()
    assert [mail.to for mail in OutboxMessage.objects.filter(kind="accounts.reset_password")] == [MARIA.email]
    assert "the sign-in is stopped" not in done
    assert "cleared 50 failed tries to sign in." in done
    [made] = events("console.repair_made")
    assert made.keys == {"repair": "unlock", "reason": "caller_checked", "paper": ""}


def test_unlocking_what_only_waits_leaves_the_password(staff, record, maria):
    subject = str(account_id("maria"))
    for _each in range(6):
        may_try(subject=subject, by="tests")
    opens(staff, record)
    assert (
        "The password stays as it is."
        in staff.get(f"/desk/accounts/{subject}/repairs/unlock").content.decode()
    )
    mends(staff, "maria", "unlock")
    assert User.objects.get(pk=subject).check_password(PASSWORD)


def test_searches_find_her_again(staff, record):
    wrong = InspectingClient()
    for _each in range(6):
        search(wrong, MARIA, last4="9999")
    assert "Searches for this person find nothing" in page(staff, record)
    staff.post(f"/desk/people/{record.pk}/repairs/clear-searches", CALLER)
    assert "Searches for this person find nothing" not in page(staff, record)
    assert heading(search(InspectingClient(), MARIA)) == "We found your record"


def test_mail_is_sent_again_and_never_shown(staff, record, maria):
    opens(staff, record)
    write_mails()
    for repair, kind, answers in (
        ("send-confirmation", "accounts.confirm_email", {"email": "maria@example.org"}),
        ("send-username", "accounts.usernames", {}),
        ("send-password-link", "accounts.reset_password", {}),
        ("send-code", "assurance.code", {}),
    ):
        before = OutboxMessage.objects.filter(kind=kind).count()
        done = mends(staff, "maria", repair, **answers)
        write_mails()
        assert OutboxMessage.objects.filter(kind=kind).count() == before + 1, repair
        assert "Done:" in done.content.decode()


def test_too_many_mails_are_said_to_be_too_many(staff, record, maria):
    opens(staff, record)
    answers = [mends(staff, "maria", "send-username").status_code for _each in range(4)]
    assert answers == [200, 200, 200, 409]


def test_a_recovery_for_a_caller_needs_two_of_staff(staff, client_of, record, maria):
    opens(staff, record)
    mends(staff, "maria", "start-recovery", name="María Fuentes", email="new@example.org")
    assert set(
        OutboxMessage.objects.filter(kind="accounts.recovery_started").values_list("to", flat=True)
    ) == {
        "maria@example.org",
        ON_FILE,
    }
    row = Recovery.objects.get()
    assert row.status == Status.STARTED
    Recovery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert complete_due_recoveries(by="tests") == 0  # the new address is not confirmed
    Recovery.objects.update(due_at=timezone.now() + timedelta(hours=1))
    link = newest("accounts.recovery_confirm", "new@example.org").split("http://127.0.0.1:8000")[1].split()[0]
    caller = InspectingClient()
    caller.get(link)
    assert "Our staff have your request" in caller.post("/recover/confirm").content.decode()
    row.refresh_from_db()
    assert row.status == Status.CONFIRMED, "the word of one of staff opens nothing"
    assert "a colleague must approve it" in page(staff, record)
    yes = {"outcome": "approve", "reason": "person_checked", "confirmed": "yes"}
    mine = staff.post(f"/desk/recoveries/{row.pk}", yes)
    assert mine.status_code == 403
    assert "You started this." in mine.content.decode()
    assert (
        'value="approve"'
        not in staff.get(f"/desk/recoveries/{row.pk}").content.decode().split("<ul class")[-1]
    )
    reviewer = client_of("reviewer")
    assert "started by a colleague" in reviewer.get("/desk/cases?kind=recovery").content.decode()
    reviewer.post(f"/desk/recoveries/{row.pk}", yes)
    row.refresh_from_db()
    assert row.status == Status.APPROVED
    assert row.due_at
    assert row.due_at > timezone.now() + timedelta(hours=23)
    Recovery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert complete_due_recoveries(by="tests") == 1
    assert User.objects.get(username="maria").email == "new@example.org"


def test_a_recovery_is_stopped(staff, record, maria):
    opens(staff, record)
    mends(staff, "maria", "start-recovery", name="María Fuentes", email="new@example.org")
    assert "A recovery is under way." in page(staff, record)
    mends(staff, "maria", "stop-recovery")
    assert Recovery.objects.get().status == Status.CANCELLED


def test_a_document_that_was_seen_opens_the_record(staff, record, maria):
    confirm_address(maria, "maria@example.org")
    opens(staff, record)
    assert errors(mends(staff, "maria", "raise-evidence")) == ["Choose the document that you saw."]
    mends(staff, "maria", "raise-evidence", paper="passport")
    assert hold_of("maria").level == 2
    [given] = events("assurance.evidence_given")
    assert given.keys["kind"] == "staff_check"
    assert events("console.repair_made")[0].keys["paper"] == "passport"
    told = OutboxMessage.objects.filter(kind="assurance.verified").values_list("to", flat=True)
    assert set(told) == {ON_FILE, "maria@example.org"}


def test_her_district_confirms_who_she_is(staff, record, maria):
    confirm_address(maria, "maria@example.org")
    opens(staff, record)
    day = timezone.localdate()
    said = {"reason": "district_called", "ticket": "T-4711", "confirmed_on": f"{day:%m/%d/%Y}"}
    refused = mends(staff, "maria", "district-check", **said | {"reason": "caller_checked"})
    assert errors(refused) == ["Choose a reason."]
    for wrong in (
        {"ticket": "900-55-1234"},
        {"ticket": ""},
        {"confirmed_on": f"{day + timedelta(days=1):%m/%d/%Y}"},
        {"confirmed_on": f"{day - timedelta(days=31):%m/%d/%Y}"},
        {"confirmed_on": "yesterday"},
    ):
        assert len(errors(mends(staff, "maria", "district-check", **said | wrong))) == 1, wrong
    assert hold_of("maria").level == 1
    mends(staff, "maria", "district-check", **said)
    assert hold_of("maria").level == 2
    [given] = events("assurance.evidence_given")
    assert given.keys["kind"] == "district_check"
    [noted] = events("console.district_confirmed")
    assert noted.keys == {"ticket": "T-4711", "on": day.isoformat()}
    assert "Ticket T-4711" in page(staff, record)
    told = OutboxMessage.objects.filter(kind="assurance.verified").values_list("to", flat=True)
    assert set(told) == {ON_FILE, "maria@example.org"}


def test_where_the_agency_counts_no_district_nobody_is_asked_for_one(staff, record, maria, settings):
    assert "The district confirmed the person" in page(staff, record)
    settings.KECS_EVIDENCE = ["staff_check"]
    assert "The district confirmed the person" not in page(staff, record)
    assert staff.get(f"/desk/accounts/{account_id('maria')}/repairs/district-check").status_code == 302


def test_a_record_is_taken_away_with_a_reason(staff, record, maria):
    opens(staff, record)
    mends(staff, "maria", "release", reason="wrong_person")
    assert hold_of("maria").released_at
    assert "Our staff decided so" in page(staff, record) or "our staff decided so" in page(staff, record)


def test_a_fact_is_corrected_without_an_account_and_the_address_on_file_is_told(staff, record):
    opens(staff, record)
    path = f"/desk/people/{record.pk}/repairs/correct"
    right = {"last_surname": "Stone", "why": "marriage", "paper": "marriage_certificate", **CALLER}
    assert errors(staff.post(path, {**right, "last_surname": ""})) == [
        "Fill in what is right: a name, the birth date or the number."
    ]
    done = staff.post(path, right, follow=True)
    assert heading(done) == "María Stone"
    assert "María Fuentes-Ortega" in done.content.decode()  # among the other names
    assert "saw a document (Marriage certificate) and corrected: Name." in done.content.decode()
    assert OutboxMessage.objects.filter(kind="corrections.changed", to=ON_FILE).count() == 1


def test_a_correction_at_the_desk_can_be_contested(staff, record, maria):
    opens(staff, record)
    right = {"birth_date": "04/10/1985", "why": "typing_mistake", "paper": "passport", **CALLER}
    staff.post(f"/desk/people/{record.pk}/repairs/correct", right, follow=True)
    mail = newest("corrections.changed", ON_FILE)
    link = mail.split("http://127.0.0.1:8000")[1].split()[0]
    stranger = InspectingClient()
    stranger.get(link, follow=True)
    stranger.post("/corrections/not-me", follow=True)
    assert hold_of("maria").frozen_at
    assert Case.objects.filter(kind="correction", closed_at=None, records=record).count() == 1


def test_a_number_that_somebody_else_has_is_refused(staff, record):
    on_file(Person(first_name="Ruth", last_surname="Other", ssn="900661111"))
    opens(staff, record)
    right = {"ssn": "900661111", "why": "typing_mistake", "paper": "ssn_card", **CALLER}
    refused = staff.post(f"/desk/people/{record.pk}/repairs/correct", right)
    assert refused.status_code == 409
    assert "Another person has this Social Security number." in refused.content.decode()
    assert events("console.repair_made") == []


def test_what_a_frozen_claim_did_is_not_for_the_help_desk(client_of, record, maria):
    this_was_not_me(InspectingClient(), newest("assurance.claimed", ON_FILE))
    helper, reviewer = client_of("help_desk"), client_of("reviewer")
    assert "is for the reviewers" in page(helper, record)
    assert "pressed “This is Me!”" not in page(helper, record)
    assert "pressed “This is Me!”" in page(reviewer, record)


def test_nobody_opens_the_page_of_who_contests_her_record(staff, record, maria):
    path = f"/desk/accounts/{account_id('maria')}"
    clerk = account_id("ines.clerk")
    Holding.objects.filter(account_id=clerk).delete()
    Holding.objects.filter(account__username="maria").update(
        contests=True, level=AssuranceLevel.UNDER_REVIEW, provisional_until=timezone.now()
    )
    hold_record(
        record_id=record.pk, account_id=clerk, level=AssuranceLevel.PROVISIONAL, because=(), by="tests"
    )
    for asked in (
        staff.get(path),
        staff.post(path, {"why": "own_check"}),
        staff.get(f"{path}/repairs/unlock"),
    ):
        assert (asked.status_code, heading(asked)) == (403, "This is about you")
    Holding.objects.filter(account_id=clerk).delete()
    assert staff.get(path).status_code == 200


def test_each_role_sees_and_mends_its_part(client_of, record, maria):
    officer, helper = client_of("security_officer"), client_of("help_desk")
    seen = page(officer, record)
    assert "María" in seen
    for hidden in ("04/09/1985", "***-**-4321", ON_FILE, "Unlock", "Correct a fact"):
        assert hidden not in seen, hidden
    opens(helper, record)
    assert helper.get(f"/desk/accounts/{account_id('maria')}/repairs/release").status_code == 403
    assert events("console.page_refused")[-1].keys == {"function": "release_holding"}
    assert helper.get(f"/desk/accounts/{account_id('maria')}/repairs/nonsense").status_code == 404
    assert helper.get(f"/desk/people/{record.pk}/ssn").status_code == 403


def test_a_colleagues_account_is_not_opened_by_the_help_desk(client_of):
    helper = client_of("help_desk")
    client_of("records")
    path = f"/desk/accounts/{account_id('records')}"
    staffed = helper.post(path, {"why": "phone_call"}, follow=True)
    assert staffed.status_code == 200
    answers = {"name": "R", "email": "new@example.org", **CALLER}
    repaired = helper.post(f"{path}/repairs/start-recovery", answers)
    assert repaired.status_code == 403
    assert not Recovery.objects.exists()


def test_the_timeline_has_pages(staff, record):
    event = RecordChanged(subject="-", source="tests", columns=("first_name",))
    for _each in range(2):
        record_for_each(event=event, subjects=[f"record:{record.pk}"] * 30, by="system:tests")
    shown = opens(staff, record)
    older = shown.content.decode().split('<a href="?before=')[1].split("#")[0]
    next_page = staff.get(f"/desk/people/{record.pk}?before={older}").content.decode()
    assert "The record was made by: tests." in next_page
    assert '<a href="?before=' not in next_page


def test_the_limit_words_on_the_page_are_the_table(staff, record):
    assert RULES[Limit.SEARCH_MISSES_PER_IDENTITY_DAY].most == 5
    assert RULES[Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL].most == 20
