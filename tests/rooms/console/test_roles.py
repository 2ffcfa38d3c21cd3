"""Law: who opens what. Every address that is not public is asked for by everybody, and opens to nobody but whom the table names."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from kecs.accounts.models import User
from kecs.accounts.staff.roles import StaffRole
from kecs.assurance.actions import release
from kecs.console.permissions import PERMISSIONS, Function
from kecs.records.models import Case, Upload
from tests.factories.claims import confirm_address, hold_of, newest, sign_in, this_was_not_me
from tests.factories.factors import (
    as_staff,
    code,
    grows_stale,
    types_code,
    types_password,
    with_app,
)
from tests.factories.people import Person, on_file
from tests.factories.visits import claim, register_new
from tests.house.test_addresses import PUBLIC, address, routes
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

# Where somebody stands. Every one has just signed in, but for STALE, who did so an hour ago; BARE_STAFF has no second step.
UNDER_REVIEW, PROVISIONAL, VERIFIED, STALE = "review", "provisional", "verified", "stale"
FROZEN, RELEASED, BARE_STAFF = "frozen", "released", "bare"
# A member of staff in each role, and in no other.
STAFF = frozenset(role.value for role in StaffRole)
SIGNED_IN = STAFF | {UNDER_REVIEW, PROVISIONAL, VERIFIED, STALE, FROZEN, RELEASED, BARE_STAFF}
SIGNED_IN_JUST_NOW = SIGNED_IN - {STALE}
MUST_PROVE = SIGNED_IN - {VERIFIED, STALE, FROZEN}
MAY_ASK = SIGNED_IN - {FROZEN}
PROVED = frozenset({VERIFIED, STALE})
NOBODY: frozenset[str] = frozenset()  # what is asked for here is somebody else's, or is not there


def to_whoever(function: Function) -> frozenset[str]:
    """The roles that the desk's own table names."""
    return frozenset(role.value for role in PERMISSIONS[function])


TABLE: dict[str, frozenset[str]] = {
    "account": SIGNED_IN,
    "account/activity": SIGNED_IN,
    "account/again": SIGNED_IN,
    "account/devices": SIGNED_IN,
    "account/devices/<uuid:session_id>/end": SIGNED_IN,
    "account/devices/others/end": SIGNED_IN,
    "account/emails": SIGNED_IN,
    "account/emails/<int:address_id>/primary": SIGNED_IN_JUST_NOW,
    "account/emails/<int:address_id>/remove": SIGNED_IN_JUST_NOW,
    "account/emails/<int:address_id>/resend": SIGNED_IN_JUST_NOW,
    "account/emails/add": SIGNED_IN_JUST_NOW,
    "account/passkeys": SIGNED_IN,
    "account/passkeys/<int:passkey_id>": NOBODY,
    "account/passkeys/<int:passkey_id>/remove": NOBODY,
    "account/passkeys/add": SIGNED_IN_JUST_NOW,
    "account/password": SIGNED_IN_JUST_NOW,
    "account/second-step": SIGNED_IN,
    "account/second-step/app": SIGNED_IN_JUST_NOW,
    "account/second-step/app/remove": SIGNED_IN_JUST_NOW,
    "account/second-step/codes": NOBODY,
    "account/second-step/codes/file": NOBODY,
    "confirm-email/change": SIGNED_IN,
    "confirm-email/resend": SIGNED_IN,
    "confirm-it-is-you": MUST_PROVE,
    "confirm-it-is-you/code": MUST_PROVE,
    "confirm-it-is-you/letter": MUST_PROVE,
    "corrections": MAY_ASK - {STALE},
    "corrections/documents": MAY_ASK,
    "corrections/state": MAY_ASK,
    "corrections/withdraw": MAY_ASK,
    "desk": to_whoever(Function.SEE_DESK),
    "desk/cases": to_whoever(Function.SEE_CASES),
    "desk/cases/<uuid:case_id>": to_whoever(Function.SEE_CASES),
    "desk/cases/<uuid:case_id>/reopen": to_whoever(Function.DECIDE_CASE),
    "desk/cases/<uuid:case_id>/take": to_whoever(Function.DECIDE_CASE),
    "desk/documents/<uuid:document_id>": to_whoever(Function.DECIDE_CASE),
    "desk/find": to_whoever(Function.FIND_PERSON),
    "desk/exports": to_whoever(Function.EXPORT_LISTS),
    "desk/imports": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>/discard": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>/load": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>/progress": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>/rejects": NOBODY,  # no row of it was rejected, for staff either
    "desk/imports/<uuid:upload_id>/stop": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/runs/<uuid:run_id>/undo": to_whoever(Function.IMPORT_RECORDS),
    "desk/imports/<uuid:upload_id>/undo": to_whoever(Function.IMPORT_RECORDS),
    "desk/letters": to_whoever(Function.POST_LETTERS),
    "desk/letters/<uuid:letter_id>": to_whoever(Function.POST_LETTERS),
    "desk/letters/<uuid:letter_id>/posted": NOBODY,  # there is no such letter, for staff either
    "desk/merges": to_whoever(Function.MERGE_RECORDS),
    "desk/merges/<uuid:merge_id>": NOBODY,  # there is none, for staff either
    "desk/people/<uuid:record_id>/merge": NOBODY,  # there is no such record, for staff either
    "desk/recoveries/<uuid:recovery_id>/take": NOBODY,
    "desk/recoveries": to_whoever(Function.DECIDE_RECOVERY),
    "desk/recoveries/<uuid:recovery_id>": NOBODY,  # there is none, for staff either
    "desk/security": to_whoever(Function.SEE_SECURITY),
    "desk/security/people/<uuid:record_id>": to_whoever(Function.SEE_SECURITY),
    "desk/security/staff/<uuid:account_id>": to_whoever(Function.SEE_SECURITY),
    "desk/accounts/<uuid:account_id>": to_whoever(Function.SEE_PERSON),
    "desk/accounts/<uuid:account_id>/repairs/<str:repair>": to_whoever(
        Function.HELP_ACCOUNT
    ),  # asked for as "unlock"
    "desk/people/<uuid:record_id>": to_whoever(Function.SEE_PERSON),
    "desk/people/<uuid:record_id>/repairs/<str:repair>": to_whoever(
        Function.CORRECT_FACT
    ),  # asked for as "correct"
    "desk/people/<uuid:record_id>/ssn": to_whoever(Function.REVEAL_SSN),
    "desk/staff": to_whoever(Function.MANAGE_STAFF),
    "desk/staff/<uuid:account_id>": to_whoever(Function.MANAGE_STAFF),
    "desk/weekly": to_whoever(Function.SEE_WEEKLY),
    "home": SIGNED_IN,
    "record": PROVED,
    "session/extend": SIGNED_IN,
    "session/left": SIGNED_IN,
}
# Where somebody is led who may not enter (yet).
DOORS = ("/?next=", "/account/again?", "/account/second-step")


def made(name: str) -> Client:
    """The browser of somebody who stands there."""
    # Apart from the others: five misses with one first name and one birth date are the most a day, and whoever is like
    # somebody on file becomes a case about herself.
    number = str(1000 + 137 * sorted(SIGNED_IN).index(name))
    born = date(1960, 1, 1) + timedelta(days=int(number))
    person = Person(
        first_name="Pat",
        last_surname=f"Role{name.replace('_', '')}",
        birth_date=born,
        ssn=f"90155{number}",
        email=f"{name}@example.org",
    )
    browser = InspectingClient()
    if name in STAFF | {UNDER_REVIEW, BARE_STAFF}:
        register_new(browser, person, username=name)
    else:
        on_file(person, contact_email=person.email)
        claim(browser, person, username=name)
        moved(name, browser, person)
    if name == BARE_STAFF:
        as_staff(User.objects.get(username=name))
    if name in STAFF:
        owner = User.objects.get(username=name)
        as_staff(owner, StaffRole(name))
        with_app(owner)
        browser = InspectingClient()
        types_password(browser, login=name)
        types_code(browser, code())
    return browser


def moved(name: str, browser: Client, person: Person) -> None:
    """From a claim to where she stands."""
    if name in {VERIFIED, STALE, RELEASED}:
        confirm_address(browser, person.email)
    if name == STALE:
        grows_stale(browser)
    if name == FROZEN:
        this_was_not_me(InspectingClient(), newest("assurance.claimed", person.email))
    if name == RELEASED:
        release(holding_id=hold_of(name).pk, reason="wrong_person", by="tests")
    if name in {FROZEN, RELEASED}:
        sign_in(browser, name)


def answer(browser: Client, path: str) -> Any:
    """By GET, or by POST where that is all there is; what it changed is undone."""
    client = Client(raise_request_exception=False)
    client.cookies = browser.cookies
    point = transaction.savepoint()
    got = client.get(path)
    got = client.post(path) if got.status_code == 405 else got
    transaction.savepoint_rollback(point)
    return got


def is_inside(got: Any) -> bool:
    """Whether this comes from behind the door. A view that breaks counts as open."""
    if got.status_code in {401, 403, 404, 405}:
        return False
    return not got.headers.get("Location", "").startswith(DOORS)


def guarded() -> Iterator[str]:
    """Every route that strangers may not open."""
    return (route for route in sorted(set(routes(get_resolver()))) if route not in PUBLIC)


def test_the_table_names_every_route_that_is_not_public():
    assert sorted(TABLE) == list(guarded())


@pytest.mark.any_database("who may is asked before anything is looked up")
def test_every_route_opens_to_those_in_the_table_and_to_nobody_else():
    browsers = {name: made(name) for name in sorted(SIGNED_IN)}
    browsers["stranger"] = Client()
    case = Case.objects.filter(closed_at=None).latest("opened_at")
    somebody = User.objects.get(username=VERIFIED)
    nobodys = on_file(Person(first_name="Nobody", last_surname="Rolenobody", ssn="901558999"))
    alone = User.objects.get(username=UNDER_REVIEW)
    paths = {
        "desk/accounts/<uuid:account_id>": f"/desk/accounts/{alone.pk}",
        "desk/accounts/<uuid:account_id>/repairs/<str:repair>": f"/desk/accounts/{alone.pk}/repairs/unlock",
        "desk/people/<uuid:record_id>": f"/desk/people/{nobodys.pk}",
        "desk/people/<uuid:record_id>/repairs/<str:repair>": f"/desk/people/{nobodys.pk}/repairs/correct",
        "desk/people/<uuid:record_id>/ssn": f"/desk/people/{nobodys.pk}/ssn",
        "desk/cases/<uuid:case_id>": f"/desk/cases/{case.pk}",
        "desk/cases/<uuid:case_id>/reopen": f"/desk/cases/{case.pk}/reopen",
        "desk/cases/<uuid:case_id>/take": f"/desk/cases/{case.pk}/take",
        "desk/staff/<uuid:account_id>": f"/desk/staff/{somebody.pk}",
        "desk/security/staff/<uuid:account_id>": f"/desk/security/staff/{somebody.pk}",
    }
    upload = Upload.objects.create(size=1, state="checked", sent_by="tests")
    paths |= {
        route: f"/{route.replace('<uuid:upload_id>', str(upload.pk))}"
        for route in TABLE
        if "upload_id" in route
    }
    wrong = []
    for route, expected in TABLE.items():
        path = paths.get(route) or address(route)
        inside = {name for name, browser in browsers.items() if is_inside(answer(browser, path))}
        if inside != expected:
            wrong.append(
                f"{route}: opens to {sorted(inside - expected)}, shut to {sorted(expected - inside)}"
            )
    assert wrong == []
