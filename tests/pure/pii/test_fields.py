"""Columns that hold sealed values, and digests under the installation's keyring."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings

from kecs.mail.models import OutboxMessage
from kecs.pii.fields import (
    SealedField,
    digest_of,
    digests_of,
    place_of,
    seal_into,
    sealed_text,
    the_keyring,
    unseal_from,
    unsealed_text,
)
from kecs.pii.fingerprint import digest
from kecs.pii.keyring import Keyring, KeyringError
from kecs.pii.seal import SealBroken
from kecs.records.models import EducatorRecord

ONE, OTHER = UUID(int=1), UUID(int=2)
ROOTS = {1: b"1" * 32, 2: b"2" * 32, 3: b"3" * 32}


@pytest.fixture
def with_keys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Keyring]:
    """The installation has a keyring of these roots."""

    def install(*key_ids: int, current: int) -> Keyring:
        keyring = Keyring(label="test", current=current, roots={key_id: ROOTS[key_id] for key_id in key_ids})
        monkeypatch.setattr("kecs.pii.fields.the_keyring", lambda: keyring)
        return keyring

    install(1, current=1)
    return install


def test_the_keyring_is_that_of_the_installation_read_once(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    made = Keyring.create(path, label="test")
    the_keyring.cache_clear()
    try:
        with override_settings(KECS_KEYRING=path):
            assert the_keyring() == made
            path.unlink()
            assert the_keyring() == made
            the_keyring.cache_clear()
            with pytest.raises(KeyringError):
                the_keyring()
    finally:
        the_keyring.cache_clear()


def test_a_sealed_column_may_be_empty_unless_it_says_otherwise() -> None:
    assert (SealedField().null, SealedField().blank) == (True, True)
    assert (SealedField(null=False, blank=False).null, SealedField(null=False, blank=False).blank) == (
        False,
        False,
    )
    assert SealedField("birth date", max_length=80).verbose_name == "birth date"
    assert SealedField(max_length=80).max_length == 80


def test_a_place_is_table_column_and_row() -> None:
    record = EducatorRecord(id=ONE)
    assert place_of(record, "ssn_sealed") == f"records_educatorrecord.ssn_sealed:{ONE}"


@pytest.mark.usefixtures("with_keys")
def test_what_is_sealed_into_a_row_is_read_from_it() -> None:
    record = EducatorRecord(id=ONE)
    seal_into(record, "ssn_sealed", "900124821")
    assert b"900124821" not in record.ssn_sealed
    assert unseal_from(record, "ssn_sealed") == "900124821"
    # SQLite gives bytes back, PostgreSQL a view of them.
    record.ssn_sealed = memoryview(record.ssn_sealed)
    assert unseal_from(record, "ssn_sealed") == "900124821"


@pytest.mark.usefixtures("with_keys")
def test_an_empty_value_is_sealed_and_none_is_not() -> None:
    record = EducatorRecord(id=ONE)
    seal_into(record, "ssn_sealed", "")
    assert unseal_from(record, "ssn_sealed") == ""
    seal_into(record, "ssn_sealed", None)
    assert (record.ssn_sealed, unseal_from(record, "ssn_sealed")) == (None, None)


@pytest.mark.usefixtures("with_keys")
def test_a_value_moved_to_another_row_column_or_table_opens_no_more() -> None:
    record = EducatorRecord(id=ONE)
    seal_into(record, "ssn_sealed", "900124821")
    moved = EducatorRecord(id=OTHER, ssn_sealed=record.ssn_sealed)
    with pytest.raises(SealBroken):
        unseal_from(moved, "ssn_sealed")
    moved = EducatorRecord(id=ONE, birth_date_sealed=record.ssn_sealed)
    with pytest.raises(SealBroken):
        unseal_from(moved, "birth_date_sealed")
    mail = OutboxMessage(id=ONE, body_sealed=record.ssn_sealed)
    with pytest.raises(SealBroken):
        unseal_from(mail, "body_sealed")


@pytest.mark.usefixtures("with_keys")
def test_a_text_sealed_for_a_context_opens_there_only() -> None:
    sealed = sealed_text("Maria", "session")
    assert unsealed_text(sealed, "session") == "Maria"
    with pytest.raises(SealBroken):
        unsealed_text(sealed, "mail")


def test_digests_are_those_of_the_current_key_and_while_keys_rotate_of_all(
    with_keys: Callable[..., Keyring],
) -> None:
    keyring = with_keys(1, 2, 3, current=2)
    assert digest_of("ssn", "900124821") == digest(keyring, "ssn", "900124821")
    assert digests_of("ssn", "900", "124821") == [
        digest(keyring, "ssn", "900", "124821", key_id=key_id) for key_id in (2, 1, 3)
    ]
