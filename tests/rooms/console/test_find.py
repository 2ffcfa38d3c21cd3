"""Find a person at the desk: one box, the list, what is on the log, and what is on no log and in no address."""

import json

import pytest

from kecs.accounts.models import User
from kecs.accounts.staff.actions import take_role
from kecs.accounts.staff.roles import StaffRole
from kecs.audit.models import AuditEvent
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.records.models import EducatorRecord
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, errors, heading
from tests.inspection import InspectingClient, besides_ids

pytestmark = pytest.mark.django_db

NAUGHTY = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "%s%n", "' OR ''='", "a" * 190,
    "\u202ekatie", "𝓚𝓪𝓽𝓲𝓮", "\u0000katie", "محمد", "🙂", "\\", "'; DROP TABLE records_namekey; --", "_%_%",
]  # fmt: skip


def find(browser, text):
    return browser.post("/desk/find", {"person": text}, follow=True)


def sought():
    return AuditEvent.objects.filter(code="console.people_sought").order_by("sequence")


def test_whom_the_box_finds_stands_on_the_log_and_what_was_typed_stands_nowhere(staff, record):
    page = find(staff, "fuentes ortega maria")
    text = page.content.decode()
    assert page.request["PATH_INFO"] == "/desk/find"
    assert page.request["QUERY_STRING"] == ""
    assert "Found by the name" in text
    for shown in (
        record.staff_unique_id,
        "***-**-4321",
        "1985",
        "No account",
        'value="fuentes ortega maria"',
    ):
        assert shown in text
    assert "04/09" not in text
    [event] = sought()
    assert event.keys == {
        "kind": "name", "shown": 1, "more": False, "records": [str(record.pk)], "accounts": [],
    }  # fmt: skip
    told = besides_ids(json.dumps(list(AuditEvent.objects.values("subject", "keys"))))
    assert "uentes" not in told
    assert "4321" not in told


def test_a_reload_shows_the_list_again_and_is_a_look_again(staff, record):
    find(staff, "fuentes")
    assert "***-**-4321" in staff.get("/desk/find").content.decode()
    assert sought().count() == 2
    assert LimitCounter.objects.get(limit=Limit.PEOPLE_SOUGHT_PER_STAFF).count == 1


def test_digits_of_a_social_find_and_are_not_shown_again(staff, record):
    text = find(staff, "4321 04/09/1985").content.decode()
    assert "Found by the last four digits and the birth date" in text
    assert 'value="' not in text[text.index('name="person"') :][:200]
    assert sought().get().keys["kind"] == "last4_and_birth_date"
    assert "never typed whole" in find(staff, "900-55-4321").content.decode()
    assert "4321 04" not in json.dumps(dict(staff.session))


def test_accounts_are_found_by_username_and_address_and_by_the_record_they_hold(staff, record):
    claim(InspectingClient(), MARIA, username="maria.f")
    for typed, why in (
        ("MARIA.F", "the username"),
        ("Maria@example.org", "the email of the account"),
        ("on.file@example.org", "the email on file"),
    ):
        text = find(staff, typed).content.decode()
        assert f"Found by {why}" in text
        assert record.staff_unique_id in text
        assert "has not proved the record yet" in text
    blank = User.objects.create(username="blank", email="blank@example.org")
    text = find(staff, "Blank").content.decode()
    assert "An account without a name" in text
    assert "Has an account, and no record" in text
    assert sought().last().keys["accounts"] == [str(blank.pk)]


def test_what_the_page_answers_when_there_is_nobody_or_too_little_was_typed(staff, record):
    assert "Nobody found" in find(staff, "zzyzx").content.decode()
    assert errors(find(staff, "")) == ["Type whom you look for."]
    [said] = errors(find(staff, "7752 7/21/90"))
    assert said.startswith("We cannot tell what this is.")


def test_of_a_common_name_the_closest_are_shown_and_that_there_are_more(staff):
    for number in range(21):
        on_file(Person(first_name="Ann", last_surname="Common", ssn=f"90661{number:04}"))
    text = find(staff, "common").content.decode()
    assert "The closest people (20)" in text
    assert "There are more." in text
    assert sought().get().keys["more"] is True


def test_no_string_in_the_box_or_on_file_is_taken_for_anything_else(staff, record):
    EducatorRecord.objects.filter(pk=record.pk).update(
        first_name='<script>alert("x")</script>', middle_name="\u202eevil{{ 7*7 }}", identity_version=2
    )
    text = find(staff, "fuentes").content.decode()
    assert "<script>alert" not in text
    assert "{{ 7*7 }}" in text
    for typed in NAUGHTY:
        page = find(staff, typed)
        assert page.status_code == 200
        assert heading(page) == "Find a person"
        assert "<script>alert" not in page.content.decode()


def test_somebody_who_lists_people_raises_an_alarm_once_and_is_stopped_in_the_end(staff, record):
    find(staff, "fuentes")
    rule = RULES[Limit.PEOPLE_SOUGHT_PER_STAFF]
    assert rule.escalate_over is not None
    counter = LimitCounter.objects.filter(limit=Limit.PEOPLE_SOUGHT_PER_STAFF)
    counter.update(count=rule.escalate_over)
    assert "***-**-4321" in find(staff, "fuentes").content.decode()
    assert "***-**-4321" in find(staff, "fuentes").content.decode()
    [alarm] = AuditEvent.objects.filter(code="console.many_people_sought")
    assert (alarm.subject, alarm.keys["searches"]) == (alarm.by, rule.escalate_over + 1)
    counter.update(count=rule.most)
    page = staff.post("/desk/find", {"person": "fuentes"})
    assert page.status_code == 429
    assert "***-**-4321" not in page.content.decode()
    assert counter.get().count == rule.most + 1
    assert AuditEvent.objects.filter(code="guard.limit_reached").count() == 1


def test_each_role_sees_what_the_table_lets_it_see(staff, record):
    clerk = User.objects.get(username="ines.clerk")
    find(staff, "on.file@example.org")
    for role in set(StaffRole) - {StaffRole.SECURITY_OFFICER, StaffRole.ADMINISTRATOR}:
        take_role(account_id=clerk.pk, role=role, by="tests")
    assert "Found by" not in staff.get("/desk/find").content.decode(), "what a role looked for that is gone"
    text = besides_ids(find(staff, "fuentes").content.decode())
    looked = sought().count()
    assert record.staff_unique_id in text
    assert "***-**" not in text
    assert "1985" not in text.replace(record.staff_unique_id, "")
    assert "last four" not in text
    for typed in ("on.file@example.org", "4321 04/09/1985", "Fuentes 04/09/1985", "Fuentes 4321"):
        asked = staff.post("/desk/find", {"person": typed})
        assert "Your role does not search by this" in errors(asked)[0], typed
    assert sought().count() == looked, "nothing was looked up"
    assert 'name="person"' in staff.get("/desk").content.decode()
    take_role(account_id=clerk.pk, role=StaffRole.SECURITY_OFFICER, by="tests")
    assert 'name="person"' not in staff.get("/desk").content.decode()
    assert staff.get("/desk/find").status_code == 403
