"""`kecs keys lost`: what a key sealed of which there is no copy is counted and let go of, and the agency's file fills it again."""

import io
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from kecs.accounts.models import Recovery, User
from kecs.accounts.recovery.actions import ask_for_recovery
from kecs.audit.models import AuditEvent
from kecs.config.backups.queries import broken_rules
from kecs.config.keys import actions as keys
from kecs.config.keys.lost import actions
from kecs.config.keys.lost.queries import under_lost_key
from kecs.config.keys.places import places
from kecs.corrections.models import Correction, Document
from kecs.mail.models import Errand, OutboxMessage
from kecs.matching.decide import Claim
from kecs.pii.fields import the_keyring, unseal_from
from kecs.pii.keyring import Keyring
from kecs.pii.seal import SealBroken
from kecs.records.correcting.actions import Changes, state_anew
from kecs.records.kinds import MergeReason
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.queries import Obstacle, undoing_of
from kecs.records.models import EducatorRecord, Holding, IdentityKey, StatedIdentity, WaitingIdentity
from kecs.records.queries import candidates_for
from kecs.registration.settling import settle_waiting
from tests.factories.documents import jpeg
from tests.factories.factors import with_app
from tests.factories.imports import HEADER, Ran
from tests.factories.people import MARIA, PASSWORD, Person, on_file
from tests.factories.visits import claim, create_new, send_account

pytestmark = pytest.mark.django_db

ADA = Person(first_name="Ada", last_surname="Cole", ssn="900110001", birth_date=date(1980, 1, 2))
REED = Person(first_name="Ada", last_surname="Reed", ssn="900110002", birth_date=date(1980, 1, 2))
PAT = Person(
    first_name="Pat",
    last_surname="Morgan",
    ssn="900773344",
    birth_date=date(1988, 7, 22),
    email="pat@example.org",
)
ROWS = (
    "7,María,Fuentes-Ortega,,1985-04-09,900-55-4321,maria@example.org,false",
    "8,Ann,Lee,,1970-01-02,900-12-4822,,false",
)


@pytest.fixture(autouse=True)
def own_keyring(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.KECS_VAR_DIR = tmp_path
    settings.KECS_KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KECS_KEYRING, label="development")
    the_keyring.cache_clear()
    yield settings.KECS_KEYRING
    the_keyring.cache_clear()


@pytest.fixture
def the_file(tmp_path: Path) -> str:
    path = tmp_path / "educators.csv"
    path.write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    return str(path)


def kecs_keys(*words: str) -> str:
    out = io.StringIO()
    call_command("keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def found(person: Person) -> int:
    asked = Claim(
        first_name=person.first_name,
        last_surname=person.last_surname,
        birth_date=person.birth_date,
        last4=person.last4,
    )
    return len(candidates_for(asked))


def lose_all(keyring: Path) -> None:
    """No copy anywhere: another keyring, which begins behind the lost number."""
    keyring.unlink()
    the_keyring.cache_clear()
    kecs_keys("create", "--label", "development", "--first", "2")


def lose_the_newest(keyring: Path, between: Any) -> None:
    """The copy is older, and lacks the key under which this was sealed."""
    copy = keyring.with_name("copy.json")
    shutil.copy(keyring, copy)
    keys.add_key(by="tests")
    keys.use_newest_key(by="tests")
    between()
    shutil.copy(copy, keyring)
    the_keyring.cache_clear()


def everything(client: Client) -> Any:
    """Something at every place that can be walked to: a claim, a request with a document, an app, a merge, a recovery, mails that wait."""
    claim(client, MARIA)
    papers = [SimpleUploadedFile("marriage.jpg", jpeg())]
    client.post("/corrections", {"last_surname": "Stone", "why": "marriage", "documents": papers})
    with_app(User.objects.get())
    newcomer = Client()
    form = PAT.new_account(username="pat.morgan")
    send_account(newcomer, create_new(newcomer, PAT), form)
    ask_for_recovery(name="Ann", login="ann", email="ann@example.org", message="x", by="anonymous")
    pair = on_file(ADA), on_file(REED)
    return merge_records(
        first_id=pair[0].pk,
        second_id=pair[1].pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST)),
        reason=MergeReason.TYPED_WRONG,
        case_id=None,
        by="account:staff",
    )


def test_a_person_finds_her_record_after_the_key_was_lost_and_the_file_imported_again(
    client, own_keyring, the_file
):
    assert Ran(the_file, "--apply").counts["created"] == 2
    merge = everything(client)
    lose_all(own_keyring)
    assert found(MARIA) == 0
    with pytest.raises(SealBroken):
        Ran(the_file, "--apply")
    with pytest.raises(CommandError, match="Key 2 is in the keyring"):
        kecs_keys("lost", "2", "--let-go")
    counted = under_lost_key(1)
    said = kecs_keys("lost", "1")
    assert "records_educatorrecord.ssn_sealed" in said
    assert f"{counted.total():,} values need key 1" in said
    assert under_lost_key(1) == counted  # it only looked
    assert "Let go of" in kecs_keys("lost", "1", "--let-go")
    assert not under_lost_key(1)
    told = AuditEvent.objects.filter(code="config.values_let_go")
    # Of a merge one image goes with the other, and a document with its request.
    assert sum(event.keys["values"] for event in told) == counted.total() - 2
    assert {event.keys["key"] for event in told} == {1}
    assert "Nothing needs key 1." in kecs_keys("lost", "1")

    # The facts again, from the agency's file.
    assert Ran(the_file, "--apply").counts["updated"] == 2
    assert found(MARIA) == 1
    record = EducatorRecord.objects.get(staff_unique_id="7")
    assert unseal_from(record, "ssn_sealed") == MARIA.ssn
    assert Holding.objects.get(record=record).released_at is None
    # What was let go of, as its rooms know it.
    assert Correction.objects.get().state == "withdrawn"
    assert Document.objects.get().state == "destroyed"
    assert not Session.objects.exists()
    assert not Errand.objects.exists()
    waiting = OutboxMessage.objects.filter(status="queued").values_list("kind", flat=True)
    assert set(waiting) == {"accounts.authenticator_removed"}
    assert not User.objects.filter(authenticator__type="totp").exists()
    assert Recovery.objects.get().status == "cancelled"
    assert undoing_of(merge.merge_id).obstacles == (Obstacle.RECORD_CHANGED,)
    assert [rule for rule in broken_rules() if "audit log" not in rule] == []  # that broke with its key
    # And she signs in, by her password alone.
    again = Client()
    answer = again.post("/", {"login": "maria.fuentes", "password": PASSWORD})
    assert answer.headers["Location"] == "/home"
    assert again.get("/home").status_code == 200


def test_who_was_never_on_file_is_kept_by_name_until_staff_put_her_facts_right(own_keyring):
    newcomer = Client()
    send_account(newcomer, create_new(newcomer, PAT), PAT.new_account(username="pat.morgan"))
    pat = User.objects.get()
    lose_all(own_keyring)
    kecs_keys("lost", "1", "--let-go")
    stated = StatedIdentity.objects.get()
    assert (stated.first_name, stated.birth_date_sealed, stated.ssn_sealed) == ("Pat", None, None)
    assert stated.name_keys.exists()
    assert settle_waiting(by="tests").put_off == 1
    assert state_anew(account_id=pat.pk, changes=Changes(last_surname="Moore"), by="tests") is None
    changes = Changes(birth_date=PAT.birth_date, ssn=PAT.ssn)
    assert state_anew(account_id=pat.pk, changes=changes, by="tests") is not None
    assert settle_waiting(by="tests").created == 1
    assert not WaitingIdentity.objects.exists()
    assert found(PAT) == 1


def test_a_forged_value_under_a_key_that_is_there_is_left_and_stops(own_keyring, the_file):
    Ran(the_file, "--apply")
    ann, maria = (EducatorRecord.objects.get(staff_unique_id=number) for number in ("8", "7"))
    lose_the_newest(own_keyring, lambda: on_file(ADA))
    forged = bytes(maria.ssn_sealed)
    EducatorRecord.objects.filter(pk=ann.pk).update(ssn_sealed=forged, identity_version=2)
    kecs_keys("lost", "2", "--let-go")
    assert not under_lost_key(2)
    ann.refresh_from_db()
    assert bytes(ann.ssn_sealed) == forged
    assert (found(MARIA), found(ADA)) == (1, 0)
    with pytest.raises(SealBroken):
        Ran(the_file, "--apply")


def test_digests_of_a_lost_key_go_and_come_again_where_the_facts_are_there(own_keyring):
    record = on_file(MARIA)
    lose_the_newest(own_keyring, lambda: call_command("reindex", stdout=io.StringIO()))
    assert found(MARIA) == 0
    kecs_keys("lost", "2", "--let-go")
    assert not IdentityKey.objects.exists()
    call_command("reindex", stdout=io.StringIO())
    assert found(MARIA) == 1
    record.refresh_from_db()
    assert unseal_from(record, "ssn_sealed") == MARIA.ssn


def test_who_is_killed_goes_on_and_what_cannot_be_told_stays(own_keyring, monkeypatch):
    for number in range(3):
        on_file(Person(ssn=f"90011100{number}"))
    lose_all(own_keyring)
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    counted, told, calls = under_lost_key(1), actions._told, iter(range(100))

    def dies(*words: Any, **more: Any) -> int:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return told(*words, **more)

    monkeypatch.setattr(actions, "_told", dies)
    with pytest.raises(KeyboardInterrupt):
        kecs_keys("lost", "1", "--let-go")
    assert under_lost_key(1).total() == counted.total() - 2
    kecs_keys("lost", "1", "--let-go")
    lines = AuditEvent.objects.filter(code="config.values_let_go")
    assert sum(line.keys["values"] for line in lines) == counted.total()


@pytest.mark.any_database("asks for the models only")
def test_every_place_has_its_way_to_let_go():
    assert set(actions.LETS_GO) == {place.name for place in places()}


@pytest.mark.any_database("asks the keyring only")
def test_a_keyring_behind_lost_numbers_has_what_the_log_stands_on(tmp_path):
    path = tmp_path / "another.json"
    made = Keyring.create(path, label="development", first=4)
    assert (made.current, set(made.roots)) == (4, {4})
    assert Keyring.load(path).standing("audit-chain") == made.standing("audit-chain")
    with pytest.raises(CommandError, match="from 1 to 255"):
        kecs_keys("create", "--first", "256")
