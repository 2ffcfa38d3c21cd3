"""What a visitor does, page by page, in any browser that can send a request; load.py and statements.py walk these roads."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from altcha import Challenge, Payload, solve_challenge

from benchmarks.people import PASSWORD, Person

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'name="registration" value="([^"]+)"')
STAMP = re.compile(r'name="robot_stamp" value="([^"]+)"')


class WalkFailed(Exception):
    """A page answered otherwise than on this road. Says which and how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


class Browser(Protocol):
    """Keeps cookies; does not follow redirects, so that each page is measured by itself."""

    def send(self, page: str, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """`page` is the name under which the answer is counted."""


Visit = Callable[[Browser, Person], None]


def get(browser: Browser, path: str, page: str = "") -> str:
    """The page, or WalkFailed."""
    answer = browser.send(page or f"GET {path}", "GET", path)
    if answer.status != 200:
        raise WalkFailed(f"GET {path}: {answer.status} {answer.location}")
    return answer.text


def post(browser: Browser, path: str, fields: dict[str, str], *, leads_to: str, page: str = "") -> None:
    """Send a form that must lead there."""
    answer = browser.send(page or f"POST {path}", "POST", path, fields)
    if answer.status != 302 or answer.location != leads_to:
        messages = re.findall(r'class="usa-error-message"[^>]*>(.*?)</span>\s*<', answer.text, re.DOTALL)
        raise WalkFailed(f"POST {path}: {answer.status} {answer.location} {messages[:3]}")


def found(pattern: re.Pattern[str], text: str) -> str:
    """The value of a hidden field."""
    match = pattern.search(text)
    if match is None:
        raise WalkFailed(f"The page has no {pattern.pattern}")
    return match.group(1)


def work_on(challenge: str) -> str:
    """The answer to a robot challenge, as the browser's script posts it."""
    puzzle = Challenge.from_dict(json.loads(challenge))
    solution = solve_challenge(puzzle)
    if solution is None:
        raise WalkFailed("The robot challenge was not solved.")
    payload: str = Payload(puzzle, solution).to_base64()
    return payload


def search(browser: Browser, person: Person) -> str:
    """From the first page to the match page."""
    get(browser, "/")
    page = get(browser, "/register/search")
    work = work_on(get(browser, "/robot/challenge"))
    fields = {
        "csrfmiddlewaretoken": found(CSRF, page),
        "first_name": person.first_name,
        "last_surname": person.last_surname,
        "last4": person.ssn[-4:],
        "birth_date": person.birth_date.strftime("%m/%d/%Y"),
        "robot": "on",
        "robot_stamp": found(STAMP, page),
        "altcha": work,
    }
    post(browser, "/register/search", fields, leads_to="/register/match")
    return get(browser, "/register/match")


def register(browser: Browser, person: Person, *, choice: str, road: str) -> None:
    """A whole registration; ends on the Home Page."""
    page = search(browser, person)
    fields = {
        "csrfmiddlewaretoken": found(CSRF, page),
        "registration": found(KEY, page),
        "choice": choice,
    }
    post(browser, "/register/match", fields, leads_to="/register/account")
    page = get(browser, "/register/account", f"GET /register/account ({road})")
    fields = {
        "csrfmiddlewaretoken": found(CSRF, page),
        "registration": found(KEY, page),
        "username": person.username,
        "email": person.email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    if road == "new":
        fields |= {
            "first_name": person.first_name,
            "last_surname": person.last_surname,
            "birth_date": person.birth_date.strftime("%m/%d/%Y"),
            "ssn": person.ssn,
        }
    post(browser, "/register/account", fields, leads_to="/home", page=f"POST /register/account ({road})")
    get(browser, "/home")


def sign_up(browser: Browser, person: Person, *, path: str) -> None:
    """A peer's whole registration: form, form sent, landing page."""
    page = get(browser, path)
    fields = {
        "csrfmiddlewaretoken": found(CSRF, page),
        "username": person.username,
        "email": person.email,
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    post(browser, path, fields, leads_to="/welcome")
    get(browser, "/welcome")


VISITS: dict[str, Visit] = {
    "claim": partial(register, choice="this_is_me", road="claim"),
    "new": partial(register, choice="create_new", road="new"),
    "bare": partial(sign_up, path="/sign-up"),
    "allauth": partial(sign_up, path="/accounts/signup/"),
}
REQUESTS = {"claim": 9, "new": 9, "bare": 3, "allauth": 3}
