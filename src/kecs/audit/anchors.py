"""Anchors: where the log ended at some time, in a file beside the database. Who cuts the end of the log and puts an older head
back has changed no row; but the file says how far the log had come, and each line is chained and keyed as the rows are.
"""

import fcntl
import hmac
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from kecs.audit.chain import Anchor, End
from kecs.pii.fields import standing_key

ANCHOR = "audit-anchor"  # the purpose of the key of its lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What the file holds. `broken_at` is the first line that is not as it was written; what follows it is not believed."""

    believed: tuple[Anchor, ...]
    broken_at: int | None

    @property
    def newest(self) -> Anchor | None:
        """The last one that is believed."""
        return self.believed[-1] if self.believed else None


def anchors_file() -> Path:
    """In the folder of the installation; best on another machine than the database, and copied away as logs are."""
    return Path(settings.KECS_VAR_DIR) / "audit-anchors.jsonl"


def _mac(before: str, end: End, at: str) -> str:
    text = json.dumps([before, end.sequence, end.digest.hex(), at])
    return hmac.digest(standing_key(ANCHOR), text.encode(), sha256).hex()


def read_anchors(path: Path) -> Anchors:
    """Every anchor of the file; none where there is no file. A last line that was never finished does not count."""
    try:
        text = path.read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        text = ""
    believed: list[Anchor] = []
    before = ""
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        read = _anchor_of(line, before)
        if read is None:
            return Anchors(believed=tuple(believed), broken_at=number)
        anchor, before = read
        believed.append(anchor)
    return Anchors(believed=tuple(believed), broken_at=None)


def _anchor_of(line: str, before: str) -> tuple[Anchor, str] | None:
    try:
        stored = json.loads(line)
        end = End(int(stored["sequence"]), bytes.fromhex(stored["digest"]))
        at, mac = str(stored["at"]), str(stored["mac"])
        anchor = Anchor(end, datetime.fromisoformat(at))
    except (ValueError, KeyError, TypeError):
        return None
    return (anchor, mac) if hmac.compare_digest(_mac(before, end, at), mac) else None


def append_anchor(path: Path, end: End) -> bool:
    """Write down where the log ends now; False when the file says so already, or says more, or is broken. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed: two workers make one line after the other
        there = read_anchors(path)
        if there.broken_at or (there.newest and there.newest.end.sequence >= end.sequence):
            return False
        whole = path.read_bytes().rpartition(b"\n")
        os.ftruncate(file, len(whole[0]) + len(whole[1]))  # half a line, where a writer was killed
        before = json.loads(whole[0].rpartition(b"\n")[2])["mac"] if whole[1] else ""
        at = datetime.now(UTC).isoformat()
        line = {"sequence": end.sequence, "digest": end.digest.hex(), "at": at, "mac": _mac(before, end, at)}
        os.write(file, json.dumps(line).encode() + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
    return True
