"""Scenes of the desk: find, person, repairs, cases, recoveries, merges, imports, exports, letters, who watches, who is staff."""

import re
import threading
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.accounts.recovery_status import Status
from kecs.accounts.staff.roles import StaffRole
from kecs.accounts.tries import UNKNOWN
from kecs.assurance.models import Letter
from kecs.console.repairs import Repair
from kecs.corrections.kinds import DocumentState
from kecs.corrections.models import Document
from kecs.guard.actions import stop
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.records.models import Case, Run, Upload
from kecs.records.uploads.working import work_on_uploads
from tests.factories import desk
from tests.factories.claims import ON_FILE, newest
from tests.factories.factors import as_staff, code, types_code, types_password, with_app
from tests.factories.imports import HEADER, Ran
from tests.factories.imports import MARIA as LOPEZ
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, register_new, search
from tests.inspection import InspectingClient
from tests.pages.visit import Visit, scene

CLERK = Person(first_name="Ines", last_surname="Paz", ssn="901550007", email="ines@example.org")
COLLEAGUE = Person(first_name="Omar", last_surname="Sol", ssn="901550008", email="omar@example.org")
TWIN = Person(
    first_name="Maria",
    last_surname="Ortega",
    ssn="901554321",
    birth_date=date(1985, 9, 4),
    email="t@example.org",
)
REASON = {"reason": "person_checked"}


def staff(visit: Visit, *roles: StaffRole, person: Person = CLERK) -> InspectingClient:
    """A browser of somebody at the desk, signed in with both steps."""
    username = f"{person.first_name}.{person.last_surname}".lower()
    register_new(visit.browser(), person, username=username)
    owner = User.objects.get(username=username)
    as_staff(owner, *roles)
    with_app(owner)
    browser: InspectingClient = visit.browser()
    types_password(browser, login=username)
    types_code(browser, code())
    return browser


@scene
def the_desk(visit: Visit) -> None:
    clerk = staff(visit)
    me = User.objects.get(username="ines.paz")
    visit.show("first", clerk.get("/desk"))
    visit.show("of staff", clerk.get("/home"))
    visit.show("nothing waits", clerk.get("/desk/letters"))
    visit.show("nothing waits", clerk.get("/desk/cases"))
    visit.show("nothing waits", clerk.get("/desk/merges"))
    visit.show("first", clerk.get("/desk/weekly"))
    visit.show("first", clerk.get("/desk/security"))
    visit.show("first", clerk.get(f"/desk/security/staff/{me.pk}"))
    visit.show("first", clerk.get("/desk/staff"))
    visit.show("empty", clerk.post("/desk/staff", {}))
    visit.show("her own", clerk.get(f"/desk/staff/{me.pk}"))
    olga = {"username": "olga.rey", "email": "olga@example.org", "language": visit.language}
    page = clerk.post("/desk/staff", olga, follow=True)
    visit.show("roles", page)
    visit.show("invited", clerk.post(page.request["PATH_INFO"], {"help_desk": "on"}, follow=True))
    helper = staff(visit, StaffRole.HELP_DESK, person=COLLEAGUE)
    visit.show("not her role", helper.get("/desk/staff"))


@scene
def finding(visit: Visit) -> None:
    clerk = staff(visit)
    visit.show("first", clerk.get("/desk/find"))
    visit.show("empty", clerk.post("/desk/find", {"person": ""}))
    visit.show("nobody", clerk.post("/desk/find", {"person": "quillfeather"}, follow=True))
    on_file(MARIA, contact_email=ON_FILE)
    on_file(TWIN, deceased=True)
    register_new(visit.browser(), Person(last_surname="Ortega", ssn="902551234"), username="maria.ortega")
    visit.show("people", clerk.post("/desk/find", {"person": "ortega"}, follow=True))
    visit.show("whole number", clerk.post("/desk/find", {"person": "900-55-4321"}, follow=True))
    most = RULES[Limit.PEOPLE_SOUGHT_PER_STAFF].most
    LimitCounter.objects.filter(limit=Limit.PEOPLE_SOUGHT_PER_STAFF).update(count=most)
    visit.show("limited", clerk.post("/desk/find", {"person": "ortega"}, follow=True))


@scene
def a_person(visit: Visit) -> None:
    clerk = staff(visit)
    record = on_file(MARIA, contact_email=ON_FILE, other_names=[("María", "Fuentes")])
    address = f"/desk/people/{record.pk}"
    visit.show("asks why", clerk.get(address))
    visit.show("without an account", clerk.post(address, {"why": "phone_call"}, follow=True))
    claim(visit.browser(), MARIA)
    search(visit.browser(), MARIA)
    account = User.objects.get(username="maria.fuentes")
    stop(limit=UNKNOWN, subject=str(account.pk), by="tests")
    visit.show("with troubles", clerk.get(address))
    visit.show("looked at", clerk.get(f"/desk/security/people/{record.pk}"))
    for repair in Repair:
        for of in (address, f"/desk/accounts/{account.pk}"):
            page = clerk.get(f"{of}/repairs/{repair}")
            if page.status_code == 200:
                visit.show(f"{repair}", page)
                if repair in {Repair.CORRECT, Repair.START_RECOVERY}:
                    visit.show(f"{repair}, empty", clerk.post(f"{of}/repairs/{repair}", {}))
    sent = {"reason": "caller_checked"}
    visit.show("repaired", clerk.post(f"/desk/accounts/{account.pk}/repairs/unlock", sent, follow=True))
    visit.show("first", clerk.get(f"{address}/ssn"))
    visit.show("empty", clerk.post(f"{address}/ssn", {}))
    page = clerk.get(f"{address}/ssn")
    once = re.findall(r'name="once" value="([^"]+)"', page.content.decode())[0]
    why = {"reason": "compare_document", "ticket": "HD-7", "once": once}
    visit.show("shown", clerk.post(f"{address}/ssn", why))
    me = User.objects.get(username="ines.paz")
    visit.show("her own", clerk.post(f"/desk/accounts/{me.pk}", {"why": "own_check"}, follow=True))
    register_new(visit.browser(), COLLEAGUE, username="omar.sol")
    waiting = User.objects.get(username="omar.sol")
    visit.show("waiting", clerk.post(f"/desk/accounts/{waiting.pk}", {"why": "visit"}, follow=True))


def case_scene(name: str):
    """A scene of one kind of case: its page, an empty decision, and what will happen."""

    def walked(visit: Visit) -> None:
        case_id = desk.OPENERS[name]()
        clerk = staff(visit)
        page = visit.show(name, clerk.get(f"/desk/cases/{case_id}"))
        outcomes = re.findall(r'name="outcome" value="([^"]+)"', page.content.decode())
        assert outcomes, name
        visit.show(f"{name}, no reason", desk.send(clerk, case_id, outcomes[0], reason="", paper=""))
        for outcome in outcomes:
            record = Case.objects.get(pk=case_id).records.order_by("pk").first()
            facts = {"record": str(record.pk) if record else ""}
            asked = desk.send(clerk, case_id, outcome, **facts)
            if asked.status_code == 200:
                visit.show(f"{name}, {outcome}?", asked)

    walked.__name__ = f"case_{name}"
    return walked


for opener in desk.OPENERS:
    scene(case_scene(opener))


@scene
def cases(visit: Visit) -> None:
    case_id = desk.no_ssn()
    clerk = staff(visit)
    visit.show("one", clerk.get("/desk/cases"))
    visit.show("cases wait", clerk.get("/desk"))
    visit.show("old page", desk.send(clerk, case_id, "answer", stamp="x"))
    me = User.objects.get(username="ines.paz").pk
    visit.show("taken", clerk.post(f"/desk/cases/{case_id}/take", {"was": "", "now": me}, follow=True))
    page = clerk.get(f"/desk/cases/{case_id}").content.decode()
    outcome = re.findall(r'name="outcome" value="([^"]+)"', page)[-1]
    visit.show("decided", desk.send(clerk, case_id, outcome, confirmed="yes", note="(502) 555-0142"))
    visit.show("closed", clerk.get(f"/desk/cases/{case_id}"))
    visit.show("closed lately", clerk.get("/desk/cases?state=closed"))
    visit.show("nothing late", clerk.get("/desk/cases?state=late"))


@scene
def invited(visit: Visit) -> None:
    """By staff, without a Social Security number."""
    case_id = desk.no_ssn()
    clerk = staff(visit)
    sent = {"confirmed": "yes", "note": "(502) 555-0142"}
    desk.send(clerk, case_id, "invite", **sent)
    text = newest("console.account_invited")
    link = text[text.index("/register/invited/") :].split()[0]
    ana = visit.browser()
    visit.show("no link", ana.get("/register/invited"))
    visit.show("first", ana.get(link, follow=True))
    visit.show("empty", ana.post("/register/invited", {}))
    form = Person(email="ana@example.org").account(username="ana.sol")
    visit.show("without a number", ana.post("/register/invited", form, follow=True))


@scene
def a_document(visit: Visit) -> None:
    desk.correction()
    Document.objects.update(state=DocumentState.WAITING)
    clerk = staff(visit)
    visit.show("held", clerk.post(f"/desk/documents/{Document.objects.get().pk}"))


@scene
def recoveries(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    claim(visit.browser(), MARIA, username="maria")
    ask_for_recovery(
        name="María Fuentes",
        login="maria",
        email="new@example.org",
        message="(900) 555-0100",
        by="t",
    )
    Recovery.objects.update(status=Status.CONFIRMED)
    asked = Recovery.objects.get()
    clerk = staff(visit)
    address = f"/desk/recoveries/{asked.pk}"
    visit.show("first", clerk.get(address))
    visit.show("no reason", clerk.post(address, {"outcome": "approve"}))
    for outcome in ("approve", "refuse"):
        visit.show(f"{outcome}?", clerk.post(address, {"outcome": outcome, **REASON}))
    me = User.objects.get(username="ines.paz").pk
    visit.show("taken", clerk.post(f"{address}/take", {"was": "", "now": me}, follow=True))
    visit.show(
        "approved", clerk.post(address, {"outcome": "approve", "confirmed": "yes", **REASON}, follow=True)
    )
    visit.show("decided", clerk.get(address))


@scene
def merging(visit: Visit) -> None:
    clerk = staff(visit)
    record = on_file(MARIA, contact_email=ON_FILE, other_names=[("", "Delgado")])
    claim(visit.browser(), MARIA)
    twin = on_file(TWIN)
    address = f"/desk/people/{record.pk}/merge"
    visit.show("which", clerk.get(address))
    visit.show("empty", clerk.post(address, {"number": ""}))
    visit.show("sides", clerk.post(address, {"number": twin.staff_unique_id}, follow=True))
    visit.show("nothing chosen", clerk.post(address, {"with": str(twin.pk)}))
    taken = ("staff_unique_id", "first_name", "last_surname", "birth_date", "ssn", "email")
    sent = {"with": str(twin.pk), "reason": "typed_wrong", **dict.fromkeys(taken, "first")}
    visit.show("what will move", clerk.post(address, sent))
    page = visit.show("merged", clerk.post(address, {**sent, "confirmed": "yes"}, follow=True))
    visit.show("merged before", clerk.get(address))
    visit.show("refused", clerk.post(address, sent))
    visit.show("undo?", clerk.post(page.request["PATH_INFO"], {"deed": "undo"}))
    undone = clerk.post(page.request["PATH_INFO"], {"deed": "undo", "confirmed": "yes"}, follow=True)
    visit.show("undone", undone)


@scene
def merging_two_who_have_accounts(visit: Visit) -> None:
    clerk = staff(visit)
    first, second = on_file(MARIA, contact_email=ON_FILE), on_file(TWIN)
    claim(visit.browser(), MARIA)
    claim(visit.browser(), TWIN, username="maria.ortega")
    address = f"/desk/people/{first.pk}/merge"
    taken = ("staff_unique_id", "first_name", "last_surname", "birth_date", "ssn", "email")
    sent = {"with": str(second.pk), "reason": "typed_wrong", **dict.fromkeys(taken, "first")}
    visit.show("two accounts, none chosen", clerk.post(address, sent))
    visit.show("two accounts", clerk.post(address, {**sent, "account": "first"}))


def work() -> None:
    """What `kecs imports` does."""
    while work_on_uploads(by="system:imports", stop=threading.Event(), say=lambda _line: None):
        pass


@scene
def importing(visit: Visit) -> None:
    clerk = staff(visit)
    visit.show("first", clerk.get("/desk/imports"))
    visit.show("empty", clerk.post("/desk/imports", {}))
    rows = [
        HEADER.replace("deceased", "shoe_size"),
        "7,Maria,Lopez,,1985-03-14,900-12-4821,maria@example.org,",
        "8,B0b,Lee,,1970-13-02,,,",
    ]
    file = SimpleUploadedFile("educadores.csv", "\n".join(rows).encode())
    visit.show("waits", clerk.post("/desk/imports", {"file": file}, follow=True))
    work()
    address = f"/desk/imports/{Upload.objects.get().pk}"
    visit.show("looked through", clerk.get(address))
    visit.show("asked", clerk.get(f"{address}/load"))
    visit.show("no reason", clerk.post(f"{address}/load", {"reason": ""}))
    visit.show("loads", clerk.post(f"{address}/load", {"reason": "regular_file"}, follow=True))
    work()
    visit.show("loaded", clerk.get(address))
    visit.show("asked", clerk.get(f"{address}/undo"))
    visit.show("some files", clerk.get("/desk/imports"))


@scene
def undoing_what_the_command_line_loaded(visit: Visit) -> None:
    file = Path(settings.KECS_VAR_DIR) / "educators.csv"
    file.write_text(f"{HEADER}\n{LOPEZ}\n", encoding="utf-8")
    Ran(str(file), "--apply")
    clerk = staff(visit)
    address = f"/desk/imports/runs/{Run.objects.get().pk}/undo"
    visit.show("asked", clerk.get(address))
    visit.show("no reason", clerk.post(address, {"reason": ""}))


@scene
def exporting(visit: Visit) -> None:
    clerk = staff(visit)
    visit.show("first", clerk.get("/desk/exports"))
    visit.show("empty", clerk.post("/desk/exports", {}))


@scene
def letters(visit: Visit) -> None:
    on_file(MARIA, contact_email=ON_FILE)
    maria = visit.browser()
    claim(maria, MARIA)
    maria.post("/confirm-it-is-you/letter")
    clerk = staff(visit)
    visit.show("one", clerk.get("/desk/letters"))
    printed = visit.show("printed", clerk.post(f"/desk/letters/{Letter.objects.get().pk}"))
    text = re.search(r"<pre[^>]*>(.*?)</pre>", printed.content.decode(), re.DOTALL)
    if text:
        visit.letter("assurance.letter", text.group(1))
    visit.show("printed", clerk.get("/desk/letters"))
