"""Columns that hold sealed values, and digests under the installation's keyring."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from kecs.mail.models import OutboxMessage
from kecs.pii import fields
from kecs.pii.fields import (
    SealedField,
    change_keyring,
    digest_of,
    digesters_of,
    digests_of,
    make_keyring,
    place_of,
    read_keyring,
    seal_into,
    sealed_bytes,
    sealed_text,
    standing_key,
    the_keyring,
    the_wrapping,
    unseal_from,
    unsealed_bytes,
    unsealed_text,
    wrapping_named,
)
from kecs.pii.fingerprint import digest
from kecs.pii.hsm import TokenKey
from kecs.pii.keyring import Keyring, KeyringError
from kecs.pii.seal import SealBroken, seal, seal_bytes
from kecs.pii.wrapping import WrappingFailed
from kecs.records.models import EducatorRecord
from tests.pure.pii.test_roots import Reversed

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
    assert [digested(("900", "124821")) for digested in digesters_of("ssn")] == digests_of(
        "ssn", "900", "124821"
    )


@pytest.mark.usefixtures("with_keys")
def test_bytes_sealed_for_a_context_open_there_only() -> None:
    sealed = sealed_bytes(b"\xff\x00", "document")
    assert unsealed_bytes(sealed, "document") == b"\xff\x00"
    with pytest.raises(SealBroken):
        unsealed_bytes(sealed, "mail")


def test_a_standing_key_is_that_of_the_keyring(with_keys: Callable[..., Keyring]) -> None:
    keyring = with_keys(1, 2, current=2)
    assert standing_key("audit") == keyring.standing("audit") == keyring.derived(1, "audit")


# --- The file of the installation --------------------------------------------------------------------------------


class Service(Reversed):
    """A key service of the agency's, as KECS_KEYRING_WRAP names it."""


class Broken:
    """One that cannot be had."""

    def __init__(self) -> None:
        raise WrappingFailed("The service is away.")


SERVICE = f"{__name__}.Service"


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where the keyring of this installation will stand."""
    settings.KECS_KEYRING = tmp_path / "keyring.json"
    settings.KECS_KEYRING_WRAP = settings.KECS_KEYRING_PIN = ""
    the_keyring.cache_clear()
    fields._wrapping.cache_clear()
    yield settings.KECS_KEYRING
    the_keyring.cache_clear()
    fields._wrapping.cache_clear()


def test_a_keyring_is_made_where_the_settings_say(file: Path) -> None:
    made = make_keyring(label="production")
    assert made.label == "production"
    assert Keyring.load(file) == made == read_keyring() == the_keyring()
    with pytest.raises(FileExistsError):
        make_keyring(label="production")


def test_a_changed_keyring_is_used_at_once(file: Path) -> None:
    made = make_keyring(label="test")
    assert the_keyring() == made
    changed = change_keyring(lambda before: before.with_new_root().with_current(2))
    assert the_keyring() == changed == Keyring.load(file)
    assert (changed.current, set(changed.roots)) == (2, {1, 2})


def test_a_keyring_is_wrapped_by_what_the_settings_name(file: Path, settings: Any) -> None:
    settings.KECS_KEYRING_WRAP = SERVICE
    made = make_keyring(label="test")
    assert Keyring.load(file, Service()) == made == read_keyring()
    settings.KECS_KEYRING_WRAP = ""
    assert change_keyring(lambda before: before, wrapped_before=SERVICE) == made
    assert Keyring.load(file) == made
    settings.KECS_KEYRING_WRAP = SERVICE
    assert change_keyring(lambda before: before, wrapped_before="") == made
    assert change_keyring(lambda before: before) == made
    assert Keyring.load(file, Service()) == made


@pytest.mark.usefixtures("file")
def test_what_wraps_is_made_once_and_may_be_a_token_with_the_pin(settings: Any) -> None:
    assert the_wrapping() is None
    settings.KECS_KEYRING_WRAP = SERVICE
    assert isinstance(the_wrapping(), Service)
    assert the_wrapping() is the_wrapping()
    settings.KECS_KEYRING_PIN = "1234"
    on_token = wrapping_named("pkcs11:token=t;object=o?module-path=/m")
    assert isinstance(on_token, TokenKey)
    assert on_token._pin_given == "1234"


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        (
            "agency.keys.Service",
            "KECS_KEYRING_WRAP begins with pkcs11: or names a class. There is no class agency.keys.Service.",
        ),
        ("Service", "KECS_KEYRING_WRAP begins with pkcs11: or names a class. There is no class Service."),
        (f"{__name__}.Broken", "The service is away."),
        (
            "pkcs11:token=t;object=o?module-path=/m&pin-value=1",
            "KECS_KEYRING_WRAP must not hold the PIN. Set KECS_KEYRING_PIN, or pin-source to a file.",
        ),
    ],
)
def test_what_cannot_wrap_is_told(named: str, sentence: str) -> None:
    with pytest.raises(KeyringError) as refused:
        wrapping_named(named)
    assert str(refused.value) == sentence
    assert refused.value.__cause__ is None


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of this process, which stands."""
    clock = [100.0]
    monkeypatch.setattr(fields, "monotonic", lambda: clock[0])
    return clock


def test_another_process_changed_the_file_and_within_a_second_it_is_read(
    file: Path, second: list[float]
) -> None:
    made = make_keyring(label="test")
    assert the_keyring() == made
    changed = Keyring.change(file, lambda before: before.with_new_root())
    second[0] += 1.0
    assert the_keyring() == made
    second[0] += 0.1
    assert the_keyring() == changed
    again = Keyring.change(file, lambda before: before.with_new_root())
    second[0] += 1.0  # counted from the last look
    assert the_keyring() == changed
    second[0] += 0.1
    assert the_keyring() == again


def test_a_file_that_stayed_is_not_read_again(
    file: Path, second: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_keyring(label="test")
    known = the_keyring()
    second[0] += 5
    assert the_keyring() is known
    monkeypatch.setattr(fields, "read_keyring", lambda: pytest.fail("It was read."))
    second[0] += 5
    assert the_keyring() is known


def test_a_file_that_went_or_broke_leaves_what_was_read(file: Path, second: list[float]) -> None:
    made = make_keyring(label="test")
    assert the_keyring() == made
    stood = file.read_bytes()
    file.unlink()
    second[0] += 5
    assert the_keyring() == made
    file.write_bytes(stood[:10])
    file.chmod(0o600)
    second[0] += 5
    assert the_keyring() == made
    the_keyring.cache_clear()
    with pytest.raises(KeyringError, match="not in the expected form"):
        the_keyring()
    file.unlink()
    with pytest.raises(KeyringError, match="There is no keyring at"):
        the_keyring()


@pytest.mark.usefixtures("second")
def test_what_another_process_sealed_with_a_new_root_opens_at_once(file: Path) -> None:
    make_keyring(label="test")
    assert the_keyring().current == 1
    changed = Keyring.change(file, lambda before: before.with_new_root().with_current(2))
    assert unsealed_text(seal(changed, "Maria", "session"), "session") == "Maria"
    changed = Keyring.change(file, lambda before: before.with_new_root().with_current(3))
    assert unsealed_bytes(seal_bytes(changed, b"\xff", "document"), "document") == b"\xff"
    assert the_keyring() == changed


@pytest.mark.usefixtures("file", "second")
def test_what_is_empty_or_sealed_with_a_known_root_asks_the_file_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = make_keyring(label="test")
    sealed = seal(made, "Maria", "session")
    assert the_keyring() == made
    monkeypatch.setattr(fields._installed, "look", lambda: pytest.fail("It looked."))
    assert unsealed_text(sealed, "session") == "Maria"
    with pytest.raises(SealBroken):
        unsealed_text(b"", "session")
