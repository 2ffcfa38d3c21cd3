"""Each kind of case, from the educator's page to the closed case and the mail: every outcome it offers, tried one after the other."""

import json
import re
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from kecs.accounts.models import User
from kecs.assurance.actions import Reason
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.console.cases.actions import decide_case
from kecs.console.cases.decision import Decision, NotPossible
from kecs.console.cases.rehearsing import masked
from kecs.console.outcomes import Outcome
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.records.cases.queries import case_with_id
from kecs.records.models import Case, EducatorRecord, Holding
from tests.factories.claims import ON_FILE
from tests.factories.desk import NOTE, OPENERS, decide, send, stamp_in
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, heading
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, kw_only=True)
class Ends:
    """What one outcome comes to: the mails by kind, who holds the first record, what the person reads on her Home Page."""

    mails: tuple[str, ...]
    holder: str = ""
    home: str = ""
    reason: str = "person_checked"
    record: bool = False  # one must be named


ASK = "Ask our staff about your record"
CHECKING = "We are checking your details"
GIVEN = ("assurance.claimed", "assurance.verified", "console.record_given")
CLAIMED = ("assurance.claimed", "console.record_given")
KINDS: dict[str, dict[str, Ends]] = {
    "disavowed": {
        "unfreeze": Ends(
            mails=("assurance.unfrozen", "console.claim_looked_at"),
            holder="person",
            home="Show that this record is yours",
        ),
        "release": Ends(mails=("console.alarm_answered", "console.claim_looked_at"), home=ASK),
    },
    "contested": {
        "give_to_claimant": Ends(
            mails=("assurance.released", "assurance.verified", "assurance.verified", "console.record_given"),
            holder="person",
            home="You have shown that the record is yours",
        ),
        "keep_with_holder": Ends(
            mails=("assurance.released", "console.other_account", "console.stays_with_you"),
            holder="holder",
            home=ASK,
        ),
    },
    "contested_while_waiting": {
        "give_to_claimant": Ends(mails=("console.record_given",), holder="person"),
        "keep_with_holder": Ends(
            mails=("console.other_account", "console.stays_with_you"), holder="holder", home=ASK
        ),
        "new_person": Ends(mails=("console.record_made",), holder="holder", home=CHECKING),
    },
    "correction": {
        "accept": Ends(
            mails=("corrections.changed", "corrections.changed", "corrections.decided"), holder="person"
        ),
        "refuse": Ends(mails=("corrections.decided",), holder="person"),
    },
    "no_ssn": {
        "invite": Ends(mails=("console.account_invited",)),
        "answered": Ends(mails=("console.request_answered",)),
        "refuse": Ends(mails=("console.request_refused",), reason="no_answer"),
    },
    "several": {
        "give_evidence": Ends(mails=CLAIMED, holder="person", home=CHECKING, record=True),
        "new_person": Ends(mails=("console.record_made",), home=CHECKING),
        "refuse": Ends(mails=("console.not_found",), home=ASK),
    },
    "near_match": {
        "give_evidence": Ends(mails=CLAIMED, holder="person", home=CHECKING),
        "new_person": Ends(mails=("console.record_made",), home=CHECKING),
        "refuse": Ends(mails=("console.not_found",), home=ASK),
    },
    "already_held": {
        "give_to_claimant": Ends(mails=CLAIMED, holder="person", home=CHECKING),
        "new_person": Ends(mails=("console.record_made",), holder="holder", home=CHECKING),
        "keep_with_holder": Ends(mails=("console.other_account",), holder="holder", home=ASK),
    },
    "deceased": {
        "clear_deceased": Ends(mails=CLAIMED, holder="person", home=CHECKING, reason="document_seen"),
        "new_person": Ends(mails=("console.record_made",), home=CHECKING),
        "refuse": Ends(mails=("console.not_found",), home=ASK),
    },
    "second_person_by_ssn": {
        "give_evidence": Ends(mails=CLAIMED, holder="person", home=CHECKING),
        "new_person": Ends(mails=("console.record_made",), home=CHECKING, reason="false_alarm"),
        "refuse": Ends(mails=("console.not_found",), home=ASK),
    },
    "linkage_duplicate": {"two_people": Ends(mails=(), reason="false_alarm")},
}


def offered(page):
    """The outcomes whose buttons the page shows."""
    return re.findall(r'name="outcome" value="(\w+)"', page.content.decode())


def previewed(page):
    """To whom the page says that it will write."""
    lines = re.findall(r"To: (.*?)<br>", page.content.decode())
    return sorted(to for line in lines for to in re.findall(r">([^<>]*@[^<>]*)<", line))


def holder_of_first():
    """The username of whoever holds the record that was on file first."""
    first = EducatorRecord.objects.order_by("created_at", "pk").exclude(last_surname="Clerk").first()
    held = Holding.objects.filter(record=first, released_at=None, contests=False).first()
    return held.account.username if held else ""


def home():
    """What the person sees when she comes back."""
    browser = InspectingClient()
    browser.force_login(User.objects.get(username="person"))
    return browser.get("/home").content.decode()


def test_the_openers_are_all_here():
    assert set(KINDS) == set(OPENERS)


@pytest.mark.parametrize("opener", KINDS)
def test_every_outcome_closes_the_case_and_the_person_hears(opener, staff):
    case_id = OPENERS[opener]()
    OutboxMessage.objects.all().delete()
    page = staff.get(f"/desk/cases/{case_id}")
    assert "What to check" in page.content.decode()
    assert MARIA.ssn not in page.content.decode()
    assert sorted(offered(page)) == sorted(KINDS[opener])
    for outcome, ends in KINDS[opener].items():
        point = transaction.savepoint()
        facts = {"reason": ends.reason, **({"note": NOTE} if 'name="note"' in page.content.decode() else {})}
        if ends.record:
            facts["record"] = str(Case.objects.get(pk=case_id).records.order_by("created_at", "pk")[0].pk)
        asked = send(staff, case_id, outcome, **facts)
        assert not OutboxMessage.objects.exists(), "a rehearsal leaves nothing"
        decided = decide(staff, case_id, outcome, **facts)
        assert heading(decided) == "Cases", (outcome, decided.content.decode())
        sent = list(OutboxMessage.objects.all())
        assert sorted(mail.kind for mail in sent) == sorted(ends.mails), outcome
        assert previewed(asked) == sorted(masked(mail.to) for mail in sent), outcome
        assert Case.objects.get(pk=case_id).closed_at
        assert holder_of_first() == ends.holder, outcome
        if ends.home:
            assert ends.home in home(), outcome
        transaction.savepoint_rollback(point)
    assert chain_state().broken_at is None


def test_a_mail_is_shown_as_it_is_sent_in_the_language_of_the_person_and_in_english(staff):
    case_id = OPENERS["no_ssn"]()
    asked = send(staff, case_id, "answered", note="Call us. Never write 900-12-3456 in a mail.")
    page = asked.content.decode()
    assert "a…a@example.org" in page
    assert "Hola, Ana:" in page
    assert "The same in English" in page
    assert "Hello Ana," in page
    decide(staff, case_id, "answered", note="Call us. Never write 900-12-3456 in a mail.")
    [mail] = OutboxMessage.objects.filter(kind="console.request_answered")
    text = json.loads(unseal_from(mail, "body_sealed") or "")["text"]
    assert text.startswith("Hola, Ana:")
    assert "900-12-3456" not in text
    assert "[redacted]" in text


def test_a_link_in_a_mail_is_not_shown_to_staff(staff):
    asked = send(staff, OPENERS["disavowed"](), "unfreeze").content.decode()
    assert "/not-me/…" in asked
    assert not re.search(r"/not-me/\w", asked)


def test_the_flag_is_cleared_only_with_a_document(staff):
    case_id = OPENERS["deceased"]()
    page = send(staff, case_id, "clear_deceased").content.decode()
    assert "this is cleared only with a document" in page
    decide(staff, case_id, "clear_deceased", reason="document_seen")
    assert not EducatorRecord.objects.filter(deceased=True).exists()


def test_a_new_record_is_proved_by_a_paper_or_not_at_all(staff):
    case_id = OPENERS["second_person_by_ssn"]()
    page = send(staff, case_id, "new_person", paper="").content.decode()
    assert "Choose the document that you saw." in page
    seen = Decision(
        outcome=Outcome.NEW_PERSON,
        reason=Reason.DOCUMENT_SEEN,
        stamp=stamp_in(staff.get(f"/desk/cases/{case_id}")),
    )
    case, clerk = case_with_id(case_id), User.objects.get(username="ines.clerk")
    assert case
    with pytest.raises(NotPossible):  # the action asks as well
        decide_case(case=case, decision=seen, by=f"account:{clerk.pk}")
    decide(staff, case_id, "new_person", reason="false_alarm", paper="")
    assert not AuditEvent.objects.filter(code="assurance.evidence_given").exists()


def test_a_correction_that_was_disowned_is_put_back(staff):
    case_id = OPENERS["correction"]()
    maria = EducatorRecord.objects.get(contact_email=ON_FILE)
    decide(staff, case_id, "accept", note="Thank you.")
    maria.refresh_from_db()
    assert maria.last_surname == "Stone"
    told = OutboxMessage.objects.filter(kind="corrections.changed", to=ON_FILE).latest("queued_at")
    link = re.search(r"(/corrections/not-me/\S+)", json.loads(unseal_from(told, "body_sealed") or "")["text"])
    assert link
    owner = InspectingClient()
    owner.get(link.group(1), follow=True)
    owner.post("/corrections/not-me", {"not_me": "on"}, follow=True)
    contest = Case.objects.get(kind="correction", closed_at=None).pk
    OutboxMessage.objects.all().delete()
    decide(staff, contest, "put_back")
    maria.refresh_from_db()
    assert maria.last_surname == MARIA.last_surname
    assert set(OutboxMessage.objects.values_list("kind", flat=True)) == {"corrections.put_back"}


def test_a_number_that_somebody_else_has_stops_a_correction_and_opens_a_case_about_both(staff):
    on_file(MARIA)
    ada = Person(first_name="Ada", last_surname="Lane", ssn="904551111", email="ada@example.org")
    other = on_file(ada)
    client = InspectingClient()
    claim(client, ada, username="person")
    papers = [SimpleUploadedFile("card.jpg", jpeg())]
    client.post("/corrections", {"ssn": MARIA.ssn, "why": "typing_mistake", "documents": papers})
    case_id = Case.objects.get(kind="correction").pk
    asked = decide(staff, case_id, "accept", note="Thank you.")
    assert "Somebody else has this number." in asked.content.decode()
    conflict = Case.objects.get(kind="ssn_on_file_other_name")
    assert conflict.records.count() == 2
    assert other in conflict.records.all()
    assert Case.objects.get(pk=case_id).closed_at is None
    decide(staff, conflict.pk, "noted")


def test_a_duplicate_is_explained_in_plain_words(staff):
    page = staff.get(f"/desk/cases/{OPENERS['linkage_duplicate']()}").content.decode()
    assert "Last Name: the same; speaks strongly for one person, because the name is rare." in page
    assert "two digits changed places" in page
    assert "All in all: about 300,000 to 1 that they are one person." in page
    assert "Record 1" in page
    assert "✗ different" not in page.partition("Number on file")[2].partition("</tr>")[0]


# --- Opened again ------------------------------------------------------------------------------------------------


def test_a_case_whose_outcome_changed_nothing_is_opened_again_and_another_is_not(staff):
    case_id = OPENERS["near_match"]()
    decide(staff, case_id, "refuse")
    page = staff.post(f"/desk/cases/{case_id}/reopen", {"reason": ""}, follow=True)
    assert "Choose a reason." in page.content.decode()
    page = staff.post(f"/desk/cases/{case_id}/reopen", {"reason": "decided_wrongly"}, follow=True)
    assert "The case is open again." in page.content.decode()
    decide(staff, case_id, "give_evidence")
    closed = staff.get(f"/desk/cases/{case_id}").content.decode()
    assert "It cannot be opened again: something was given or taken." in closed
    page = staff.post(f"/desk/cases/{case_id}/reopen", {"reason": "decided_wrongly"}, follow=True)
    assert "This case cannot be opened again." in page.content.decode()
    assert Case.objects.get(pk=case_id).closed_at
