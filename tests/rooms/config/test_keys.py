"""`kecs keys`: a new key takes over while searches go on, nothing that the old one sealed is lost, and it goes when nothing needs it."""

import io
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from kecs.accounts.models import User
from kecs.audit.queries import chain_state, newest_of
from kecs.config.checks import _keyring_problem
from kecs.config.keys import actions
from kecs.config.keys.places import places
from kecs.config.keys.queries import in_the_way, indexed_by_key, sealed_by_key
from kecs.config.management.commands import keys as command
from kecs.corrections.documents.pieces import content_of
from kecs.corrections.models import Document
from kecs.guard.actions import count
from kecs.guard.limits import Limit
from kecs.guard.queries import used
from kecs.matching.decide import Claim
from kecs.pii.fields import seal_into, the_keyring, the_wrapping, unseal_from
from kecs.pii.keyring import Keyring, KeyringError
from kecs.records.kinds import MergeReason
from kecs.records.merging.actions import merge_records
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.undoing.actions import unmerge_records
from kecs.records.models import EducatorRecord
from kecs.records.queries import candidates_for
from tests.factories.documents import jpeg
from tests.factories.factors import signs_in_with_app, with_app
from tests.factories.people import MARIA, Person, on_file
from tests.factories.softhsm import PIN, softhsm
from tests.factories.visits import claim
from tests.inspection import InspectingClient

pytestmark = pytest.mark.django_db

ADA = Person(first_name="Ada", last_surname="Cole", ssn="900110001", birth_date=date(1980, 1, 2))
REED = Person(first_name="Ada", last_surname="Reed", ssn="900110002", birth_date=date(1980, 1, 2))


@pytest.fixture(autouse=True)
def own_keyring(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    settings.KECS_VAR_DIR = tmp_path
    settings.KECS_KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KECS_KEYRING, label="development")
    the_keyring.cache_clear()
    monkeypatch.setattr(command, "UNTIL_KNOWN", 0)
    yield settings.KECS_KEYRING
    the_keyring.cache_clear()


def kecs_keys(*words: str) -> str:
    out = io.StringIO()
    call_command("keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def found(person: Person) -> int:
    return len(
        candidates_for(
            Claim(
                first_name=person.first_name,
                last_surname=person.last_surname,
                birth_date=person.birth_date,
                last4=person.last4,
            )
        )
    )


def merged() -> Any:
    pair = on_file(ADA, contact_email="ada@example.org"), on_file(REED)
    return merge_records(
        first_id=pair[0].pk,
        second_id=pair[1].pk,
        choices=Choices(survivor=Side.FIRST, facts=dict.fromkeys(FACTS, Side.FIRST)),
        reason=MergeReason.TYPED_WRONG,
        case_id=None,
        by="account:staff",
    )


def test_a_new_key_takes_over_and_nothing_is_lost(client, monkeypatch):
    on_file(MARIA, contact_email=MARIA.email)
    claim(client, MARIA)
    papers = [SimpleUploadedFile("marriage.jpg", jpeg(scan=b"\x12" * 600_000))]
    client.post("/corrections", {"last_surname": "Stone", "why": "marriage", "documents": papers})
    document = content_of(Document.objects.get())
    maria = User.objects.get()
    with_app(maria)
    merge = merged()
    count(limit=Limit.SEARCH_MISSES_PER_IDENTITY_DAY, subject="x", by="tests")
    searched: list[int] = []
    sealed_some = actions._reseal_some

    def and_search(*words: Any) -> Any:
        done = sealed_some(*words)
        searched.extend((found(MARIA), found(ADA)))
        return done

    monkeypatch.setattr(actions, "_reseal_some", and_search)
    said = kecs_keys("rotate", "--processes", "1")
    assert "Nothing needs an older key" in said
    assert len(searched) > 20
    assert set(searched) == {1}
    assert {key for counts in (*sealed_by_key().values(), *indexed_by_key().values()) for key in counts} == {
        2
    }
    waiting = list(in_the_way(1))
    assert len(waiting) == 1
    assert "Sessions" in waiting[0]
    with pytest.raises(CommandError, match="Wait, or end them with --now"):
        kecs_keys("retire", "1")
    kecs_keys("retire", "1", "--now")
    assert set(the_keyring().roots) == {2}
    assert content_of(Document.objects.get()) == document
    assert client.get("/home").status_code == 200
    assert signs_in_with_app(InspectingClient()).request["PATH_INFO"] == "/home"
    unmerge_records(merge_id=merge.merge_id, give_back=lambda _holds: None, by="account:staff")
    assert found(REED) == 1
    # The log and the counts stand on the first key, of which no more than that is left.
    assert chain_state().broken_at is None
    assert used(Limit.SEARCH_MISSES_PER_IDENTITY_DAY, "x") == 1
    assert used(Limit.SEARCH_MISSES_PER_IDENTITY_DAY, "y") == 0
    told = newest_of("config.values_resealed")
    assert told is not None
    assert told.keys["key"] == 2


@pytest.mark.any_database("the place it stopped at is in the rows")
def test_a_rotation_that_stopped_goes_on(monkeypatch):
    for number in range(4):
        on_file(Person(ssn=f"90011100{number}"))
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    sealed_some, calls = actions._reseal_some, iter(range(100))

    def dies(*words: Any) -> Any:
        done = sealed_some(*words)
        if done[0] is not None and next(calls) == 2:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(actions, "_reseal_some", dies)
    with pytest.raises(KeyboardInterrupt):
        kecs_keys("rotate", "--processes", "1")
    assert sealed_by_key()["records_educatorrecord.birth_date_sealed"] == {2: 3, 1: 1}
    said = kecs_keys("rotate", "--processes", "1")
    assert "Sealed 5 values anew" in said
    assert max(the_keyring().roots) == 2


@pytest.mark.any_database("which key is in use stands in a file")
def test_a_key_that_is_needed_is_not_retired(own_keyring):
    record = on_file(MARIA)
    with pytest.raises(CommandError, match="Key 1 is the current one"):
        kecs_keys("retire", "1", "--now")
    kecs_keys("add")
    with pytest.raises(CommandError, match="Key 2 is newer"):
        kecs_keys("retire", "2", "--now")
    actions.use_newest_key(by="tests")
    with pytest.raises(CommandError, match="still need key 1"):
        kecs_keys("retire", "1", "--now")
    kecs_keys("rotate", "--processes", "1")
    (own_keyring.parent / "imports" / "x.content").write_bytes(b"\x01sealed")
    with pytest.raises(CommandError, match="1 uploaded files"):
        kecs_keys("retire", "1", "--now")
    assert "sealed by key 2" in kecs_keys("status")
    record.refresh_from_db()
    assert bytes(record.ssn_sealed)[0] == 2


@pytest.mark.any_database("asks the keyring only")
def test_a_process_that_has_not_heard_of_a_key_looks_at_the_file(own_keyring):
    row = EducatorRecord(staff_unique_id="1")
    before = the_keyring()
    Keyring.change(own_keyring, lambda keyring: keyring.with_new_root().with_current(2))
    assert the_keyring() is before
    the_keyring.look()
    seal_into(row, "ssn_sealed", "900554321")
    the_keyring._keyring, the_keyring._file = before, None  # as another process has it
    assert unseal_from(row, "ssn_sealed") == "900554321"
    with pytest.raises(KeyringError):
        Keyring.change(own_keyring, lambda keyring: keyring.without(2, keeping=()))


@pytest.mark.any_database("asks for the models only")
def test_every_sealed_column_is_a_place_once():
    names = [place.name for place in places()]
    assert all(one != other for one, other in pairwise(sorted(names)))
    assert {
        "django_session.session_data",
        "mfa_authenticator.data",
        "records_recordmerge.before_sealed",
    } <= set(names)


@pytest.mark.any_database("the keys stand in a file and on a token")
def test_keys_wrapped_by_a_token(own_keyring, settings, tmp_path, client):
    record = on_file(MARIA)
    settings.KECS_KEYRING_PIN = PIN
    with softhsm(tmp_path / "hsm") as uri:
        settings.KECS_KEYRING_WRAP = uri
        with pytest.raises(CommandError, match="There is no key pkcs11:token=kecs;object=keyring"):
            kecs_keys("wrap")
        said = [kecs_keys("token"), kecs_keys("wrap"), kecs_keys("check")]
        assert "Wrapped by pkcs11:token=kecs;object=keyring" in said[2]
        told = newest_of("config.keyring_wrapped")
        assert told is not None
        assert told.keys["wrapped"] is True
        said += [
            kecs_keys("rotate", "--processes", "1"),
            kecs_keys("retire", "1", "--now"),
            kecs_keys("status"),
        ]
        assert set(the_keyring().roots) == {2}
        record.refresh_from_db()
        assert unseal_from(record, "ssn_sealed") == MARIA.ssn
        assert chain_state().broken_at is None
        assert PIN not in "".join(said) + own_keyring.read_text()
        # The token goes: who has read the keyring goes on, who begins is told.
        settings.KECS_KEYRING_WRAP = uri.replace("token=kecs", "token=gone")
        own_keyring.touch()
        the_keyring.look()
        assert unseal_from(record, "ssn_sealed") == MARIA.ssn
        with pytest.raises(CommandError, match=r"does not open\. The HSM has no token for pkcs11:token=gone"):
            kecs_keys("check")
        settings.KECS_KEYRING_WRAP = ""
        with pytest.raises(CommandError, match=r"wrapped by pkcs11:token=kecs;object=keyring\. Set"):
            kecs_keys("check")
        kecs_keys("wrap", "--before", uri)
        assert "Not wrapped" in kecs_keys("check")


@pytest.mark.any_database("asks the settings only")
def test_what_wraps_is_named_by_one_setting(settings):
    settings.KECS_KEYRING_WRAP = "tests.pure.pii.test_hsm.Service"
    chosen = the_wrapping()
    assert chosen is not None
    assert chosen.name == "service:one"
    with pytest.raises(CommandError, match="Run: kecs keys wrap"):
        kecs_keys("check")
    with pytest.raises(CommandError, match="names no token"):
        kecs_keys("token")
    for named, sentence in (("no.such.Class", "There is no class"), ("pkcs11:token=x", "must be like")):
        settings.KECS_KEYRING_WRAP = named
        assert sentence in str(_keyring_problem())
