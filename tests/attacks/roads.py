"""Victims on file, with canaries in every field that no page asks for; and the roads that a thief with her facts may take."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.people import PASSWORD, Person, person
from kecs.matching.names import OtherName
from kecs.records.importing.apply import apply_rows
from kecs.records.importing.prepare import NumberedRow
from kecs.records.importing.rows import ImportRow
from kecs.records.models import EducatorRecord
from tests.attacks.browsers import Answer, Browser, follow, get, post

KEY = re.compile(r'name="registration" value="([^"]+)"')
ACCENTS = str.maketrans("aeiou", "áéíóú")
BATCH = 500
# What is pressed on the match page, on each road.
WANTED = {"claim": ("this_is_me",), "new": ("create_new", "not_me")}


class LostTheWay(Exception):
    """A page answered otherwise than on this road: the attack was not played. Says which."""


@dataclass(frozen=True, kw_only=True)
class Victim:
    """A person on file. The thief knows `facts`; of the rest he knows nothing."""

    facts: Person

    @property
    def number(self) -> int:
        """Hers alone."""
        return self.facts.number

    @property
    def staff_unique_id(self) -> str:
        """Her number at the agency."""
        return f"CANARY-{self.number:08}"

    @property
    def contact_email(self) -> str:
        """On file before the claim."""
        return f"canary.mailbox.{self.number}@canary.example.net"

    @property
    def row(self) -> ImportRow:
        """As on file: the names spelled otherwise than anybody types them."""
        return ImportRow(
            staff_unique_id=self.staff_unique_id,
            first_name=self.facts.first_name.upper().translate(ACCENTS),
            middle_name=self.middle_name,
            last_surname=self.stored_surname,
            other_names=(OtherName(first_name=self.other_first, last_surname=self.other_last),),
            birth_date=self.facts.birth_date,
            ssn=self.facts.ssn,
            email=self.contact_email,
            deceased=False,
        )

    @property
    def stored_surname(self) -> str:
        """What her surname is on file."""
        return self.facts.last_surname.lower().translate(ACCENTS).capitalize()

    @property
    def middle_name(self) -> str:
        """In no form."""
        return f"Zyxmiddle{self.facts.last_surname.lower()}"

    @property
    def other_first(self) -> str:
        """In no form."""
        return f"Zyxother{self.facts.last_surname.lower()}"

    @property
    def other_last(self) -> str:
        """In no form."""
        return f"Zyxformer{self.facts.last_surname.lower()}"

    def canaries(self) -> list[str]:
        """What must be on no page and in no mail of a thief."""
        return [
            self.staff_unique_id,
            self.contact_email,
            self.middle_name,
            self.other_first,
            self.other_last,
            self.stored_surname,
            "canary.example",
        ]

    def seen_in(self, text: str) -> list[str]:
        """The canaries that sing in it."""
        return [canary for canary in self.canaries() if canary in text]


def victims(many: int, *, first: int = 0) -> list[Victim]:
    """Not on file yet."""
    return [Victim(facts=person(first + place)) for place in range(many)]


def put_on_file(people: Iterable[Victim]) -> None:
    """By the import's own writer."""
    rows = [NumberedRow(line=line, row=each.row) for line, each in enumerate(people, start=2)]
    for start in range(0, len(rows), BATCH):
        apply_rows(rows=rows[start : start + BATCH], source="attacks", by="system:attacks")


def record_of(victim: Victim) -> EducatorRecord:
    """Hers."""
    return EducatorRecord.objects.get(staff_unique_id=victim.staff_unique_id)


# --- Roads -------------------------------------------------------------------------------------------------------


def search_form(facts: Person, **instead: str) -> dict[str, str]:
    """The search, filled in."""
    return {
        "first_name": facts.first_name,
        "last_surname": facts.last_surname,
        "last4": facts.ssn[-4:],
        "birth_date": facts.birth_date.strftime("%m/%d/%Y"),
        "robot": "on",
        **instead,
    }


def account_form(facts: Person, *, new: bool, username: str = "", email: str = "") -> dict[str, str]:
    """The account page, filled in."""
    form = {
        "username": username or f"thief{facts.number}",
        "email": email or f"thief{facts.number}@example.org",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    if new:
        form |= {
            "first_name": facts.first_name,
            "last_surname": facts.last_surname,
            "birth_date": facts.birth_date.strftime("%m/%d/%Y"),
            "ssn": facts.ssn,
        }
    return form


def key_of(answer: Answer) -> str:
    """The key in a form of the front door."""
    found = KEY.search(answer.text)
    if found is None:
        raise LostTheWay(f"{answer.address}: {answer.status} {answer.location}: no form of a registration")
    return found[1]


def token_of(browser: Browser) -> str:
    """For forms; a browser that holds the cookie already sends what is in it, and asks for no page."""
    if "csrf" in browser.cookies:
        return browser.cookies["csrf"]
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', get(browser, "/register/search").text)
    if found is None:
        raise LostTheWay("/register/search holds no token")
    return found[1]


def to_match(browser: Browser, facts: Person, **instead: str) -> Answer:
    """The search is made; the page that says what it found."""
    token = token_of(browser)
    answer = post(browser, "/register/search", search_form(facts, **instead), token=token)
    if answer.leads_to != "/register/match":
        raise LostTheWay(f"search: {answer.status} {answer.location}")
    return get(browser, "/register/match")


def to_account(browser: Browser, facts: Person, *, road: str, look: bool = True) -> dict[str, str]:
    """Before the account form: the hidden fields to send with it. Who does not look knows them from the page before."""
    page = to_match(browser, facts)
    while page.address == "/register/match":
        offered = [choice for choice in WANTED[road] if f'value="{choice}"' in page.text]
        if not offered:
            raise LostTheWay(f"{road}: the match page offers none of {WANTED[road]}")
        fields = {"registration": key_of(page), "choice": offered[0]}
        token = _token_in(page)
        answer = post(browser, "/register/match", fields, token=token)
        if answer.leads_to == "/register/account" and not look:
            return {"registration": fields["registration"], "csrfmiddlewaretoken": token}
        page = follow(browser, answer)
    if page.address != "/register/account":
        raise LostTheWay(f"{road}: led to {page.address}")
    return {"registration": key_of(page), "csrfmiddlewaretoken": _token_in(page)}


def _token_in(page: Answer) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    return found[1] if found else ""


def register(
    browser: Browser,
    facts: Person,
    *,
    road: str = "claim",
    username: str = "",
    email: str = "",
    look: bool = True,
) -> Answer:
    """The whole road; what the account form was answered with."""
    hidden = to_account(browser, facts, road=road, look=look)
    form = account_form(facts, new=road != "claim", username=username, email=email)
    token = hidden.pop("csrfmiddlewaretoken")
    answer = post(browser, "/register/account", {**hidden, **form}, token=token)
    if answer.leads_to != "/home":
        raise LostTheWay(f"{road}: the account form led to {answer.status} {answer.location}")
    return answer


def sign_in(browser: Browser, login: str, password: str = PASSWORD) -> Answer:
    """At the Sign In box."""
    return post(browser, "/", {"login": login, "password": password})
