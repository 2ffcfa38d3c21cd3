"""Asks clamd whether a document is clean; `KECS_CLAMD` is host:port or the path of its socket, or blank for none."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

TIMEOUT = 30.0  # seconds for each word of the conversation
_AT_ONCE = 64 * 1024
_LONGEST_ANSWER = 4096
_FOUND = re.compile(rb"stream: ([!-~][ -~]*) FOUND")


class Outcome(StrEnum):
    """What came of asking."""

    CLEAN = "clean"
    FOUND = "found"
    NO_ANSWER = "no_answer"  # about this document: too large for it, or words that nobody knows
    AWAY = "away"  # about any document


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome, and the scanner's word for what it found."""

    outcome: Outcome
    found: str = ""


def is_there() -> bool:
    """Whether this installation has a scanner."""
    return bool(settings.KECS_CLAMD)


def scan(data: bytes) -> Verdict:
    """What the scanner says of these bytes. Anything but its two plain answers leaves the document unscanned."""
    try:
        with _connected() as clamd:
            clamd.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), _AT_ONCE):
                piece = data[at : at + _AT_ONCE]
                clamd.sendall(len(piece).to_bytes(4, "big") + piece)
            clamd.sendall(bytes(4))
            return _read(_answer(clamd))
    except (OSError, ValueError):  # ValueError: the setting names no port
        return Verdict(outcome=Outcome.AWAY)


@contextmanager
def _connected() -> Iterator[socket.socket]:
    address = settings.KECS_CLAMD
    if "/" in address:
        with socket.socket(socket.AF_UNIX) as clamd:
            clamd.settimeout(TIMEOUT)
            clamd.connect(address)
            yield clamd
    else:
        host, _colon, port = address.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT) as clamd:
            yield clamd


def _answer(clamd: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        piece = clamd.recv(_LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n")


def _read(answer: bytes) -> Verdict:
    if answer == b"stream: OK":
        return Verdict(outcome=Outcome.CLEAN)
    if (found := _FOUND.fullmatch(answer)) is not None:
        return Verdict(outcome=Outcome.FOUND, found=found[1].decode("ascii")[:64])
    return Verdict(outcome=Outcome.NO_ANSWER)
