"""What stood on a record before an import changed it, packed and sealed a batch at a time; prepare packs, undoing opens."""

import json
from base64 import b85decode, b85encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from kecs.matching.names import OtherName
from kecs.pii.fields import sealed_bytes, unsealed_bytes
from kecs.records.importing.stored import StoredRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The record as it stood, the names that the import added to it, and whether its keys were made anew."""

    record_id: UUID
    identity_version: int
    identity: bool
    first_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    last_surname: str = field(repr=False)
    generation_code_suffix: str = field(repr=False)
    birth_date_sealed: bytes | None = field(repr=False)
    ssn_sealed: bytes | None = field(repr=False)
    contact_email: str = field(repr=False)
    deceased: bool
    added_names: tuple[OtherName, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What undoing a block needs: the moment that all its rows carry, the ids that it creates, and the sealed images."""

    id: UUID
    at: datetime
    read: int  # rows of the file
    created: bytes  # 16 bytes a record
    before_sealed: bytes | None = field(repr=False)


def kept_of(
    *, at: datetime, read: int, created: Iterable[str], images: Sequence[list[Any]]
) -> tuple[Kept, ...]:
    """One for the block, packed by whichever process prepares it."""
    batch_id = uuid4()
    ids = bytes.fromhex("".join(created).replace("-", ""))
    sealed = sealed_images(images, batch_id=batch_id)
    return (Kept(id=batch_id, at=at, read=read, created=ids, before_sealed=sealed),)


def image_row(record: StoredRecord, *, identity: bool, added_names: Iterable[OtherName]) -> list[Any]:
    """One record's part of a batch's image."""
    return [
        record.id.hex,
        record.identity_version,
        identity,
        record.first_name,
        record.middle_name,
        record.last_surname,
        record.generation_code_suffix,
        _text(record.birth_date_sealed),
        _text(record.ssn_sealed),
        record.contact_email,
        record.deceased,
        [[name.first_name, name.last_surname] for name in added_names],
    ]


def sealed_images(rows: Sequence[list[Any]], *, batch_id: UUID) -> bytes | None:
    """The images of a batch, which open in its row only; None where it changed nothing."""
    if not rows:
        return None
    return sealed_bytes(json.dumps(rows, separators=(",", ":")).encode(), _place(batch_id))


def images_in(sealed: bytes | None, *, batch_id: UUID) -> list[Image]:
    """What sealed_images packed. Raises SealBroken."""
    if sealed is None:
        return []
    return [_image(*row) for row in json.loads(unsealed_bytes(sealed, _place(batch_id)))]


def _place(batch_id: UUID) -> str:
    return f"records_undobatch.before_sealed:{batch_id}"


def _text(sealed: bytes | None) -> str | None:
    return None if sealed is None else b85encode(bytes(sealed)).decode()


def _data(text: str | None) -> bytes | None:
    return None if text is None else b85decode(text)


def _image(record_id: str, version: int, identity: bool, *cells: Any) -> Image:
    first, middle, last, suffix, born, ssn, email, deceased, added = cells
    return Image(
        record_id=UUID(record_id),
        identity_version=version,
        identity=identity,
        first_name=first,
        middle_name=middle,
        last_surname=last,
        generation_code_suffix=suffix,
        birth_date_sealed=_data(born),
        ssn_sealed=_data(ssn),
        contact_email=email,
        deceased=bool(deceased),
        added_names=tuple(OtherName(first_name=one, last_surname=two) for one, two in added),
    )
