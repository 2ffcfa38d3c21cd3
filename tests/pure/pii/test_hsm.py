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
