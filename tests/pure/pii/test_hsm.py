"""The keyring wrapped by a key that this process never sees: on a token of SoftHSM, and by a class as a key service would have it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kecs.pii.hsm import TokenKey
from kecs.pii.keyring import Keyring, KeyringError
from kecs.pii.wrapping import Wrapping, WrappingFailed
from tests.factories.softhsm import PIN, softhsm

KEY = bytes(range(32))


class Service:
    """A key service, as far as a keyring can tell."""

    name = "service:one"
    _key = AESGCM(b"s" * 32)

    def wrap(self, key: bytes, context: str) -> bytes:
        return self._key.encrypt(b"n" * 12, key, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        try:
            return self._key.decrypt(b"n" * 12, wrapped, context.encode())
        except InvalidTag:
            raise WrappingFailed("The service did not wrap this.") from None


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with softhsm(tmp_path_factory.mktemp("hsm")) as uri:
        TokenKey(uri, pin=PIN).make()
        yield uri


def test_a_key_comes_back_for_its_context_only(token):
    on_token = TokenKey(token, pin=PIN)
    wrapped = on_token.wrap(KEY, "here")
    assert KEY not in wrapped
    assert on_token.wrap(KEY, "here") != wrapped
    assert on_token.unwrap(wrapped, "here") == KEY
    for other in (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), wrapped[:20], b""):
        with pytest.raises(WrappingFailed, match="does not unwrap this"):
            on_token.unwrap(other, "here")
    with pytest.raises(WrappingFailed, match="does not unwrap this"):
        on_token.unwrap(wrapped, "there")


def test_a_process_that_was_forked_asks_the_token_too(token):
    on_token = TokenKey(token, pin=PIN)
    wrapped = on_token.wrap(KEY, "here")
    child = os.fork()
    if not child:
        os._exit(0 if on_token.unwrap(wrapped, "here") == KEY else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert on_token.unwrap(wrapped, "here") == KEY


def test_a_pin_that_was_refused_is_not_tried_again(token):
    wrong = TokenKey(token, pin="000000")
    for _twice in range(2):
        with pytest.raises(WrappingFailed, match="refused the PIN"):
            wrong.wrap(KEY, "here")
    assert wrong._refused == "000000"
    wrong._named["module-path"] = "/nowhere.so"  # nobody is asked any more
    with pytest.raises(WrappingFailed, match="refused the PIN"):
        wrong.wrap(KEY, "here")


def test_the_pin_may_stand_in_a_file_that_nobody_else_reads(token, tmp_path):
    file = tmp_path / "pin"
    file.write_text(f"{PIN}\n", encoding="ascii")
    file.chmod(0o644)
    with pytest.raises(WrappingFailed, match="can be read by others"):
        TokenKey(f"{token}&pin-source=file:{file}").wrap(KEY, "here")
    file.chmod(0o600)
    assert TokenKey(f"{token}&pin-source=file:{file}").wrap(KEY, "here")
    with pytest.raises(WrappingFailed, match="FileNotFoundError"):
        TokenKey(f"{token}&pin-source={file}.gone").wrap(KEY, "here")


def test_a_key_that_may_leave_its_token_wraps_nothing(token):
    import pkcs11

    library = pkcs11.lib(token.partition("module-path=")[2])
    with library.get_token(token_label="kecs").open(rw=True, user_pin=PIN) as session:
        session.generate_key(
            pkcs11.KeyType.AES,
            256,
            label="loose",
            store=True,
            template={pkcs11.Attribute.EXTRACTABLE: True, pkcs11.Attribute.SENSITIVE: False},
        )
    library.finalize()
    with pytest.raises(WrappingFailed, match="can be taken out"):
        TokenKey(token.replace("object=keyring", "object=loose"), pin=PIN).wrap(KEY, "here")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("token=kecs", "token=other"), "no token for pkcs11:token=other;object=keyring"),
        (("object=keyring", "object=other"), "There is no key"),
        (("module-path=/", "module-path=/nowhere/"), "cannot be loaded"),
    ],
)
def test_what_is_missing_is_said(token, change, sentence):
    with pytest.raises(WrappingFailed, match=sentence):
        TokenKey(token.replace(*change), pin=PIN).wrap(KEY, "here")


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("pkcs11:token=kecs", "must be like"),
        ("pkcs11:token=k;object=o?module-path=/m&slot=1", "does not know slot"),
        ("pkcs11:token=k;object=o?module-path=/m&pin-value=1234", "must not hold the PIN"),
    ],
)
def test_a_uri_that_cannot_be_meant_is_refused(uri, sentence):
    with pytest.raises(WrappingFailed, match=sentence) as refused:
        TokenKey(uri)
    assert "1234" not in str(refused.value)


# --- The key on the token ----------------------------------------------------------------------------------------


def on_the_token(uri, act):
    """What `act` gives for a session of the library's own."""
    import pkcs11

    library = pkcs11.lib(uri.partition("module-path=")[2])
    try:
        with library.get_token(token_label="kecs").open(rw=True, user_pin=PIN) as session:
            return act(session)
    finally:
        library.finalize()


def test_the_key_that_a_token_makes_stays_there_and_seals(token):
    from pkcs11 import Attribute, KeyType, ObjectClass

    def facts(session):
        key = session.get_key(object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label="keyring")
        names = ("SENSITIVE", "EXTRACTABLE", "PRIVATE", "TOKEN", "ENCRYPT", "DECRYPT", "SIGN", "WRAP")
        return key.key_length, {name: key[getattr(Attribute, name)] for name in names}

    assert on_the_token(token, facts) == (
        256,
        {
            "SENSITIVE": True,
            "EXTRACTABLE": False,
            "PRIVATE": True,
            "TOKEN": True,
            "ENCRYPT": True,
            "DECRYPT": True,
            "SIGN": False,
            "WRAP": False,
        },
    )


def test_what_it_wraps_is_nonce_and_aes_gcm_with_a_whole_tag(token):
    wrapped = TokenKey(token, pin=PIN).wrap(KEY, "here")
    assert len(wrapped) == 12 + len(KEY) + 16


def test_a_token_is_found_by_its_serial_too(token):
    serial = on_the_token(token, lambda session: session.token.serial.decode().strip())
    by_serial = TokenKey(token.replace("token=kecs", f"serial={serial}"), pin=PIN)
    assert by_serial.name == f"pkcs11:serial={serial};object=keyring"
    assert by_serial.unwrap(TokenKey(token, pin=PIN).wrap(KEY, "here"), "here") == KEY
    with pytest.raises(WrappingFailed, match="no token for pkcs11:serial=0"):
        TokenKey(token.replace("token=kecs", "serial=0"), pin=PIN).wrap(KEY, "here")


@pytest.mark.parametrize(("extractable", "sensitive"), [(True, True), (False, False)])
def test_a_key_that_may_leave_in_one_way_wraps_nothing(token, extractable, sensitive):
    from pkcs11 import Attribute, KeyType

    label = f"loose-{extractable}"
    template = {Attribute.EXTRACTABLE: extractable, Attribute.SENSITIVE: sensitive}
    on_the_token(
        token,
        lambda session: session.generate_key(KeyType.AES, 256, label=label, store=True, template=template),
    )
    loose = TokenKey(token.replace("object=keyring", f"object={label}"), pin=PIN)
    with pytest.raises(WrappingFailed) as refused:
        loose.wrap(KEY, "here")
    assert str(refused.value) == (
        f"The key pkcs11:token=kecs;object={label} can be taken out of the token. "
        "Have it make one that cannot: kecs keys token, with another object."
    )


def test_a_second_key_of_this_name_is_told(token):
    with pytest.raises(WrappingFailed) as refused:
        TokenKey(token, pin=PIN).make()
    assert str(refused.value) == "There is a key pkcs11:token=kecs;object=keyring already; it was left alone."


def test_what_does_not_unwrap_is_told(token):
    on_token = TokenKey(token, pin=PIN)
    with pytest.raises(WrappingFailed) as refused:
        on_token.unwrap(on_token.wrap(KEY, "here"), "there")
    said = str(refused.value)
    assert said.startswith("pkcs11:token=kecs;object=keyring does not unwrap this (")
    assert said.endswith("): another key wrapped it, or it was changed since.")
    assert refused.value.__cause__ is None


# --- How it is named ---------------------------------------------------------------------------------------------


def test_a_uri_is_read_part_by_part():
    named = TokenKey(
        "pkcs11:token=my%20token;serial=12%3B3;object=a=b?module-path=/lib/m.so&pin-source=file:/run/pin"
    )
    assert named._named == {
        "token": "my token",
        "serial": "12;3",
        "object": "a=b",
        "module-path": "/lib/m.so",
        "pin-source": "file:/run/pin",
    }
    assert named.name == "pkcs11:token=my token;serial=12;3;object=a=b"
    assert TokenKey("pkcs11:;object=o;serial=1;?&module-path=/m").name == "pkcs11:serial=1;object=o"


LIKE = (
    "KECS_KEYRING_WRAP must be like pkcs11:token=NAME;object=NAME?module-path=/path/to/library.so"
    "&pin-source=file:/path"
)


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("pkcs11:token=k?module-path=/m", f"{LIKE}."),
        ("pkcs11:token=k;object=o", f"{LIKE}."),
        ("pkcs11:object=o?module-path=/m", f"{LIKE}."),
        ("pkcs11:", f"{LIKE}."),
        ("pkcs11:token=k;object=o;b=1?module-path=/m&a=1", f"{LIKE}; it does not know a, b."),
        (
            "pkcs11:token=k;object=o?module-path=/m&pin-value=1",
            "KECS_KEYRING_WRAP must not hold the PIN. Set KECS_KEYRING_PIN, or pin-source to a file.",
        ),
    ],
)
def test_what_is_no_uri_of_a_key_is_told(uri, sentence):
    with pytest.raises(WrappingFailed) as refused:
        TokenKey(uri)
    assert str(refused.value) == sentence


# --- What is told ------------------------------------------------------------------------------------------------

NAMED = "pkcs11:token=k;object=o"
NOWHERE = f"{NAMED}?module-path=/nowhere/m.so"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("NoSuchToken", f"The HSM has no token for {NAMED}, or is not connected."),
        ("TokenNotPresent", f"The HSM has no token for {NAMED}, or is not connected."),
        (
            "MultipleTokensReturned",
            f"The HSM has several tokens for {NAMED}. Name one by serial in KECS_KEYRING_WRAP.",
        ),
        ("NoSuchKey", f"There is no key {NAMED}. On a new token, have it make one: kecs keys token"),
        ("MultipleObjectsReturned", f"The token has several keys {NAMED}. Give each another name (object)."),
        (
            "PinIncorrect",
            "The HSM refused the PIN. It is not tried again before a restart, for tokens lock themselves after some wrong ones.",
        ),
        ("PinLocked", "The HSM has locked this PIN after wrong ones. Its security officer unlocks it."),
        (
            "PKCS11Error",
            "The library of the HSM cannot be loaded: /nowhere/m.so. See module-path in KECS_KEYRING_WRAP.",
        ),
        ("DeviceError", f"The HSM refused to work with {NAMED}: DeviceError."),
    ],
)
def test_each_error_of_the_library_has_its_sentence(error, sentence):
    assert TokenKey(NOWHERE, pin="1")._told(error) == sentence


@pytest.mark.parametrize("pin", ["", None])
def test_without_a_pin_nobody_is_asked(pin):
    nobody = TokenKey(NOWHERE) if pin is None else TokenKey(NOWHERE, pin=pin)
    with pytest.raises(WrappingFailed) as refused:
        nobody.wrap(KEY, "here")
    assert str(refused.value) == (
        "The PIN of the HSM is missing. Set KECS_KEYRING_PIN, or pin-source in KECS_KEYRING_WRAP."
    )


def test_a_pin_in_a_file_comes_before_one_that_is_given(tmp_path):
    file = tmp_path / "pin"
    file.write_text(" 4321 \n", encoding="utf-8")
    for mode in (0o640, 0o604, 0o610, 0o601, 0o620, 0o602):
        file.chmod(mode)
        with pytest.raises(WrappingFailed) as refused:
            TokenKey(f"{NOWHERE}&pin-source={file}", pin="1")._pin()
        assert str(refused.value) == f"The file of the PIN can be read by others. Run: chmod 600 {file}"
    for mode in (0o600, 0o400):
        file.chmod(mode)
        for source in (str(file), f"file:{file}"):
            assert TokenKey(f"{NOWHERE}&pin-source={source}", pin="1")._pin() == "4321"
    file.unlink()
    with pytest.raises(WrappingFailed) as refused:
        TokenKey(f"{NOWHERE}&pin-source={file}", pin="1")._pin()
    assert str(refused.value) == f"The PIN in {file} cannot be read: FileNotFoundError."
    assert TokenKey(NOWHERE, pin="1")._pin() == "1"


# --- The keyring -------------------------------------------------------------------------------------------------


def test_a_second_key_of_this_name_is_not_made(token):
    with pytest.raises(WrappingFailed, match="left alone"):
        TokenKey(token, pin=PIN).make()


def test_a_wrapped_keyring_holds_no_key_and_opens_with_its_wrapping_only(tmp_path):
    path = tmp_path / "keyring.json"
    service: Wrapping = Service()
    made = Keyring.create(path, label="production", wrapping=service)
    kept = Keyring.change(
        path,
        lambda before: before.with_new_root().with_current(2).without(1, keeping=["chain"]),
        wrapping=service,
        before=service,
    )
    assert Keyring.load(path, service) == kept
    content = kept.content(service)
    assert content["wrapped_by"] == "service:one"
    plain, wrapped = kept.content(), kept.content(service)
    assert not {*plain["roots"].values(), *plain["kept"].values()} & {
        *wrapped["roots"].values(),
        *wrapped["kept"].values(),
    }
    with pytest.raises(KeyringError, match=r"wrapped by service:one\. Set KECS_KEYRING_WRAP"):
        Keyring.load(path)
    assert made.roots[1] not in kept.roots.values()


def test_a_wrapped_key_stands_in_its_own_place(tmp_path):
    import json

    path = tmp_path / "keyring.json"
    service = Service()
    Keyring.create(path, label="production", wrapping=service)
    Keyring.change(path, lambda before: before.with_new_root(), wrapping=service, before=service)
    content = json.loads(path.read_text(encoding="ascii"))
    content["roots"]["1"], content["roots"]["2"] = content["roots"]["2"], content["roots"]["1"]
    path.write_text(json.dumps(content), encoding="ascii")
    with pytest.raises(KeyringError, match=r"does not open\. The service did not wrap this"):
        Keyring.load(path, service)


def test_a_keyring_that_lies_open_is_refused_where_one_is_to_be_wrapped(tmp_path):
    path = tmp_path / "keyring.json"
    made = Keyring.create(path, label="production")
    with pytest.raises(KeyringError, match=r"is not wrapped\. Run: kecs keys wrap"):
        Keyring.load(path, Service())
    Keyring.change(path, lambda before: before, wrapping=Service())
    assert Keyring.load(path, Service()) == made


def test_where_it_cannot_be_wrapped_no_file_is_made(tmp_path):
    class Gone(Service):
        def wrap(self, key: bytes, context: str) -> bytes:
            raise WrappingFailed("The service is gone.")

    with pytest.raises(KeyringError, match=r"cannot be wrapped\. The service is gone"):
        Keyring.create(Path(tmp_path / "keyring.json"), label="production", wrapping=Gone())
    assert list(tmp_path.iterdir()) == []
