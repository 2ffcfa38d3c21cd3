"""Who registers while something breaks: her facts, her browser, her way to the account form."""

import http.client
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

from tests.faults.left import PASSWORD, TYPED

HOST = "127.0.0.1"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
PATIENCE = 30.0
MOST_PEOPLE = 17_000  # with a name of her own each
BEHIND_ONE_ADDRESS = 500  # a district on its training day


class NoAnswer(Exception):
    """The server was killed before it answered."""


@dataclass
class Browser:
    """Cookies, and the forms of the pages it gets."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    retry_after: float = 0.0  # what the last answer said
    address: str = ""  # as a proxy of ours would report it, where the portal trusts one
    answered: Counter[int] = field(
        default_factory=Counter
    )  # how often with which status; several may share one
    said_once: dict[str, str] = field(default_factory=dict)  # headers of the next request

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, page. Raises NoAnswer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        headers, self.said_once = headers | self.said_once, {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            raise NoAnswer from None
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.answered[answer.status] += 1
        self.retry_after = float(answer.headers.get("Retry-After") or 0)
        return answer.status, answer.headers.get("Location", ""), page


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    return found.group(1) if found else ""


@dataclass
class Person:
    """Somebody who registers; `on_file` says by which road. Most people are: so many misses more would be a spray, and strict mode its answer."""

    number: int

    def __post_init__(self) -> None:
        TYPED.add(ssn=self.ssn, born=self.born)

    @property
    def on_file(self) -> bool:
        return self.number % 5 != 0

    @property
    def first_name(self) -> str:
        # Her own, too: misses of people with one first name and one birth date are counted together.
        return "Ruth" + "".join(LETTERS[self.number // power % 26] for power in (676, 26, 1))

    @property
    def last_surname(self) -> str:
        return "Kill" + self.first_name.removeprefix("Ruth")

    @property
    def born(self) -> date:
        # Her own, for who has the birth date and the last 4 of somebody else on file is no easy case.
        return date(1950, 1, 1) + timedelta(days=self.number % 15_000)

    @property
    def birth_date(self) -> str:
        """As she types it."""
        return f"{self.born:%m/%d/%Y}"

    @property
    def ssn(self) -> str:
        return f"9{self.number % 90 + 10:02}{self.number % 89 + 10:02}{self.number % 9000 + 1000:04}"

    @property
    def username(self) -> str:
        return f"person{self.number}"

    def row(self) -> str:
        """Her line of the file of records."""
        return f"K{self.number:06},{self.first_name},{self.last_surname},{self.born},{self.ssn},file{self.number}@example.org"

    def form_filled_in(self, browser: Browser) -> dict[str, str]:
        """Walk to the account page; the form, ready to be sent. Raises NoAnswer."""
        page = browser.ask("GET", "/register/search")[2]
        asked = {"first_name": self.first_name, "last_surname": self.last_surname, "last4": self.ssn[-4:]}
        form = {**asked, "birth_date": self.birth_date, "robot": "on"}
        browser.ask(
            "POST", "/register/search", {**form, "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
        )
        page = browser.ask("GET", "/register/match")[2]
        choice = "this_is_me" if self.on_file else "create_new"
        tokens = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        browser.ask("POST", "/register/match", {**tokens, "choice": choice})
        page = browser.ask("GET", "/register/account")[2]
        form = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "registration")}
        form |= {"username": self.username, "email": f"{self.username}@example.org"}
        form |= {"password1": PASSWORD, "password2": PASSWORD}
        if not self.on_file:
            form |= {
                "first_name": self.first_name,
                "last_surname": self.last_surname,
                "birth_date": self.birth_date,
                "ssn": self.ssn,
            }
        if not form["registration"]:
            raise NoAnswer  # a step before was not answered
        return form
