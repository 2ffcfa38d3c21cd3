"""What staff decide: the record and the statement change together, once, findably, and everybody concerned is told."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kecs.assurance.actions import begin_claim, disavow_holding, release
from kecs.audit.models import AuditEvent
from kecs.audit.queries import chain_state
from kecs.corrections.actions import (
    Asked,
    ClaimEnded,
    ClaimFrozen,
    Decided,
    ask_for_correction,
    contest_correction,
    decide_correction,
    open_facts,
    put_back_correction,
)
from kecs.corrections.content import accepted
from kecs.corrections.documents.actions import NotOpen, Upload, destroy_old_documents
from kecs.corrections.kinds import InTheWay, Why
from kecs.corrections.models import Correction, DocumentPart
from kecs.corrections.notices import SALT
from kecs.corrections.queries import contested_in, correction_of_case, newest_of
from kecs.mail.models import OutboxMessage
from kecs.matching.decide import Claim, Outcome, decide
from kecs.pii.fields import unseal_from
from kecs.records.actions import SsnOnFile
from kecs.records.correcting.actions import Changes, correct_record
from kecs.records.importing.reindex import KeyMaker
from kecs.records.models import Case, EducatorRecord, Holding, IdentityKey, LinkageKey, StatedIdentity
from kecs.records.queries import candidates_for, stated_by
from tests.factories.claims import contest
from tests.factories.documents import jpeg
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, create_new, register_new, send_account
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

STAFF = "account:staff"
SSN = "900667788"
FULL = Asked(
    why=Why.MARRIAGE, first_name="Marie", last_surname="Stone", birth_date=date(1985, 4, 10), ssn=SSN
)
CORRECTED = Person(first_name="Marie", last_surname="Stone", birth_date=date(1985, 4, 10), ssn=SSN)


def account_id(username: str = "maria.fuentes"):
    return get_user_model().objects.get(username=username).pk


def ask(asked: Asked = FULL, username: str = "maria.fuentes"):
    upload = Upload(name="a.jpg", content=accepted(jpeg()))
    return ask_for_correction(
        account_id=account_id(username), asked=asked, uploads=[upload], by=f"account:{account_id(username)}"
    )


def decided(asked: Asked = FULL, *, accept: bool = True, reason: str = "Thank you.") -> Decided:
    return decide_correction(correction_id=ask(asked), accept=accept, reason=reason, by=STAFF)


def found(person: Person) -> Outcome:
    asked = Claim(
        first_name=person.first_name,
        last_surname=person.last_surname,
        birth_date=person.birth_date,
        last4=person.last4,
    )
    return decide(asked, candidates_for(asked), population=300_000).outcome


def key_rows(record_id) -> list[str]:
    search = IdentityKey.objects.filter(record=record_id).values_list("kind", "key_id", "digest")
    near = LinkageKey.objects.filter(record=record_id).values_list("key_id", "digest")
    return sorted(repr(row) for rows in (search, near) for row in rows)


def as_a_reindex_would(record_id) -> bool:
    return not KeyMaker()([record_id]).changed


def test_a_claimed_record_is_corrected_and_found_under_both_names(client):
    record = on_file(MARIA)
    claim(client, MARIA)
    assert decided() is Decided.ACCEPTED
    record.refresh_from_db()
    assert (record.first_name, record.last_surname, record.identity_version) == ("Marie", "Stone", 2)
    assert unseal_from(record, "birth_date_sealed") == "1985-04-10"
    assert unseal_from(record, "ssn_sealed") == SSN
    assert list(record.other_names.values_list("first_name", "last_surname")) == [
        (MARIA.first_name, MARIA.last_surname)
    ]
    assert as_a_reindex_would(record.pk)
    assert (found(CORRECTED), found(MARIA)) == (Outcome.HELD, Outcome.NONE)
    stated = stated_by(account_id())
    assert stated is not None
    assert (stated.last_surname, stated.ssn_masked, stated.by_claim) == ("Stone", "***-**-7788", True)


def test_what_was_typed_at_registration_stays_beside_the_correction(client):
    register_new(client, MARIA)
    before = StatedIdentity.objects.get()
    decided()
    rows = StatedIdentity.objects.order_by("number")
    assert [(row.number, row.last_surname) for row in rows] == [(1, MARIA.last_surname), (2, "Stone")]
    assert bytes(rows[0].ssn_sealed) == bytes(before.ssn_sealed)
    assert "Stone" in client.get("/home").content.decode()


def test_an_account_without_a_record_is_found_under_what_was_corrected(client):
    # Staff must look, and nobody is joined.
    on_file(Person(first_name="Ann", last_surname="Oak", birth_date=date(1970, 1, 2), ssn=MARIA.ssn))
    send_account(client, create_new(client, MARIA), MARIA.new_account())
    assert not Holding.objects.exists()
    assert decided() is Decided.ACCEPTED
    assert (found(CORRECTED), found(MARIA)) == (Outcome.HELD, Outcome.NONE)
    assert set(IdentityKey.objects.filter(stated__isnull=False).values_list("stated__number", flat=True)) == {
        2
    }


def test_who_waits_to_be_settled_gets_a_record_of_what_was_corrected(client):
    from kecs.registration.settling import settle_waiting

    send_account(client, create_new(client, MARIA), MARIA.new_account())
    decided()
    settle_waiting(by="tests")
    record = EducatorRecord.objects.get()
    assert (record.first_name, record.last_surname) == ("Marie", "Stone")
    assert as_a_reindex_would(record.pk)
    assert Holding.objects.get().record == record


def test_the_number_of_somebody_else_stops_it_with_a_case(client):
    other = on_file(Person(first_name="Ann", last_surname="Oak", birth_date=date(1970, 1, 2), ssn=SSN))
    record = on_file(MARIA)
    claim(client, MARIA)
    before = key_rows(record.pk), key_rows(other.pk)
    correction = ask()
    for _time in range(2):
        again = decide_correction(correction_id=correction, accept=True, reason="", by=STAFF)
        assert again is Decided.STOPPED
    record.refresh_from_db()
    assert (record.last_surname, record.identity_version) == (MARIA.last_surname, 1)
    assert (key_rows(record.pk), key_rows(other.pk)) == before
    assert StatedIdentity.objects.count() == 1
    row = Correction.objects.get()
    assert row.state == "open"
    assert Case.objects.get(kind="ssn_on_file_other_name").pk == row.conflict_case_id
    assert not OutboxMessage.objects.filter(kind="corrections.decided").exists()
    assert chain_state().broken_at is None


def test_the_number_that_somebody_without_a_record_stated_stops_it_as_well(client):
    ann = Person(first_name="Ann", last_surname="Oak", birth_date=date(1970, 1, 2), ssn=SSN)
    send_account(client, create_new(client, ann), ann.new_account(username="ann.oak", email="a@example.org"))
    on_file(MARIA)
    claim(InspectingClient(), MARIA)
    assert decided() is Decided.STOPPED


def test_a_refusal_changes_nothing_and_says_why(client):
    record = on_file(MARIA)
    claim(client, MARIA)
    before = key_rows(record.pk)
    assert (
        decided(accept=False, reason="The photo is too dark. Your number is 900-12-3456.") is Decided.REFUSED
    )
    record.refresh_from_db()
    assert (record.identity_version, key_rows(record.pk)) == (1, before)
    page = client.get("/corrections/state").content.decode()
    assert "The photo is too dark. Your number is [redacted]." in page
    mail = OutboxMessage.objects.get(kind="corrections.decided")
    body = unseal_from(mail, "body_sealed") or ""
    assert "The photo is too dark" in body
    assert "900-12" not in body
    assert not OutboxMessage.objects.filter(kind="corrections.changed").exists()
    assert Case.objects.get(kind="correction").outcome == "refused"


def test_whoever_may_be_the_holder_is_told_when_something_changed(client):
    on_file(MARIA, contact_email="old@example.org")
    claim(client, MARIA)
    decided()
    told = OutboxMessage.objects.filter(kind="corrections.changed").order_by("to")
    assert [mail.to for mail in told] == [MARIA.email, "old@example.org"]
    assert "Se corrigieron sus datos" in told[0].subject
    for mail in OutboxMessage.objects.filter(kind__startswith="corrections."):
        body = unseal_from(mail, "body_sealed") or ""
        assert not any(fact in body for fact in ("Stone", SSN, "7788", "1985"))


def test_the_answer_is_in_the_language_of_the_account(client):
    register_new(client, MARIA)
    get_user_model().objects.update(language="es")
    decided()
    assert OutboxMessage.objects.get(kind="corrections.decided").subject.startswith("Nuestra respuesta")


def test_a_frozen_claim_is_decided_first(client):
    on_file(MARIA)
    claim(client, MARIA)
    correction = ask()
    disavow_holding(holding_id=Holding.objects.get().pk, by="address_on_file")
    with pytest.raises(ClaimFrozen):
        decide_correction(correction_id=correction, accept=True, reason="", by=STAFF)
    assert decide_correction(correction_id=correction, accept=False, reason="", by=STAFF) is Decided.REFUSED


def test_who_contests_a_record_changes_what_she_stated_and_not_the_record(client):
    record = on_file(MARIA)
    claim(client, MARIA)
    contest(InspectingClient(), MARIA, username="second", email="second@example.org")
    assert Holding.objects.get(account__username="second").contests
    correction = ask(username="second")
    assert decide_correction(correction_id=correction, accept=True, reason="", by=STAFF) is Decided.ACCEPTED
    record.refresh_from_db()
    assert (record.last_surname, record.identity_version) == (MARIA.last_surname, 1)
    stated = stated_by(account_id("second"))
    assert stated is not None
    assert stated.last_surname == "Stone"
    assert put_back_correction(correction_id=correction, by=STAFF)
    record.refresh_from_db()
    assert record.identity_version == 1


def now_holds(other) -> None:
    """Staff took the record from María's account, and it claimed another one."""
    release(holding_id=Holding.objects.get(released_at=None).pk, reason="wrong_person", by=STAFF)
    begin_claim(record_id=other.pk, account_id=account_id(), because=(), by=STAFF)


def test_a_request_about_a_record_that_she_lost_changes_no_other(client):
    record, other = on_file(MARIA), on_file(Person(first_name="Ruth", ssn="900667777"))
    claim(client, MARIA)
    correction = ask()
    now_holds(other)
    with pytest.raises(ClaimEnded):
        decide_correction(correction_id=correction, accept=True, reason="", by=STAFF)
    assert decide_correction(correction_id=correction, accept=False, reason="", by=STAFF) is Decided.REFUSED
    assert set(EducatorRecord.objects.values_list("pk", "identity_version")) == {
        (record.pk, 1),
        (other.pk, 1),
    }


def test_what_stood_in_one_record_is_not_put_back_into_another(client):
    on_file(MARIA)
    other = on_file(Person(first_name="Ruth", ssn="900667777"))
    claim(client, MARIA)
    correction = ask()
    decide_correction(correction_id=correction, accept=True, reason="", by=STAFF)
    now_holds(other)
    assert not put_back_correction(correction_id=correction, by=STAFF)
    Correction.objects.update(contest_case_id=F("case_id"))
    seen = contested_in(Case.objects.get(kind="correction").pk)
    assert seen
    assert (seen.may_be_put_back, seen.in_the_way) == (True, InTheWay.ENDED), "and the desk does not offer it"
    other.refresh_from_db()
    assert (other.first_name, other.identity_version) == ("Ruth", 1)
    assert Correction.objects.get().before_sealed is not None


def test_this_was_not_me_stops_the_request_and_freezes_the_claim(client):
    on_file(MARIA, contact_email="old@example.org")
    claim(client, MARIA)
    correction = ask()
    mail = OutboxMessage.objects.get(kind="corrections.asked", to="old@example.org")
    body = unseal_from(mail, "body_sealed") or ""
    path = body.split("http://127.0.0.1:8000")[1].split("\\n")[0]
    owner = InspectingClient()
    page = owner.get(path, follow=True)
    assert "press the button" in page.content.decode()
    assert Correction.objects.get().state == "open"
    assert "We stopped the request" in owner.post("/corrections/not-me").content.decode()
    assert Holding.objects.get().frozen_at
    row = Correction.objects.get()
    assert row.state == "withdrawn"
    assert Case.objects.get(pk=str(row.contest_case_id)).because[0] == "not_me"
    assert client.get("/corrections/state").headers["Location"].startswith("/?next=")  # her sessions ended
    with pytest.raises(NotOpen):
        decide_correction(correction_id=correction, accept=True, reason="", by=STAFF)
    from django.core import signing

    assert contest_correction(token=signing.dumps(str(correction), salt=SALT), by="x")
    assert Case.objects.filter(kind="correction").count() == 2


@pytest.mark.parametrize("token", ["", "x", "a:b:c"])
def test_a_forged_link_does_nothing(client, token):
    assert not contest_correction(token=token, by="address_on_file")
    assert "does not work any more" in client.post("/corrections/not-me").content.decode()


def test_staff_see_the_request_of_a_case_and_each_look_at_the_number_is_on_the_log(client):
    register_new(client, MARIA)
    correction = ask()
    seen = correction_of_case(Case.objects.get(kind="correction").pk)
    assert seen is not None
    assert (seen.correction_id, seen.last_surname, seen.ssn_masked) == (correction, "Stone", "***-**-7788")
    assert SSN not in repr(seen)
    assert open_facts(correction_id=correction, by=STAFF).ssn == SSN
    event = AuditEvent.objects.get(code="corrections.facts_opened")
    assert (event.by, event.subject) == (STAFF, f"correction:{correction}")


def test_documents_and_facts_are_destroyed_when_they_were_kept_long_enough(client, settings):
    register_new(client, MARIA)
    decided()
    kept = timedelta(days=settings.KECS_DOCUMENTS_KEPT_DAYS)
    assert destroy_old_documents(by="x", at=timezone.now() + kept - timedelta(hours=1)) == 0
    assert DocumentPart.objects.exists()
    assert destroy_old_documents(by="x", at=timezone.now() + kept + timedelta(hours=1)) == 1
    assert destroy_old_documents(by="x", at=timezone.now() + kept + timedelta(hours=1)) == 0
    assert not DocumentPart.objects.exists()
    row = Correction.objects.get()
    assert (row.asked_sealed, row.before_sealed) == (None, None)
    newest = newest_of(account_id())
    assert newest is not None
    assert newest.documents[0].state == "destroyed"
    assert client.get("/corrections/state").status_code == 200
    assert AuditEvent.objects.filter(code="corrections.documents_destroyed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_holds(client):
    on_file(MARIA)
    claim(client, MARIA)
    correction, start = ask(), threading.Barrier(2)
    outcomes: list[Decided | None] = []

    def decide_now(accept: bool) -> None:
        start.wait()
        try:
            outcomes.append(decide_correction(correction_id=correction, accept=accept, reason="", by=STAFF))
        except NotOpen:
            outcomes.append(None)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide_now, args=(accept,)) for accept in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 2
    assert outcomes.count(None) == 1
    assert AuditEvent.objects.filter(code="corrections.correction_decided").count() == 1
    assert OutboxMessage.objects.filter(kind="corrections.decided").count() == 1


NAMES = st.sampled_from(["María", "Maria", "Marie", "Ann", "O'Neil", "Fuentes-Ortega", "Fuentes", "Stone"])
CHANGES = st.builds(
    Changes,
    first_name=st.none() | NAMES,
    last_surname=st.none() | NAMES,
    birth_date=st.none() | st.dates(date(1950, 1, 1), date(1999, 12, 31)),
    ssn=st.none() | st.integers(0, 9999).map(lambda end: f"90077{end:04}"),
)


@hypothesis_settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(changes=CHANGES)
def test_corrected_and_corrected_back_a_record_stands_under_the_keys_of_a_reindex(changes):
    record = on_file(Person(ssn="900551234"))
    search = sorted(map(bytes, IdentityKey.objects.filter(record=record).values_list("digest", flat=True)))
    before = correct_record(record_id=record.pk, changes=changes, by=STAFF)
    assert as_a_reindex_would(record.pk)
    back = Changes(
        first_name=before.first_name,
        last_surname=before.last_surname,
        birth_date=date.fromisoformat(before.birth_date),
        ssn=before.ssn,
    )
    correct_record(record_id=record.pk, changes=back, by=STAFF)
    assert as_a_reindex_would(record.pk)
    after = sorted(map(bytes, IdentityKey.objects.filter(record=record).values_list("digest", flat=True)))
    assert after == search
    EducatorRecord.objects.filter(pk=record.pk).delete()


def test_only_a_raised_version_lets_a_record_change():
    record = on_file(MARIA)
    correct_record(record_id=record.pk, changes=Changes(last_surname="Stone"), by=STAFF)
    correct_record(record_id=record.pk, changes=Changes(last_surname="Stone"), by=STAFF)
    assert EducatorRecord.objects.filter(pk=record.pk, identity_version=2).exists()
    assert AuditEvent.objects.filter(code="records.record_changed").count() == 1
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        EducatorRecord.objects.filter(pk=record.pk).update(last_surname="Thief", updated_at=F("updated_at"))


def test_a_number_on_file_is_refused_for_a_record():
    on_file(Person(first_name="Ann", ssn=SSN))
    record = on_file(MARIA)
    with pytest.raises(SsnOnFile):
        correct_record(record_id=record.pk, changes=Changes(ssn=SSN), by=STAFF)
