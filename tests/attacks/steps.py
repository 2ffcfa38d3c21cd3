"""T16, T17: sessions planted in a victim's browser, and steps taken out of order.

tests/rooms/registration/test_attack_flow.py goes through every state and page without a server; this plays it by HTTP.
"""

from collections.abc import Callable

from tests.attacks.browsers import Browser, follow, get, post
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.portal import Portal
from tests.attacks.roads import (
    account_form,
    key_of,
    put_on_file,
    register,
    sign_in,
    to_account,
    to_match,
    victims,
)
from tests.attacks.snapshot import changed, contents

TRACES = {"django_session", "guard_limitcounter", "guard_robotanswer"}


def planted(portal: Portal, number: int) -> tuple[Browser, str]:
    """A victim's browser that holds a session which the thief made, and its key."""
    with portal.visit(number) as thief:
        get(thief, "/confirm-email/x")  # whatever gives a stranger a session
        key = thief.cookies["session"]
    return portal.browser(number, cookies={"session": key}), key


def fixed(portal: Portal) -> list[str]:
    """Five scripts: she searches, claims, registers, signs in, chooses a password. What the thief's key opens then."""
    wrong = []
    known = victims(5, first=50)
    put_on_file(known)
    for victim in known[3:]:
        with portal.visit(victim.number) as browser:
            register(browser, victim.facts, username=f"planted{victim.number}")
    scripts: dict[str, Callable[[Browser], object]] = {
        "search": lambda browser: to_match(browser, known[0].facts),
        "claim": lambda browser: to_account(browser, known[1].facts, road="claim"),
        "register": lambda browser: register(browser, known[2].facts),
        "sign in": lambda browser: sign_in(browser, f"planted{known[3].number}"),
        "sign in, go out, come back": lambda browser: (
            sign_in(browser, f"planted{known[4].number}"),
            post(browser, "/sign-out", {}),
            sign_in(browser, f"planted{known[4].number}"),
        ),
    }
    for place, (name, script) in enumerate(scripts.items()):
        hers, key = planted(portal, 800 + place)
        script(hers)
        if hers.cookies.get("session") == key:
            wrong.append(f"{name}: the session kept its key")
        for path in ("/home", "/register/match", "/register/account"):
            thief = portal.browser(900 + place, cookies={"session": key})
            if get(thief, path).status == 200:
                wrong.append(f"{name}: the planted key opens {path}")
            thief.close()
        hers.close()
    return wrong


def skipped(portal: Portal) -> tuple[list[str], int]:
    """The form of each step from each state before it, also with another's key: nothing is written."""
    wrong: list[str] = []
    found, missing = victims(2, first=70)
    put_on_file([found])
    with portal.visit(70) as stranger:
        strangers_key = key_of(to_match(stranger, missing.facts))
    states: dict[str, Callable[[Browser], str]] = {
        "nobody": lambda _browser: "made-up",
        "found": lambda browser: key_of(to_match(browser, found.facts)),
        "not found": lambda browser: key_of(to_match(browser, missing.facts)),
    }
    tries = 0
    for state, reach in states.items():
        for key in ("own", strangers_key, "made-up"):
            for new in (False, True):
                for path in ("/register/account", "/register/match/username", "/register/match"):
                    tries += 1
                    with portal.visit(1_000 + tries) as browser:
                        own = reach(browser)
                        before = contents()
                        form = account_form(found.facts, new=new, username=f"skipper{tries}")
                        sent = {"registration": own if key == "own" else key, "choice": "none", **form}
                        answer = post(browser, path, sent)
                        follow(browser, answer)
                    changes = [each for each in changed(before, contents()) if each.table not in TRACES]
                    if changes or answer.status >= 500:
                        wrong.append(
                            f"{state}, {path}: {answer.status} {[str(each) for each in changes[:3]]}"
                        )
            portal.forget_tries()
    return wrong, tries


def play(portal: Portal) -> list[Outcome]:
    """Both."""
    wrong, tries = skipped(portal)
    return [outcome("steps.fixed", 5, fixed(portal)), outcome("steps.skipped", tries, wrong)]
