"""The portal under attack: served by HTTP, or called in this process; its mail, its tables and its clock are in our hands."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from functools import cached_property
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.models import F

from tests.attacks.bars import Sizes
from tests.attacks.browsers import Browser, Called, HttpBrowser, InProcessBrowser

LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One that left."""

    to: str
    subject: str
    text: str

    @property
    def links(self) -> list[str]:
        """Paths of the links in it."""
        found = [urlsplit(link.rstrip(".,)")) for link in LINK.findall(self.text)]
        return [link.path + (f"?{link.query}" if link.query else "") for link in found if len(link.path) > 1]


@dataclass(kw_only=True)
class Portal:
    """With a port it is served; without, called here."""

    sizes: Sizes
    port: int | None = None
    folder: Path | None = None  # of the installation that is served: its logs
    mails: list[Mail] = field(default_factory=list)

    @cached_property
    def called(self) -> Called:
        """Where there is no port: with the settings of this moment, which a test may have changed."""
        return Called()

    def browser(self, number: int = 0, *, cookies: dict[str, str] | None = None) -> Browser:
        """A browser in the network of this number."""
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        if self.port is None:
            return InProcessBrowser(self.called, address, cookies=cookies)
        return HttpBrowser(self.port, address, cookies=cookies)

    @contextmanager
    def visit(self, number: int = 0) -> Iterator[Browser]:
        """A browser that hangs up."""
        browser = self.browser(number)
        try:
            yield browser
        finally:
            browser.close()

    def at_once(self, many: int, act: Callable[[int], None]) -> None:
        """So many at the same moment, each in a thread; raises what one of them raised."""
        door = threading.Barrier(many)

        def come(number: int) -> None:
            door.wait()
            self._act(act, number)

        with ThreadPoolExecutor(many) as pool:
            list(pool.map(come, range(many)))

    def in_turn(self, many: int, act: Callable[[int], None], *, hands: int = 6) -> None:
        """All of them, a few at a time."""
        self.each(range(many), act, hands=hands)

    def each(self, numbers: Iterable[int], act: Callable[[int], None], *, hands: int = 6) -> None:
        """These, a few at a time."""
        if self.port is None:
            for number in numbers:
                act(number)
            return
        with ThreadPoolExecutor(hands) as pool:
            list(pool.map(lambda number: self._act(act, number), numbers))

    @staticmethod
    def _act(act: Callable[[int], None], number: int) -> None:
        try:
            act(number)
        finally:
            connections.close_all()

    # --- What happens behind the scenes --------------------------------------------------------------------------

    def post_mail(self) -> list[Mail]:
        """Everything that waits is settled and sent; the mails that are new."""
        from kecs.registration.settling import settle_waiting

        settle_waiting(by="system:attacks")
        call_command("send_mail", "--once", stdout=StringIO())
        new = []
        for path in sorted(Path(settings.KECS_MAIL_DIR).glob("*.eml")):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            path.unlink()  # thousands would be listed again each time
            plain = mail.get_body(("plain",))  # the HTML says the same
            text = plain.get_content() if plain else ""
            new.append(Mail(to=str(mail["To"]), subject=str(mail["Subject"]), text=text))
        self.mails += new
        return new

    @staticmethod
    def let_a_day_pass() -> None:
        """For everything that was counted."""
        from kecs.guard.models import LimitCounter

        LimitCounter.objects.update(window_start=F("window_start") - timedelta(days=1, seconds=1))

    @staticmethod
    def forget_tries() -> None:
        """All counts, where limits would stop an attack that is not about them."""
        from kecs.guard.models import LimitCounter

        LimitCounter.objects.all().delete()


def is_postgresql() -> bool:
    """Which database this is."""
    return connection.vendor == "postgresql"
