"""Every page of the desk with a naughty string in every name it could show: escaped, and a page that keeps the rules of the house.

The addresses come from the table of URLs: a page that is added is walked too, and one whose address holds something new
says here what is missing.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db.models import F

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.accounts.recovery_status import Status
from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.models import Letter
from kecs.console.repairs import Repair
from kecs.corrections.models import Correction, Document
from kecs.pii.fields import seal_into
from kecs.records.actions import open_case
from kecs.records.correcting.actions import Changes, state_anew
from kecs.records.kinds import CaseKind, MergeReason
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.models import Case, EducatorRecord, OtherName, Run, Upload
from tests.attacks.routes import Route, routes
from tests.factories import desk
from tests.factories.claims import hold_of
from tests.factories.factors import as_staff
from tests.factories.people import Person, on_file
from tests.inspection import InspectingClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("templates escape alike whatever keeps the names"),
]
# What would begin an element, end an attribute, a comment or a script, be a template, or turn the line round; and no space
# for 60 letters, where a narrow page would break.
NAUGHTY = "<naughty id='a'>\"'--></script>{{7*7}}{% x %}&amp;\u202e\ufdfa\u0301" + "W" * 60
NAME = "<naughty a=\"'&{{7*7}}\u202e"  # as long as a username may be
EMAIL = '"<naughty>&\'"@example.org'
RAW, ESCAPED = "<naughty", "&lt;naughty"
Values = dict[str, list[Any]]


@pytest.fixture
def values(staff: InspectingClient) -> Values:
    """Somebody, a colleague and whatever else has a page, by the word that the address has for it."""
    desk.correction()  # her record and account, a request and its document
    [record], maria = (
        EducatorRecord.objects.exclude(last_surname="Clerk"),
        User.objects.get(username="person"),
    )
    other = on_file(Person(first_name="Ada", last_surname="Other", ssn="901558881"))
    third = on_file(Person(first_name="Ada", last_surname="Third", ssn="901558882"))
    merged = merge_records(
        first_id=other.pk,
        second_id=third.pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST)),
        reason=MergeReason.TYPED_WRONG,
        by="tests",
    )
    colleague = User.objects.create(username="colleague", email="colleague@example.org")
    as_staff(colleague, StaffRole.HELP_DESK)
    facts = {"first_name": NAUGHTY, "last_surname": NAUGHTY, "birth_date": "1980-02-03", "email": EMAIL}
    cases = [
        open_case(
            kind=kind,
            account_id=None if kind is CaseKind.NO_SSN else maria.pk,
            other_account_id=colleague.pk,
            record_ids=[] if kind is CaseKind.NO_SSN else [record.pk, other.pk],
            because=(),
            facts={**facts, "telephone": NAUGHTY, "message": NAUGHTY, "language": "en"},
            by="tests",
        )
        for kind in CaseKind
        if kind is not CaseKind.CORRECTION
    ]
    ask_for_recovery(name=NAUGHTY, login="person", email=EMAIL, message=NAUGHTY, by="tests")
    Recovery.objects.update(status=Status.CONFIRMED, taken_by=colleague)
    upload = Upload.objects.create(
        name=NAUGHTY, size=1, columns=["ssn"], unknown=[NAUGHTY], state="checked", sent_by="tests"
    )
    run = Run.objects.create(kind="import", content="c", place="0:2", created=1, started_by="tests")
    letter = Letter.objects.create(holding=hold_of("person"), asked_by="tests")
    _dress(maria, colleague)
    return {
        "record_id": [record.pk],
        "other": [other.pk],
        "account_id": [maria.pk, colleague.pk],
        "case_id": [*cases, Case.objects.get(kind=CaseKind.CORRECTION).pk],
        "document_id": [Document.objects.get().pk],
        "recovery_id": [Recovery.objects.get().pk],
        "upload_id": [upload.pk],
        "run_id": [run.pk],
        "merge_id": [merged.merge_id],
        "letter_id": [letter.pk],
        "repair": list(Repair),
    }


def _dress(maria: User, colleague: User) -> None:
    """Everything that was made on the proper roads gets names that no form lets in."""
    state_anew(account_id=maria.pk, changes=Changes(first_name=NAUGHTY, last_surname=NAUGHTY), by="tests")
    names = {"first_name": NAUGHTY, "middle_name": NAUGHTY, "last_surname": NAUGHTY}
    for number, record in enumerate(EducatorRecord.objects.exclude(last_surname="Clerk")):
        more: dict[str, Any] = {
            "identity_version": F("identity_version") + 1,
            "generation_code_suffix": "<naughty",
            "contact_email": EMAIL,
        }
        EducatorRecord.objects.filter(pk=record.pk).update(
            **names, **more, staff_unique_id=f"<naughty>{number}"
        )
        OtherName.objects.create(record=record, first_name=NAUGHTY, last_surname=NAUGHTY)
    Document.objects.update(name=NAUGHTY)
    request = Correction.objects.get()
    asked = {"first_name": NAUGHTY, "last_surname": NAUGHTY, "birth_date": "", "ssn": "", "note": NAUGHTY}
    seal_into(request, "asked_sealed", json.dumps(asked))
    request.save(update_fields=["asked_sealed"])
    for number, account in enumerate((maria, colleague)):
        email = f"{number}{EMAIL}"
        User.objects.filter(pk=account.pk).update(username=f"{NAME}{number}", email=email)
        EmailAddress.objects.filter(user=account).update(email=email)


def desk_routes() -> Iterator[Route]:
    """Those of the desk."""
    return (route for route in routes() if route.pattern == "desk" or route.pattern.startswith("desk/"))


def addresses(route: Route, values: Values) -> list[str]:
    """With everything that has such a page, but each repair once; two records are merged side by side."""
    names = [name for _kind, name in route.parts]
    of = {
        name: values[name][:1] if "repair" in names and name != "repair" else values[name] for name in names
    }
    every = [route.address(*map(str, chosen)) for chosen in product(*of.values())]
    return [*every, *(f"{each}?with={values['other'][0]}" for each in every if each.endswith("/merge"))]


def test_no_page_of_the_desk_takes_a_name_for_anything_else(staff: InspectingClient, values: Values) -> None:
    staff.post(
        "/desk/find", {"person": "fuentes"}
    )  # the keys of before lead to her; she is on the page of the box
    for record_id in values["record_id"]:
        staff.post(f"/desk/people/{record_id}", {"why": "own_check"})
    for account_id in values["account_id"]:
        staff.post(f"/desk/accounts/{account_id}", {"why": "own_check"})
    shown = set()
    for route in desk_routes():
        missing = {name for _kind, name in route.parts} - set(values)
        assert not missing, f"{route.pattern}: say in values() what has a page there: {missing}"
        for address in addresses(route, values):
            page = staff.get(address)  # keeps the rules of the house, or raises PageFault
            if page.status_code == 405 and "letter" in address and not address.endswith("posted"):
                page = staff.post(address)
            # A repair of the record is none of an account's, and the other way round.
            usual = {200, 302, 404, 405} if "/repairs/" in address else {200, 302, 405}
            assert page.status_code in usual, (address, page.status_code)
            if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
                said = page.content.decode()
                assert RAW not in said, address
                if ESCAPED in said:
                    shown.add(route.pattern)
    # That these show names is what makes the walk worth something.
    assert {
        "desk/find",
        "desk/people/<uuid:record_id>",
        "desk/people/<uuid:record_id>/merge",
        "desk/accounts/<uuid:account_id>",
        "desk/cases",
        "desk/cases/<uuid:case_id>",
        "desk/recoveries/<uuid:recovery_id>",
        "desk/imports",
        "desk/imports/<uuid:upload_id>",
        "desk/letters",
        "desk/letters/<uuid:letter_id>",
        "desk/staff",
    } - shown == set()
