"""The keyring, sealing and keyed digests: made for one place, opened nowhere else."""

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kecs.pii.fingerprint import DIGEST_BYTES, digest
from kecs.pii.keyring import Keyring, KeyringError
from kecs.pii.redact import redacted
from kecs.pii.seal import SealBroken, seal, unseal

ONE = Keyring(label="test", current=1, roots={1: b"1" * 32})
TWO = Keyring(label="test", current=2, roots={1: b"1" * 32, 2: b"2" * 32})


@given(st.text(), st.text())
def test_what_is_sealed_for_a_place_opens_there(text, place):
    assert unseal(ONE, seal(ONE, text, place), place) == text


@given(st.text(min_size=1))
def test_it_opens_nowhere_else(text):
    sealed = seal(ONE, text, "records.ssn:1")
    with pytest.raises(SealBroken):
        unseal(ONE, sealed, "records.ssn:2")


@given(st.integers(min_value=0, max_value=50), st.integers(min_value=1, max_value=255))
def test_one_changed_bit_breaks_the_seal(position, change):
    sealed = bytearray(seal(ONE, "900554321", "here"))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(SealBroken):
        unseal(ONE, bytes(sealed), "here")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 12])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(SealBroken):
        unseal(ONE, sealed, "here")


def test_the_same_text_is_never_sealed_alike():
    assert len({seal(ONE, "900554321", "here") for _time in range(200)}) == 200


def test_a_newer_keyring_opens_what_the_older_key_sealed():
    assert unseal(TWO, seal(ONE, "text", "here"), "here") == "text"
    with pytest.raises(SealBroken):
        unseal(ONE, seal(TWO, "text", "here"), "here")


def test_digests_tell_purposes_facts_and_keys_apart():
    digests = {
        digest(ONE, "a", "12", "3"),
        digest(ONE, "a", "1", "23"),
        digest(ONE, "a", "123"),
        digest(ONE, "b", "123"),
        digest(TWO, "a", "123"),
    }
    assert len(digests) == 5
    assert all(len(each) == DIGEST_BYTES for each in digests)
    assert digest(TWO, "a", "123", key_id=1) == digest(ONE, "a", "123")


def test_an_unknown_key_is_named_and_not_shown():
    with pytest.raises(KeyringError, match="Key 7"):
        digest(ONE, "a", "123", key_id=7)


def test_the_key_file_is_for_its_owner_only(tmp_path):
    path = tmp_path / "deep" / "keyring.json"
    made = Keyring.create(path, label="development")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring.load(path) == made
    with pytest.raises(FileExistsError):
        Keyring.create(path, label="development")


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "keyring.json"
    Keyring.create(path, label="development")
    path.chmod(0o640)
    with pytest.raises(KeyringError, match="chmod 600"):
        Keyring.load(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        '{"label": "x", "current": 1, "roots": {"1": "c2hvcnQ="}}',
        '{"label": "x", "current": 2, "roots": {}}',
    ],
)
def test_a_broken_key_file_is_refused_without_showing_it(tmp_path, content):
    path = tmp_path / "keyring.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyringError) as refused:
        Keyring.load(path)
    assert "c2hvcnQ=" not in str(refused.value)


def test_a_keyring_prints_no_key(tmp_path):
    keyring = Keyring.create(tmp_path / "keyring.json", label="development")
    stored = json.loads((tmp_path / "keyring.json").read_text())
    assert stored["roots"]["1"] not in repr(keyring)
    assert repr(keyring.roots[1]) not in repr(keyring)


@pytest.mark.parametrize(
    "secret", ["900-55-4321", "900554321", "04/09/1985", "4-9-1985", "1985-04-09", "maria@example.org"]
)
def test_logs_lose_what_looks_personal(secret):
    assert secret not in redacted(f"before {secret} after")


def test_logs_keep_times_and_counts():
    assert redacted("2026-11-23T16:43:04 sent 12 in 3.5 s") == "2026-11-23T16:43:04 sent 12 in 3.5 s"
