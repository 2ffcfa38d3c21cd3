"""Cases as they come to be: each opened by what a person does on the educator's pages, and decided by what a clerk does."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kecs.records.kinds import CaseKind
from kecs.records.linkage.actions import open_linkage_cases
from kecs.records.linkage.comparisons import Attribute, Level
from kecs.records.linkage.findings import Finding
from kecs.records.linkage.kin import Verdict
from kecs.records.linkage.waterfall import waterfall
from kecs.records.models import Case
from kecs.registration.settling import settle_waiting
from tests.factories.claims import (
    ON_FILE,
    ask_for_code,
    code_in,
    confirm_address,
    contest,
    enter,
    newest,
    this_was_not_me,
)
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, register_new, send_account
from tests.inspection import InspectingClient

NOTE = "Please call us, 502 555 0142."
# What the other person of a case types: María's number, another name and day.
OTHER = Person(
    first_name="Otto", last_surname="Brandt", birth_date=date(1971, 1, 2), email="otto@example.org"
)


def case_of(kind: str) -> UUID:
    """The open case of this kind, of which there is one."""
    return Case.objects.get(kind=str(kind), closed_at=None).pk


# --- On the educator's pages -------------------------------------------------------------------------------------


def disavowed() -> UUID:
    """A thief claims; who reads the address on file presses "This wasn't me"."""
    on_file(MARIA, contact_email=ON_FILE)
    claim(InspectingClient(), MARIA, username="person", email="thief@example.net")
    this_was_not_me(InspectingClient(), newest("assurance.claimed", ON_FILE))
    return case_of(CaseKind.DISAVOWED_CLAIM)


def contested() -> UUID:
    """The first has proved that the record is hers; so does the second."""
    on_file(MARIA, contact_email=ON_FILE)
    first, second = InspectingClient(), InspectingClient()
    claim(first, MARIA, username="holder", email=ON_FILE)
    confirm_address(first, ON_FILE)
    contest(second, MARIA, username="person", email="second@example.net")
    confirm_address(second, "second@example.net")
    ask_for_code(second)
    enter(second, code_in(newest("assurance.code", ON_FILE)))
    return case_of(CaseKind.CONTESTED_CLAIM)


def contested_while_waiting() -> UUID:
    """The first has no record yet, but waits for one; the second says that she is the person."""
    first = InspectingClient()
    send_account(first, create_new(first, MARIA), MARIA.new_account(username="holder"))
    contest(InspectingClient(), MARIA, username="person", email="second@example.net")
    settle_waiting(by="tests")
    return case_of(CaseKind.CONTESTED_CLAIM)


def correction() -> UUID:
    """She married, and sends the certificate."""
    on_file(MARIA, contact_email=ON_FILE)
    maria = InspectingClient()
    claim(maria, MARIA, username="person")
    papers = [SimpleUploadedFile("marriage.jpg", jpeg())]
    maria.post("/corrections", {"last_surname": "Stone", "why": "marriage", "documents": papers})
    return case_of(CaseKind.CORRECTION)


def no_ssn() -> UUID:
    """She asks to be registered without a number, in Spanish."""
    client = InspectingClient()
    client.cookies["language"] = "es"
    answers = {
        "first_name": "Ana",
        "last_surname": "Sol",
        "birth_date": "02/03/1980",
        "email": "ana@example.org",
        "message": "Fui Ana Luna.",
        "robot": "on",
    }
    client.post("/register/no-ssn", answers)
    return case_of(CaseKind.NO_SSN)


def several() -> UUID:
    """Two records without a full number fit."""
    for email in (ON_FILE, ""):
        on_file(MARIA, contact_email=email, ssn=MARIA.last4)
    register_new(InspectingClient(), MARIA, username="person")
    return case_of(CaseKind.SEVERAL)


def near_match() -> UUID:
    """The record has two digits of her number in each other's place, and her day of birth a day off."""
    on_file(Person(ssn="900554312", birth_date=date(1985, 4, 9)), contact_email=ON_FILE)
    register_new(InspectingClient(), MARIA, username="person")
    return case_of(CaseKind.NEAR_MATCH)


def already_held() -> UUID:
    """She registered before and forgot; her birth date was typed wrong then."""
    on_file(Person(birth_date=date(1985, 4, 8)), contact_email=ON_FILE)
    claim(InspectingClient(), Person(birth_date=date(1985, 4, 8)), username="holder", email=ON_FILE)
    register_new(InspectingClient(), MARIA, username="person", email="new@example.org")
    return case_of(CaseKind.ALREADY_HELD)


def deceased() -> UUID:
    """On file she has died."""
    on_file(MARIA, contact_email=ON_FILE, deceased=True)
    register_new(InspectingClient(), MARIA, username="person")
    return case_of(CaseKind.DECEASED)


def second_person_by_ssn() -> UUID:
    """Somebody else's number is hers too, or one of the two was typed wrong."""
    on_file(MARIA, contact_email=ON_FILE)
    register_new(InspectingClient(), OTHER, username="person")
    return case_of(CaseKind.SSN_ON_FILE_OTHER_NAME)


def linkage_duplicate() -> UUID:
    """`kecs duplicates` found two records of one person."""
    levels = {
        Attribute.FIRST_NAME: Level.SAME,
        Attribute.LAST_SURNAME: Level.SAME,
        Attribute.BIRTH_DATE: Level.SAME,
        Attribute.SSN: Level.TRANSPOSED,
    }
    _linked(MARIA, Person(ssn="900554312"), levels=levels, verdict=Verdict.DUPLICATE)
    return case_of(CaseKind.LINKAGE_DUPLICATE)


def linkage_other_first_name() -> UUID:
    """It found one number with two first names."""
    levels = {
        Attribute.FIRST_NAME: Level.DIFFERS,
        Attribute.LAST_SURNAME: Level.SAME,
        Attribute.BIRTH_DATE: Level.SAME,
        Attribute.SSN: Level.SAME,
    }
    rosa = Person(first_name="Rosa", ssn=MARIA.last4)
    _linked(MARIA, rosa, levels=levels, verdict=Verdict.OTHER_FIRST_NAME)
    return case_of(CaseKind.LINKAGE_OTHER_FIRST_NAME)


def _linked(*people: Person, levels: dict[Attribute, Level], verdict: Verdict) -> None:
    ids = sorted(on_file(person, contact_email=ON_FILE).pk for person in people)
    bits = dict(zip(levels, (8.0, 9.0, 13.0, 12.0), strict=True))
    fall = waterfall(prior=-26.0, levels=levels, bits=bits, rarity={Attribute.LAST_SURNAME: 2.0})
    found = Finding(record_ids=(ids[0], ids[1]), verdict=verdict, waterfall=fall)
    open_linkage_cases(found=[found], by="system:duplicates")


# --- At the desk -------------------------------------------------------------------------------------------------


def stamp_in(page: Any) -> str:
    """What the form of a case's page carries."""
    found = re.search(r'name="stamp" value="([^"]*)"', page.content.decode())
    return found.group(1) if found else ""


def send(clerk: Client, case_id: UUID, outcome: str, **facts: str) -> Any:
    """Open the page, choose, press the button; what the desk says then. `stamp` is that of a page opened before."""
    address = f"/desk/cases/{case_id}"
    stamp = facts.pop("stamp", "") or stamp_in(clerk.get(address))
    answers = {
        "outcome": outcome,
        "reason": "person_checked",
        "paper": "driver_license",
        "stamp": stamp,
        **facts,
    }
    return clerk.post(address, answers, follow=True)


def decide(clerk: Client, case_id: UUID, outcome: str, **facts: str) -> Any:
    """The same, and Yes, do this."""
    asked = send(clerk, case_id, outcome, **facts)
    assert "Is this right?" in asked.content.decode(), asked.content.decode()
    return send(clerk, case_id, outcome, confirmed="yes", **facts)


OPENERS: dict[str, Callable[[], UUID]] = {
    "disavowed": disavowed,
    "contested": contested,
    "contested_while_waiting": contested_while_waiting,
    "correction": correction,
    "no_ssn": no_ssn,
    "several": several,
    "near_match": near_match,
    "already_held": already_held,
    "deceased": deceased,
    "second_person_by_ssn": second_person_by_ssn,
    "linkage_duplicate": linkage_duplicate,
}
