"""Development's transport: a file a mail, which any mail program and the standard library can read."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from kecs.mail.actions import Sent, queue, send_due
from kecs.mail.messages import Message

MakeMessage = Callable[..., Message]
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Mail is written into a folder that is not there yet."""
    settings.KECS_MAIL_TRANSPORT = "kecs.mail.transports.EmlFileTransport"
    settings.KECS_MAIL_DIR = tmp_path / "var" / "mail"
    return tmp_path / "var" / "mail"


def read(file: Path) -> Any:
    return message_from_bytes(file.read_bytes(), policy=default)


def test_a_file_a_mail_named_by_time_and_recipient(folder: Path, a_message: MakeMessage) -> None:
    for name in ("pat", "kim"):
        queue(
            message=a_message(
                f"{name}@example.org", text=f"Hola, {name}. Abre: https://kecs.example.org/c/{name}\n"
            ),
            by="anonymous",
        )
    assert send_due(by="system:test") == Sent(sent=2)
    files = sorted(folder.iterdir())
    assert [file.name.split("-")[2] for file in files] == ["pat@example.org.eml", "kim@example.org.eml"]
    pat, kim = (read(file) for file in files)
    assert (pat["To"], kim["To"]) == ("pat@example.org", "kim@example.org")
    assert pat.get_content() == "Hola, pat. Abre: https://kecs.example.org/c/pat\n"
    assert not pat.defects


def test_a_long_link_stays_in_one_piece(folder: Path, a_message: MakeMessage) -> None:
    link = "https://kecs.example.org/confirm/" + "a1B2" * 40
    queue(
        message=a_message(text=f"Open this link:\n\n{link}\n", html=f'<a href="{link}">Confirm</a>'),
        by="anonymous",
    )
    send_due(by="system:test")
    [file] = folder.iterdir()
    text, html = read(file).iter_parts()
    assert link in text.get_content()
    assert link in html.get_content()


@pytest.mark.parametrize(
    "to", ["/etc/passwd@example.org", "a/b@example.org", "a|b$c@example.org", "x" * 90 + "@example.org"]
)
def test_no_address_leaves_the_folder(folder: Path, a_message: MakeMessage, to: str) -> None:
    queue(message=a_message(to), by="anonymous")
    assert send_due(by="system:test") == Sent(sent=1)
    [file] = folder.iterdir()
    assert (file.suffix, read(file)["To"]) == (".eml", to)
    assert list(folder.parent.parent.rglob("*.eml")) == [file]
