"""The keyring's wrapping by an HSM (PKCS#11): AES-256-GCM under a key that never leaves the token. `fields.py` chooses it.

The library of the HSM is opened for each call and closed after it: what a process opened, its forked children may not use.
"""

import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kecs.pii.wrapping import WrappingFailed

if TYPE_CHECKING:
    from pkcs11 import Session

SCHEME = "pkcs11:"
NONCE_BYTES = 12
TAG_BITS = 128
_KNOWN = frozenset({"token", "serial", "object", "module-path", "pin-source"})
_alone = threading.Lock()


class TokenKey:
    """An AES key on a token, named by a PKCS#11 URI (RFC 7512) with `module-path`, `token` or `serial`, and `object`.

    The PIN is in the file that `pin-source` names, or is given; never in the URI, which is shown in sentences.
    """

    def __init__(self, uri: str, *, pin: str = "") -> None:
        self._named = _parts_of(uri)
        self._pin_given = pin
        # A token locks itself after some wrong PINs: one that was refused is not tried again.
        self._refused: str | None = None

    @property
    def name(self) -> str:
        """Token and object, as a URI; without the file of the library, which differs from host to host."""
        shown = [
            f"{what}={self._named[what]}" for what in ("token", "serial", "object") if what in self._named
        ]
        return SCHEME + ";".join(shown)

    def wrap(self, key: bytes, context: str) -> bytes:
        """Nonce, ciphertext and tag. Raises WrappingFailed."""
        from pkcs11 import GCMParams, Mechanism  # noqa: PLC0415 - of the extra hsm

        nonce = secrets.token_bytes(NONCE_BYTES)
        with self._session() as session:
            how = GCMParams(nonce, context.encode(), TAG_BITS)
            sealed: bytes = self._key(session).encrypt(key, mechanism=Mechanism.AES_GCM, mechanism_param=how)
            return nonce + sealed

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """What wrap was given for this context. Raises WrappingFailed."""
        from pkcs11 import GCMParams, Mechanism, PKCS11Error  # noqa: PLC0415 - of the extra hsm

        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        with self._session() as session:
            key, how = self._key(session), GCMParams(nonce, context.encode(), TAG_BITS)
            try:
                plain: bytes = key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=how)
            except PKCS11Error as error:  # each HSM has a word of its own for a tag that does not fit
                raise WrappingFailed(
                    f"{self.name} does not unwrap this ({type(error).__name__}): another key wrapped it, or it was changed since."
                ) from None
            return plain

    def make(self) -> None:
        """Have the token make the key, which can be used there and not be taken out. Raises WrappingFailed where there is one."""
        from pkcs11 import Attribute, KeyType, MechanismFlag, NoSuchKey  # noqa: PLC0415 - of the extra hsm

        with self._session(writing=True) as session:
            try:
                self._key(session)
            except NoSuchKey:
                session.generate_key(
                    KeyType.AES,
                    256,
                    label=self._named["object"],
                    store=True,
                    capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                    template={
                        Attribute.SENSITIVE: True,
                        Attribute.EXTRACTABLE: False,
                        Attribute.PRIVATE: True,
                    },
                )
                return
        raise WrappingFailed(f"There is a key {self.name} already; it was left alone.")

    def _key(self, session: "Session") -> Any:  # what a key can do, the library knows when it runs
        from pkcs11 import Attribute, KeyType, ObjectClass  # noqa: PLC0415 - of the extra hsm

        key = session.get_key(
            object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=self._named["object"]
        )
        if key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]:
            raise WrappingFailed(
                f"The key {self.name} can be taken out of the token. Have it make one that cannot: kecs keys token, with another object."
            )
        return key

    @contextmanager
    def _session(self, *, writing: bool = False) -> Iterator["Session"]:
        try:
            import pkcs11  # noqa: PLC0415 - of the extra hsm
        except ImportError:
            raise WrappingFailed(
                "KECS_KEYRING_WRAP names a token, and what speaks to it is not installed. "
                "Run: pip install --require-hashes -r requirements/hsm.txt"
            ) from None
        pin = self._pin()
        with _alone:
            try:
                library = pkcs11.lib(self._named["module-path"])
                try:
                    token = library.get_token(
                        token_label=self._named.get("token"),
                        token_serial=self._named["serial"].encode() if "serial" in self._named else None,
                    )
                    with token.open(rw=writing, user_pin=pin) as session:
                        yield session
                finally:
                    library.finalize()
            except pkcs11.PKCS11Error as error:
                if isinstance(error, pkcs11.PinIncorrect | pkcs11.PinLocked):
                    self._refused = pin
                raise WrappingFailed(self._told(type(error).__name__)) from None

    def _pin(self) -> str:
        pin = self._pin_given
        if "pin-source" in self._named:
            file = Path(self._named["pin-source"].removeprefix("file:"))
            try:
                if stat.S_IMODE(file.stat().st_mode) & 0o077:
                    raise WrappingFailed(f"The file of the PIN can be read by others. Run: chmod 600 {file}")
                pin = file.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise WrappingFailed(f"The PIN in {file} cannot be read: {type(error).__name__}.") from None
        if not pin:
            raise WrappingFailed(
                "The PIN of the HSM is missing. Set KECS_KEYRING_PIN, or pin-source in KECS_KEYRING_WRAP."
            )
        if pin == self._refused:
            raise WrappingFailed(self._told("PinIncorrect"))
        return pin

    def _told(self, error: str) -> str:
        """What to do; the library's own word where there is no sentence."""
        sentences = {
            "NoSuchToken": f"The HSM has no token for {self.name}, or is not connected.",
            "TokenNotPresent": f"The HSM has no token for {self.name}, or is not connected.",
            "MultipleTokensReturned": f"The HSM has several tokens for {self.name}. Name one by serial in KECS_KEYRING_WRAP.",
            "NoSuchKey": f"There is no key {self.name}. On a new token, have it make one: kecs keys token",
            "MultipleObjectsReturned": f"The token has several keys {self.name}. Give each another name (object).",
            "PinIncorrect": "The HSM refused the PIN. It is not tried again before a restart, for tokens lock themselves after some wrong ones.",
            "PinLocked": "The HSM has locked this PIN after wrong ones. Its security officer unlocks it.",
            # Of the loader: no such file, or no such library in it.
            "PKCS11Error": f"The library of the HSM cannot be loaded: {self._named['module-path']}. See module-path in KECS_KEYRING_WRAP.",
        }
        return sentences.get(error, f"The HSM refused to work with {self.name}: {error}.")


def _parts_of(uri: str) -> dict[str, str]:
    """The attributes of a PKCS#11 URI. Raises WrappingFailed."""
    path, _mark, query = uri.removeprefix(SCHEME).partition("?")
    pairs = [part.partition("=") for part in (*path.split(";"), *query.split("&")) if part]
    named = {what: unquote(value) for what, _equals, value in pairs}
    if "pin-value" in named:
        raise WrappingFailed(
            "KECS_KEYRING_WRAP must not hold the PIN. Set KECS_KEYRING_PIN, or pin-source to a file."
        )
    unknown = sorted(set(named) - _KNOWN)
    if unknown or not ({"object", "module-path"} <= set(named) and {"token", "serial"} & set(named)):
        raise WrappingFailed(
            "KECS_KEYRING_WRAP must be like pkcs11:token=NAME;object=NAME?module-path=/path/to/library.so&pin-source=file:/path"
            + (f"; it does not know {', '.join(unknown)}." if unknown else ".")
        )
    return named
