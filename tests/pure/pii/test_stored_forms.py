"""What stands in the database and in the key file, byte by byte: a later version must read what this one wrote.

HKDF (RFC 5869) and HMAC are worked out anew here, so that a change of a label or a length cannot pass unseen.
"""

import hmac
import json
import os
import stat
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from kecs.pii.fingerprint import digest, digester, standing_digest
from kecs.pii.keyring import Keyring, KeyringError, derived_from
from kecs.pii.redact import REDACTED, redacted
from kecs.pii.seal import SealBroken, seal, unseal

ROOT, OTHER_ROOT = b"r" * 32, b"o" * 32
KEYRING = Keyring(label="test", current=7, roots={7: ROOT})
OTHER = Keyring(label="test", current=7, roots={7: OTHER_ROOT})
FACTS = st.lists(st.text(max_size=6), max_size=4).map(tuple)


def key_for(purpose: str, root: bytes = ROOT) -> bytes:
    extracted = hmac.digest(b"\0" * 32, root, sha256)
    return hmac.digest(extracted, b"kecs/" + purpose.encode() + b"\x01", sha256)


# --- Keys --------------------------------------------------------------------------------------------------------


def test_a_key_is_derived_from_the_root_for_its_purpose() -> None:
    assert KEYRING.derived(7, "seal") == derived_from(ROOT, "seal") == key_for("seal")
    assert len(derived_from(ROOT, "seal")) == 32


def test_an_unknown_key_is_refused_by_its_number() -> None:
    with pytest.raises(KeyringError) as refused:
        KEYRING.derived(8, "seal")
    assert str(refused.value) == "Key 8 is not in the keyring."


# --- Digests -----------------------------------------------------------------------------------------------------


def test_a_digest_is_an_hmac_of_its_facts_with_their_lengths() -> None:
    message = b"\0\0\0\x04" + b"4821" + b"\0\0\0\x02" + "é".encode()
    assert digest(KEYRING, "last4", "4821", "é") == hmac.digest(key_for("index/last4"), message, sha256)[:16]


@pytest.mark.parametrize("length", [0, 1, 254, 255, 256, 257, 70_000])
def test_a_fact_of_any_length_is_digested_with_it(length: int) -> None:
    fact = "é" * (length // 2) + "e" * (length % 2)
    message = length.to_bytes(4, "big") + fact.encode()
    expected = hmac.digest(key_for("index/p"), message, sha256)[:16]
    assert digest(KEYRING, "p", fact) == expected
    assert digester(KEYRING, "p")((fact,)) == expected


def test_a_standing_digest_is_made_under_a_standing_key() -> None:
    message = b"\0\0\0\x04" + b"4821" + b"\0\0\0\x01" + b"x"
    both = Keyring(label="test", current=7, roots={1: OTHER_ROOT, 7: ROOT})
    expected = hmac.digest(key_for("index/tries", OTHER_ROOT), message, sha256)[:16]
    assert standing_digest(both, "tries", "4821", "x") == expected
    later = both.without(1, keeping=["index/tries"])
    assert standing_digest(later, "tries", "4821", "x") == expected


def test_digests_by_the_million_are_made_under_the_root_that_was_named() -> None:
    both = Keyring(label="test", current=2, roots={1: OTHER_ROOT, 2: ROOT})
    assert digester(both, "p", key_id=1)(("4821",)) == digest(OTHER, "p", "4821")
    assert digester(both, "p")(("4821",)) == digest(KEYRING, "p", "4821")


@given(FACTS, FACTS)
def test_different_facts_never_collide(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (digest(KEYRING, "p", *one) == digest(KEYRING, "p", *other)) == (one == other)


@given(st.text(max_size=6), st.text(max_size=6))
def test_different_purposes_never_collide(one: str, other: str) -> None:
    assert (digest(KEYRING, one, "4821") == digest(KEYRING, other, "4821")) == (one == other)


@given(FACTS)
def test_the_same_facts_under_another_root_differ(facts: tuple[str, ...]) -> None:
    assert digest(KEYRING, "p", *facts) != digest(OTHER, "p", *facts)


@given(FACTS)
def test_a_digest_depends_on_the_root_and_not_on_its_number(facts: tuple[str, ...]) -> None:
    both = Keyring(label="test", current=1, roots={1: OTHER_ROOT, 2: ROOT})
    assert digest(both, "p", *facts, key_id=2) == digest(KEYRING, "p", *facts)
    assert digest(both, "p", *facts) == digest(OTHER, "p", *facts)


@given(FACTS, FACTS)
def test_digests_by_the_million_are_the_same_ones(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    both = Keyring(label="test", current=2, roots={1: OTHER_ROOT, 2: ROOT})
    digested = digester(both, "p")
    assert [digested(one), digested(other), digested(one)] == [
        digest(both, "p", *one),
        digest(both, "p", *other),
        digest(both, "p", *one),
    ]


# --- Seals -------------------------------------------------------------------------------------------------------


def test_a_seal_is_key_id_nonce_and_aes_gcm() -> None:
    sealed = seal(KEYRING, "Núñez", "records.name:1")
    assert sealed[0] == 7
    opened = AESGCM(key_for("seal")).decrypt(sealed[1:13], sealed[13:], b"records.name:1")
    assert opened == "Núñez".encode()
    assert len(sealed) == 1 + 12 + len("Núñez".encode()) + 16


@given(st.text(), st.text(), st.text())
def test_a_seal_opens_in_its_place_only(text: str, place: str, other_place: str) -> None:
    sealed = seal(KEYRING, text, place)
    assert unseal(KEYRING, sealed, place) == text
    if other_place != place:
        with pytest.raises(SealBroken):
            unseal(KEYRING, sealed, other_place)


def test_a_seal_of_a_key_that_is_gone_names_the_key_only() -> None:
    sealed = seal(KEYRING, "900124821", "here")
    with pytest.raises(SealBroken) as broken:
        unseal(Keyring(label="test", current=1, roots={1: ROOT}), sealed, "here")
    assert str(broken.value) == ""
    assert str(broken.value.__cause__) == "Key 7 is not in the keyring."


def test_a_seal_under_another_root_with_the_same_number_is_broken() -> None:
    with pytest.raises(SealBroken):
        unseal(OTHER, seal(KEYRING, "900124821", "here"), "here")


@pytest.mark.parametrize("kept", range(30))
def test_a_seal_cut_short_is_broken(kept: int) -> None:
    sealed = seal(KEYRING, "", "here")
    assert len(sealed) == 29
    if kept < 29:
        with pytest.raises(SealBroken):
            unseal(KEYRING, sealed[:kept], "here")
    else:
        assert unseal(KEYRING, sealed[:kept], "here") == ""


# --- The key file ------------------------------------------------------------------------------------------------


def written(path: Path, content: object, *, mode: int = 0o600) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(mode)
    return path


def content_of(**changed: object) -> dict[str, object]:
    return {"label": "production", "current": 7, "roots": {"7": b64encode(ROOT).decode()}} | changed


def refusal(path: Path) -> str:
    with pytest.raises(KeyringError) as refused:
        Keyring.load(path)
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_the_key_file_is_readable_json(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    made = Keyring.create(path, label="production")
    stored = json.loads(path.read_text())
    assert stored == {
        "label": "production",
        "current": 1,
        "roots": {"1": b64encode(made.roots[1]).decode()},
    }
    assert len(made.roots[1]) == 32
    assert (made.label, made.current, set(made.roots)) == ("production", 1, {1})


def test_the_folders_of_the_key_file_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c" / "keyring.json"
    assert Keyring.create(path, label="test") == Keyring.load(path)


def test_two_keyrings_never_have_a_key_in_common(tmp_path: Path) -> None:
    keys = {Keyring.create(tmp_path / f"{number}.json", label="test").roots[1] for number in range(20)}
    assert len(keys) == 20


def test_the_key_file_is_private_whatever_the_umask_and_stays_as_it_is(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keyring.create(tmp_path / "keyring.json", label="test")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keyring.json").stat().st_mode) == 0o600
    kept = (tmp_path / "keyring.json").read_bytes()
    with pytest.raises(FileExistsError):
        Keyring.create(tmp_path / "keyring.json", label="test")
    assert (tmp_path / "keyring.json").read_bytes() == kept


def test_a_key_file_says_its_label_current_key_and_roots(tmp_path: Path) -> None:
    path = written(
        tmp_path / "k", content_of(roots={"7": b64encode(ROOT).decode(), "8": b64encode(OTHER_ROOT).decode()})
    )
    assert Keyring.load(path) == Keyring(label="production", current=7, roots={7: ROOT, 8: OTHER_ROOT})


def test_a_missing_key_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "none"
    assert refusal(path) == f"There is no keyring at {path}. Make one with: kecs keys create"


def test_what_is_no_file_of_text_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"The keyring at {tmp_path} cannot be read: IsADirectoryError."
    path = tmp_path / "binary"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    assert refusal(path) == f"The keyring at {path} cannot be read: UnicodeDecodeError."


@pytest.mark.parametrize("mode", [0o610, 0o620, 0o640, 0o601, 0o602, 0o604, 0o777])
def test_a_key_file_that_anybody_else_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "k", content_of(), mode=mode)
    assert refusal(path) == (
        f"The keyring at {path} can be read by others (mode {mode:o}). Run: chmod 600 {path}"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_file_for_its_owner_only_is_read(tmp_path: Path, mode: int) -> None:
    assert Keyring.load(written(tmp_path / "k", content_of(), mode=mode)).current == 7


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "7",
        "{}",
        {"label": "x", "current": 7},
        {"current": 7, "roots": {}},
        content_of(current="seven"),
        content_of(current=None),
        content_of(roots=[]),
        content_of(roots={"seven": b64encode(ROOT).decode()}),
        content_of(roots={"7": "*" + b64encode(ROOT).decode()}),
        content_of(roots={"7": 7}),
    ],
)
def test_what_is_no_keyring_is_told_without_what_it_says(tmp_path: Path, content: object) -> None:
    path = written(tmp_path / "k", content)
    assert refusal(path) == f"The keyring at {path} is not in the expected form."


@pytest.mark.parametrize(
    "content",
    [
        content_of(current=8),
        content_of(roots={}),
        content_of(roots={"7": b64encode(ROOT[:31]).decode()}),
        content_of(roots={"7": b64encode(ROOT).decode(), "8": b64encode(ROOT + b"r").decode()}),
    ],
)
def test_a_keyring_without_its_current_key_or_with_a_short_one_is_refused(
    tmp_path: Path, content: object
) -> None:
    path = written(tmp_path / "k", content)
    assert refusal(path) == f"The keyring at {path} lacks its current key or holds a key of the wrong length."


# --- Redaction ---------------------------------------------------------------------------------------------------


def test_what_is_redacted_leaves_its_place_and_nothing_else_changes() -> None:
    said = "Maria, 900-12-4821, 03/14/1985 and 1985-03-14, wrote from maria@example.org at 16:43"
    assert redacted(said) == (f"Maria, {REDACTED}, {REDACTED} and {REDACTED}, wrote from {REDACTED} at 16:43")
    assert REDACTED == "[redacted]"


@given(
    st.from_regex(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}", fullmatch=True), st.sampled_from(["", " ", "x", ":"])
)
def test_no_nine_digits_come_through(digits: str, around: str) -> None:
    assert digits not in redacted(f"{around}{digits}{around}")
