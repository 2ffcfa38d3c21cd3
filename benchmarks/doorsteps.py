"""What a stranger does up to each door that doors.py measures: whose name is typed there, and what is sent."""

import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.people import PASSWORD, Person, person
from benchmarks.timing import Told
from benchmarks.visits import CSRF, KEY, found

NOBODY, UNCONFIRMED, CONFIRMED, CLOSED, CONTROL = "nobody", "unconfirmed", "confirmed", "closed", "control"
STATES = (NOBODY, UNCONFIRMED, CONFIRMED, CLOSED, CONTROL)
WITH_ACCOUNT = (UNCONFIRMED, CONFIRMED, CLOSED)
USES = 3  # of each name and address: so many mails go to one in an hour, and so many sign-ins fail freely


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: at which door, for whom, and the how-manieth of its kind."""

    door: str
    state: str
    number: int

    @property
    def username(self) -> str:
        """Of the account that is asked for; nobody's names have as many letters as the others'."""
        return f"{PLACES[self.door]}{self.state[:4]}{self.number // USES:06}"

    @property
    def email(self) -> str:
        """Its address."""
        return f"{self.username}@example.org"

    @property
    def visitor(self) -> Person:
        """Who stands at the door, where the door is a registration or behind one."""
        return person(PLACES_OF_STATES[self.state] * 100_000 + self.number)

    @property
    def own_name(self) -> str:
        """The username of the one who stands at the door."""
        return f"own{PLACES[self.door]}{self.state[:4]}{self.number:06}"


@dataclass(slots=True)
class Browser:
    """Cookies, one kept connection, and a network of its own."""

    connection: http.client.HTTPConnection
    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, late_ms: int = 0
    ) -> tuple[http.client.HTTPResponse, str]:
        """The answer, read to its end."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
            "Accept-Language": "en",
        }
        if late_ms:
            headers["X-Late"] = str(late_ms)
        self.connection.request(method, path, urlencode(fields) if fields else None, headers)
        answer = self.connection.getresponse()
        content = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, content

    def page(self, path: str) -> str:
        """The page there."""
        return self.ask("GET", path)[1]

    def post(self, path: str, fields: dict[str, str], leads_to: str) -> None:
        """A form on the way to the door."""
        answer, _content = self.ask("POST", path, fields)
        if answer.headers.get("Location") != leads_to:
            raise Told(f"POST {path}: {answer.status} {answer.headers.get('Location')}")


# --- The doors: each walks up to its own, and returns what is sent then ---------------------------------------------

Form = tuple[str, dict[str, str]]


def sign_in(name: Callable[[Asked], str]) -> Callable[[Browser, Asked], Form]:
    """With a wrong password."""

    def door(browser: Browser, asked: Asked) -> Form:
        token = found(CSRF, browser.page("/"))
        return "/", {"csrfmiddlewaretoken": token, "login": name(asked), "password": "Wrong-Otter7 lamp"}

    return door


def forgot(what: str) -> Callable[[Browser, Asked], Form]:
    """For an address."""

    def door(browser: Browser, asked: Asked) -> Form:
        path = f"/forgot-{what}"
        return path, {"csrfmiddlewaretoken": found(CSRF, browser.page(path)), "email": asked.email}

    return door


def registration(browser: Browser, asked: Asked) -> Form:
    """Of somebody who is not on file, with the address in question."""
    who = asked.visitor
    search = {
        "csrfmiddlewaretoken": found(CSRF, browser.page("/register/search")),
        "first_name": who.first_name,
        "last_surname": who.last_surname,
        "last4": who.ssn[-4:],
        "birth_date": who.birth_date.strftime("%m/%d/%Y"),
        "robot": "on",
    }
    browser.post("/register/search", search, "/register/match")
    page = browser.page("/register/match")
    key = {"csrfmiddlewaretoken": found(CSRF, page), "registration": found(KEY, page)}
    browser.post("/register/match", {**key, "choice": "create_new"}, "/register/account")
    page = browser.page("/register/account")
    return "/register/account", {
        "csrfmiddlewaretoken": found(CSRF, page),
        "registration": found(KEY, page),
        "first_name": who.first_name,
        "last_surname": who.last_surname,
        "birth_date": search["birth_date"],
        "ssn": who.ssn,
        "username": asked.own_name,
        "email": asked.email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }


def resend(browser: Browser, asked: Asked) -> Form:
    """From an account that typed the address in question."""
    token = found(CSRF, browser.page("/"))
    form = {"csrfmiddlewaretoken": token, "login": asked.own_name, "password": PASSWORD}
    browser.post("/", form, "/home")
    return "/confirm-email/resend", {"csrfmiddlewaretoken": found(CSRF, browser.page("/home"))}


DOORS: dict[str, Callable[[Browser, Asked], Form]] = {
    "sign in by username": sign_in(lambda asked: asked.username),
    "sign in by email": sign_in(lambda asked: asked.email),
    "forgot password": forgot("password"),
    "forgot username": forgot("username"),
    "registration": registration,
    "resend": resend,
}
PLACES = {door: place for place, door in enumerate(DOORS)}
PLACES_OF_STATES = {state: place for place, state in enumerate(STATES)}
