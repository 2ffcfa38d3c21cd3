"""Walking the front door with a client, in the words of the guide."""

import re
from typing import Any

from django.test import Client

from kecs.registration.settling import settle_waiting
from kecs.registration.state import SESSION_KEY
from tests.factories.mails import write_mails
from tests.factories.people import Person


def registration_key(response: Any) -> str:
    """The key that the page's form carries."""
    found = re.search(r'name="registration" value="([^"]+)"', response.content.decode())
    assert found, "the page has no form of a registration"
    return found.group(1)


def heading(response: Any) -> str:
    """The page's h1."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
    assert found
    return found.group(1).strip()


def errors(response: Any) -> list[str]:
    """The messages of the error summary."""
    summary = re.search(r"data-error-summary.*?</div>", response.content.decode(), re.DOTALL)
    return re.findall(r"<li>(?:<a [^>]*>)?(.*?)(?:</a>)?</li>", summary.group(0)) if summary else []


def search(client: Client, person: Person, **instead: str) -> Any:
    """Type the facts, press Search, see the page it leads to."""
    return client.post("/register/search", person.search(**instead), follow=True)


def press(client: Client, page: Any, choice: str) -> Any:
    """Press a button of the match page."""
    return client.post(
        "/register/match", {"registration": registration_key(page), "choice": choice}, follow=True
    )


def this_is_me(client: Client, person: Person, **instead: str) -> Any:
    """Search and press This is Me!; the account page."""
    return press(client, search(client, person, **instead), "this_is_me")


def create_new(client: Client, person: Person, **instead: str) -> Any:
    """Search and press Create New Account; the account page."""
    return press(client, search(client, person, **instead), "create_new")


def send_account(client: Client, page: Any, form: dict[str, str]) -> Any:
    """Send the account form of this page."""
    return client.post("/register/account", {"registration": registration_key(page), **form}, follow=True)


def _goes_on(client: Client, address: str, form: dict[str, str]) -> None:
    """Send a form that is right, without a look at the page that it leads to."""
    answer = client.post(address, form)
    assert answer.status_code == 302, f"{address} did not lead on: {errors(answer)}"


def registers(client: Client, person: Person, choice: str, form: dict[str, str]) -> None:
    """The whole road to the Home Page, its three forms only: making the pages between them takes longer than the rest."""
    _goes_on(client, "/register/search", person.search())
    key = client.session[SESSION_KEY]["key"]
    _goes_on(client, "/register/match", {"registration": key, "choice": choice})
    _goes_on(client, "/register/account", {"registration": key, **form})


def claim(client: Client, person: Person, **instead: str) -> None:
    """The whole road of a person who is on file, and her mails written."""
    registers(client, person, "this_is_me", person.account(**instead))
    write_mails()


def register_new(client: Client, person: Person, **instead: str) -> None:
    """The whole road of a person who is not on file, settled behind the scenes, and her mails written."""
    registers(client, person, "create_new", person.new_account(**instead))
    settle_waiting(by="tests")
    write_mails()


def claim_and_look(client: Client, person: Person, **instead: str) -> Any:
    """The same road as `claim` with every page on it; the Home Page."""
    page = send_account(client, this_is_me(client, person), person.account(**instead))
    write_mails()
    return page


def register_and_look(client: Client, person: Person, **instead: str) -> Any:
    """The same road as `register_new` with every page on it; the Home Page as first seen."""
    page = send_account(client, create_new(client, person), person.new_account(**instead))
    settle_waiting(by="tests")
    write_mails()
    return page
