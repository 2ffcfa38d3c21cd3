"""A scene takes somebody through a part of the portal and shows each page in each state; `walk` walks every scene in one language.

The pages are kept as they were sent. Whoever judges them (a test of the language, one of plain words, a browser) needs no
second walk.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.template.loader import get_template
from django.test import Client, override_settings
from django.test.signals import template_rendered
from django.utils import translation

from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from tests.factories.mails import write_mails
from tests.house.source import PACKAGE
from tests.inspection import InspectingClient

# An installation as an agency fills it in; the box I'm not a robot believes everybody, but where a scene is about it.
AGENCY: dict[str, Any] = {
    "KECS_ROBOT": "null",
    "KECS_AGENCY_NAME": "Example Agency",
    "KECS_HELP_PHONE": "(502) 555-0142",
    "KECS_HELP_EMAIL": "help@kecs.example.org",
    "KECS_HELP_HOURS": "Monday to Friday, 8 a.m. to 5 p.m.",
    "KECS_HELP_HOURS_ES": "De lunes a viernes, de 8 a. m. a 5 p. m.",
    "KECS_SSN_NOTICE": {
        "mandatory_or_voluntary": "EXAMPLE: giving your number is up to you.",
        "authority": "EXAMPLE: the agency names the law here.",
        "uses": "EXAMPLE: to find your record.",
    },
    "KECS_SSN_NOTICE_ES": {
        "mandatory_or_voluntary": "EJEMPLO: usted decide si da su número.",
        "authority": "EJEMPLO: aquí se nombra la ley.",
        "uses": "EJEMPLO: para encontrar su expediente.",
    },
}
EDUCATOR, STAFF = "educator", "staff"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A page in one state, as it was sent."""

    view: str
    state: str
    language: str
    path: str
    status: int
    html: str

    @property
    def name(self) -> str:
        """Of its files."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.view} {self.state}".lower()).strip("-")

    @property
    def audience(self) -> str:
        """For whom the page is."""
        return STAFF if self.view.startswith("console:") else EDUCATOR


@dataclass(frozen=True, kw_only=True)
class Written:
    """A mail or a letter, as it would be sent."""

    kind: str
    language: str
    subject: str
    text: str


class Visit:
    """Somebody who reads one language. `show` keeps a page; `browser` is one more browser of somebody with that language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.shown: list[Shown] = []
        self.written: list[Written] = []
        self.client = self.browser()

    def browser(self, kind: type[Client] = InspectingClient, **kwargs: Any) -> Any:
        """Switched to the language."""
        client = kind(**kwargs)
        client.cookies["language"] = self.language
        return client

    def show(self, state: str, page: Any, *, view: str = "") -> Any:
        """Keeps the page in this state; `view` where the address has none. Raises AssertionError when it is no page."""
        assert page.headers.get("Content-Type", "").startswith("text/html"), (state, page.status_code)
        assert page.status_code not in {301, 302, 303}, (state, page.headers["Location"])
        self.shown.append(
            Shown(
                view=view or page.resolver_match.view_name,
                state=state,
                language=self.language,
                path=page.request["PATH_INFO"],
                status=page.status_code,
                html=page.content.decode(),
            )
        )
        return page

    def letter(self, kind: str, text: str) -> None:
        """Keeps a letter, which is handed out and not mailed."""
        self.written.append(Written(kind=kind, language=self.language, subject="", text=text))

    def keep_mails(self) -> None:
        """What was queued in the scene, for people who read its language."""
        write_mails()
        for message in OutboxMessage.objects.order_by("queued_at"):
            body = json.loads(unseal_from(message, "body_sealed") or "{}")
            self.written.append(
                Written(
                    kind=message.kind,
                    language=self.language,
                    subject=message.subject,
                    text=body.get("text", ""),
                )
            )


Scene = Callable[[Visit], None]
SCENES: list[Scene] = []


def scene(walk: Scene) -> Scene:
    """Puts the scene on the list."""
    SCENES.append(walk)
    return walk


@dataclass(frozen=True)
class Walked:
    """All that was shown and written in one language, and the templates that made it."""

    shown: list[Shown]
    written: list[Written]
    templates: frozenset[str]


def walk(language: str, scenes: Iterable[Scene] = ()) -> Walked:
    """Every scene, each from an empty database, which is needed."""
    shown: list[Shown] = []
    written: list[Written] = []
    templates: set[str] = set()

    def note(template: Any, **_more: Any) -> None:
        templates.add(str(template.name))

    template_rendered.connect(note)
    try:
        for each in scenes or SCENES:
            visit = Visit(language)
            with override_settings(**AGENCY), everybody_reads(language), transaction.atomic():
                each(visit)
                visit.keep_mails()
                transaction.set_rollback(True)
            shown += visit.shown
            written += visit.written
        written += list(never_sent(language, templates))
    finally:
        template_rendered.disconnect(note)
    return Walked(shown, written, frozenset(templates))


def never_sent(language: str, sent: set[str]) -> Iterator[Written]:
    """The mails that no scene brings about, from their templates, with nothing in the gaps."""
    for path in sorted(PACKAGE.rglob("templates/**/mail/*.txt")):
        name = str(path.relative_to(next(each for each in path.parents if each.name == "templates")))
        if name not in sent:
            with translation.override(language):
                text = get_template(name).render({})
            yield Written(kind=name, language=language, subject="", text=text)


@contextmanager
def everybody_reads(language: str) -> Iterator[None]:
    """The factories' own browsers too are switched to the language, so that the mails to their people are in it."""
    made = InspectingClient.__init__

    def switched(client: InspectingClient, *args: Any, **kwargs: Any) -> None:
        made(client, *args, **kwargs)
        client.cookies["language"] = language

    with patch.object(InspectingClient, "__init__", switched):
        yield


def keep(walked: Walked, folder: Path) -> None:
    """Writes the pages as files, and what is known of them as `index.json`, for programs that look at them."""
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for page in walked.shown:
        (folder / f"{page.name}.html").write_text(page.html, encoding="utf-8")
        facts = asdict(page)
        del facts["html"]
        index.append({**facts, "name": page.name, "audience": page.audience})
    (folder / "index.json").write_text(json.dumps(index, indent=1), encoding="utf-8")
