"""How much work registering is: pages, fields, keystrokes and seconds, by keyboard alone, in the browser.

    .venv/bin/python -m benchmarks.ease http://127.0.0.1:8000     against a fresh demonstration (make run)

Walks each road with nothing but the keyboard and counts every key. The seconds are a keystroke-level model (Card, Moran and
Newell, "The Keystroke-Level Model for User Performance Time with Interactive Systems", CACM 23(7), 1980): K for each key, M
where a person thinks before a field or a command, and R as the browser measured it. No hand leaves the keyboard, so there is no H
and no P. The model knows no reading; that is a column of its own, at the speed of silent reading (Brysbaert, "How many words do
we read per minute?", Journal of Memory and Language 109, 2019).

Beside it stand, by the same model, the official guide's own flow, every field of it typed, and a stock sign-up of django-allauth,
which asks for no facts and finds no record. Writes benchmarks/results/ease.md as printed.
"""

import re
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.chromium import chromium_path, flags

RESULT = Path(__file__).parent / "results" / "ease.md"
K = 0.28  # seconds a key: "average non-secretary typist", 40 words a minute (Card, Moran and Newell 1980, figure 1)
M = 1.35  # mentally preparing
WORDS_A_MINUTE = 238
GOALS = {"claim": 120.0, "create": 180.0}
MOST_TABS = 60  # to what is looked for; more is a trap
PASSWORD = "Brisk-Otter7 lamp"

# Of the demonstration's town; Pat is not on file.
KATHERINE = {
    "Your first name": "Katherine",
    "Your last name": "Smith-Jones",
    "Last 4 of your social": "7752",
    "Date of Birth": "07/21/1990",
}
PAT = {
    "Your first name": "Pat",
    "Your last name": "Morgan",
    "Last 4 of your social": "3344",
    "Date of Birth": "07/22/1988",
}
FOCUSED = """
(() => {
  const at = document.activeElement;
  const named = at.labels?.[0] ?? document.getElementById(at.getAttribute("aria-labelledby")) ?? at;
  return (at.getAttribute("aria-label") ?? named.innerText ?? "").trim().replace(/\\s+/g, " ");
})()
"""


@dataclass
class Road:
    """What it took."""

    name: str
    pages: int = 0
    fields: int = 0
    keys: int = 0
    thoughts: int = 0
    waited: float = 0.0
    words: int = 0
    measured: bool = True
    goal: float | None = None
    trail: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The keystroke-level model."""
        return K * self.keys + M * self.thoughts + self.waited

    @property
    def reading(self) -> float:
        """Every word of every page, once."""
        return self.words * 60 / WORDS_A_MINUTE


class Typist:
    """Somebody with a keyboard and no mouse."""

    def __init__(self, page: Page, road: Road) -> None:
        self.page, self.road = page, road

    def reads(self) -> None:
        """A page is there: it counts, and so do its words."""
        self.road.pages += 1
        self.road.words += len(re.findall(r"\w+", self.page.locator("main").inner_text()))
        self.road.trail.append(self.page.locator("h1").inner_text())

    def opens(self, address: str) -> None:
        """Where it begins."""
        self.page.goto(address)
        self.reads()

    def key(self, name: str) -> None:
        """One."""
        self.page.keyboard.press(name)
        self.road.keys += 1

    def to(self, name: str) -> None:
        """Tab until the browser says that this is where we are. Raises LookupError."""
        for _tab in range(MOST_TABS):
            if self.page.evaluate(FOCUSED) == name:
                return
            self.key("Tab")
        raise LookupError(f"{name!r} cannot be reached by keyboard on {self.page.url}")

    def types(self, name: str, text: str) -> None:
        """Into the field of this name."""
        self.road.thoughts += 1
        self.road.fields += 1
        self.to(name)
        for letter in text:
            self.page.keyboard.insert_text(letter)
            self.road.keys += 2 if letter.isupper() or letter in '!@#$%^&*()_+:?"' else 1  # with Shift

    def ticks_the_robot_box(self) -> None:
        """Space, and on; the work behind it is waited for where the next page needs it."""
        self.road.thoughts += 1
        self.road.fields += 1
        self.to("I'm not a robot")
        self.key("Space")
        begun = time.perf_counter()
        self.page.get_by_text("Check done.").wait_for(timeout=60_000)
        self.road.waited += time.perf_counter() - begun

    def presses(self, name: str) -> None:
        """A button or a link, and waits for the page that it leads to."""
        self.road.thoughts += 1
        self.to(name)
        begun = time.perf_counter()
        with self.page.expect_navigation():
            self.key("Enter")
        self.road.waited += time.perf_counter() - begun
        self.reads()


def searches(typist: Typist, origin: str, facts: dict[str, str]) -> None:
    """From the first page to the match."""
    typist.opens(f"{origin}/")
    typist.presses("Register")
    for name, text in facts.items():
        typist.types(name, text)
    typist.ticks_the_robot_box()
    typist.presses("Search")


def makes_account(typist: Typist, username: str) -> None:
    """The four that both roads ask for."""
    typist.types("Username", username)
    typist.types("Email address", f"{username}@example.org")
    typist.types("Create a password", PASSWORD)
    typist.types("Confirm the password", PASSWORD)


def claim(typist: Typist, origin: str) -> None:
    """A person who is on file."""
    searches(typist, origin, KATHERINE)
    typist.presses("This is Me!")
    makes_account(typist, "katherine.jones")
    typist.presses("Create my account")


def create(typist: Typist, origin: str) -> None:
    """A person who is not."""
    searches(typist, origin, PAT)
    typist.presses("Create New Account")
    makes_account(typist, "pat.morgan")
    typist.types("Social Security Number", "900773344")
    typist.presses("Create my account")


def walked(origin: str) -> list[Road]:
    """Both roads, each by somebody new."""
    roads = [Road("claim", goal=GOALS["claim"]), Road("create", goal=GOALS["create"])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags())
        for road, walk in zip(roads, (claim, create), strict=True):
            page = browser.new_context().new_page()
            walk(Typist(page, road), origin)
            if road.trail[-1] != "Home Page":
                sys.exit(f"{road.name} ended at {road.trail}. Is this a fresh demonstration?")
        browser.close()
    return roads


def modelled(name: str, *, pages: int, texts: list[str], presses: int, boxes: int = 0) -> Road:
    """A flow that we cannot walk: every field is typed, Tab leads straight to the next, and the machine takes no time."""
    typed = sum(len(text) + sum(letter.isupper() or letter == "@" for letter in text) for text in texts)
    steps = len(texts) + boxes + presses
    return Road(
        name,
        pages=pages,
        fields=len(texts) + boxes,
        keys=typed + steps + boxes + presses,  # a Tab to each, Space for a box, Enter for a button
        thoughts=steps,
        measured=False,
    )


def compared() -> list[Road]:
    """The guide's own two roads (docs/guides/registration.md quotes it), and allauth's stock sign-up."""
    account = ["katherine.jones", "katherine.jones@example.org", PASSWORD, PASSWORD]
    new = [
        *PAT.values(),
        "pat.morgan",
        "pat.morgan@example.org",
        PASSWORD,
        PASSWORD,
        "Pat",
        "Morgan",
        "07/22/1988",
        "900773344",
    ]
    return [
        modelled(
            "the guide: existing account", pages=5, texts=[*KATHERINE.values(), *account], boxes=1, presses=4
        ),
        modelled("the guide: Create New Account", pages=5, texts=new, boxes=1, presses=4),
        modelled("stock django-allauth sign-up, no record", pages=3, texts=account, presses=2),
    ]


def table(roads: list[Road]) -> str:
    """For readers."""
    lines = [
        "# Ease, measured",
        "",
        f"By keyboard alone, {datetime.now(UTC):%Y-%m-%d}. K = {K} s a key, M = {M} s before each field and each button, waiting as",
        f"measured on a machine that had other work too; reading every word of every page once at {WORDS_A_MINUTE} a minute.",
        "The last three rows are modelled, not walked: Tab leads straight to the next field, and their servers and robot checks take",
        "no time. `.venv/bin/python -m benchmarks.ease` measures anew.",
        "",
        "| road | pages | fields | keys | waited | hands and thought | reading all | together | goal |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for road in roads:
        reading = f"{road.reading:.0f} s" if road.measured else ""
        waited = f"{road.waited:.1f} s" if road.measured else ""
        whole = f"{road.seconds + road.reading:.0f} s" if road.measured else ""
        goal = f"{road.goal:.0f} s" if road.goal else ""
        lines.append(
            f"| {road.name} | {road.pages} | {road.fields} | {road.keys} | {waited} | {road.seconds:.0f} s | {reading} | {whole} | {goal} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Walk, print, write; 1 when a goal is missed."""
    origin = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
    roads = walked(origin)
    said = table([*roads, *compared()])
    RESULT.write_text(said, encoding="utf-8")
    print(said)
    return 1 if any(road.goal and road.seconds > road.goal for road in roads) else 0


if __name__ == "__main__":
    sys.exit(main())
