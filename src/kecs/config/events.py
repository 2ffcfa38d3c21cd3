"""What operators do to the whole installation, as the audit log tells it."""

from dataclasses import dataclass
from typing import ClassVar

from kecs.audit.events import Event
from kecs.audit.owasp import Owasp


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAdded(Event):
    """A fresh root key stands in the keyring; it opens and finds, and seals nothing yet."""

    code: ClassVar[str] = "config.key_added"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyInUse(Event):
    """From now on this root key seals and indexes."""

    code: ClassVar[str] = "config.key_in_use"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    key: int
    instead_of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesResealed(Event):
    """Nothing in the database is sealed or indexed with another key than this one. `sealed` were sealed anew by the run that ended."""

    code: ClassVar[str] = "config.values_resealed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_UPDATE

    key: int
    sealed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringWrapped(Event):
    """The keys in the keyring's file were wrapped anew by an HSM or key service, or `wrapped` is false and they lie open in it now."""

    code: ClassVar[str] = "config.keyring_wrapped"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    is_alarm: ClassVar[bool] = True

    wrapped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired(Event):
    """A root key was taken out of the keyring. `at_once` ended sessions and codes that needed it."""

    code: ClassVar[str] = "config.key_retired"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    is_alarm: ClassVar[bool] = True

    key: int
    at_once: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLost(Event):
    """An operator said that there is no copy of this root key, and lets go of the `values` that it sealed and indexed."""

    code: ClassVar[str] = "config.key_lost"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    is_alarm: ClassVar[bool] = True

    key: int
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuesLetGo(Event):
    """So many values of a place that a lost key sealed, or digests that it made, are gone for good, in the transaction of this line."""

    code: ClassVar[str] = "config.values_let_go"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_DELETE

    key: int
    place: str
    values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade(Event):
    """The whole database was written into a sealed file, which was read once more and found whole."""

    code: ClassVar[str] = "config.backup_made"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    tables: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsForgotten(Event):
    """So many files of backups, older than `days`, were taken away; the newest that is whole stays, however old."""

    code: ClassVar[str] = "config.backups_forgotten"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN

    files: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRestored(Event):
    """This database was made of a backup of `made_at`, and is what was backed up, row for row. What came after that is not in it."""

    code: ClassVar[str] = "config.backup_restored"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    is_alarm: ClassVar[bool] = True

    made_at: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataDestroyed(Event):
    """Rows whose time was over are gone for good, in the transaction of this line: of which kind ("mail_rows:12") how many."""

    code: ClassVar[str] = "config.data_destroyed"
    owasp: ClassVar[Owasp | None] = Owasp.SENSITIVE_DELETE

    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachReported(Event):
    """An operator asked who was affected by a breach. `scenario` is "dump", "keyring" or "staff"."""

    code: ClassVar[str] = "config.breach_reported"
    owasp: ClassVar[Owasp | None] = Owasp.AUTHZ_ADMIN
    is_alarm: ClassVar[bool] = True

    scenario: str
    tables: int
