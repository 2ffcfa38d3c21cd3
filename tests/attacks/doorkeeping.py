"""T19: every address by everybody, and by somebody with another person's numbers in it; permissions.py says who may."""

from typing import Any
from uuid import UUID

from django.conf import settings

from kecs.accounts.models import User
from kecs.assurance.levels import EvidenceKind
from kecs.assurance.proving.actions import give_evidence
from kecs.records.models import Holding
from tests.attacks.browsers import Answer, Browser, csrf_of, follow, get, post
from tests.attacks.doors import told
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.permissions import PERMISSIONS, Role, may_open, may_send
from tests.attacks.portal import Portal
from tests.attacks.roads import Victim, put_on_file, record_of, register, sign_in, to_match, victims
from tests.attacks.routes import ENDS_THE_SESSION, Route, routes
from tests.attacks.scanners import press
from tests.attacks.snapshot import Change, Contents, changed, contents

TRACES = frozenset(
    {"django_session", "guard_limitcounter", "guard_robotanswer", "audit_auditevent", "audit_chainhead"}
)
MAILS = frozenset({"mail_errand", "mail_outboxmessage"})
MOST_IDS = 40
# Whoever has proved more comes first: see `walkers`.
INTRUDERS = (Role.VERIFIED, Role.CLAIMANT, Role.STRANGER)


def play(portal: Portal) -> list[Outcome]:
    """Everybody to every door; then three of them with what belongs to somebody else."""
    browsers, other = everybody(portal)
    opened: list[str] = []
    tries = 0
    unlisted = [route.pattern for route in routes() if route.pattern not in PERMISSIONS]
    for role, browser in browsers.items():
        for route in routes():
            tries += 2
            opened += at_door(browser, role, route)
        portal.forget_tries()
    others, asked = with_others_numbers(portal, browsers, other)
    for browser in browsers.values():
        browser.close()
    return [
        outcome("doorkeeping.opened", tries, opened),
        outcome("doorkeeping.others", asked, others),
        outcome("doorkeeping.unlisted", len(routes()), unlisted),
    ]


def everybody(portal: Portal) -> tuple[dict[Role, Browser], Victim]:
    """Each with a browser that is where they are; and one more educator, whose things are not theirs."""
    known = victims(len(Role) + 1)
    other = known[-1]
    put_on_file([each for each in known if each.number != list(Role).index(Role.NEWCOMER)])
    with portal.visit(other.number) as browser:
        register(browser, other.facts, username="other.person")
    browsers: dict[Role, Browser] = {}
    for role, victim in zip(Role, known, strict=False):
        browser = browsers[role] = portal.browser(victim.number)
        if role is Role.SEARCHER:
            to_match(browser, victim.facts)
        elif role is not Role.STRANGER:
            register(
                browser, victim.facts, road="new" if role is Role.NEWCOMER else "claim", username=str(role)
            )
    letters = {mail.to: mail for mail in portal.post_mail()}
    frozen, verified = (known[list(Role).index(role)] for role in (Role.FROZEN, Role.VERIFIED))
    with portal.visit(frozen.number) as owner:
        link = next(link for link in letters[frozen.contact_email].links if "not-me" in link)
        press(owner, link)
    confirm = next(
        link
        for link in letters[f"thief{verified.number}@example.org"].links
        if link.startswith("/confirm-email/")
    )
    press(browsers[Role.VERIFIED], confirm)
    holding = Holding.objects.get(account__username=Role.VERIFIED)
    give_evidence(holding_id=holding.pk, kind=EvidenceKind.STAFF_CHECK, by="system:attacks")
    sign_in(browsers[Role.FROZEN], Role.FROZEN)  # what freezes a claim ends its sessions
    return browsers, other


def is_shut(answer: Answer) -> bool:
    """Sent to sign in, or off."""
    if answer.status in {301, 302, 303}:
        return answer.leads_to == settings.LOGIN_URL
    return answer.status in {401, 403, 404, 405, 410}


def at_door(browser: Browser, role: Role, route: Route) -> list[str]:
    """What is wrong at this door for this person: open to whom it is not for, or shut to whom it is for."""
    wrong = []
    page = get(browser, route.address())
    is_open = page.status == 200
    if is_open and role not in may_open(route.pattern):
        wrong.append(f"{role} opened {route.pattern or '/'}")
    if not is_open and role in PERMISSIONS.get(route.pattern, ()):
        wrong.append(f"{role} could not open {route.pattern or '/'}: {page.status} {page.location}")
    if page.status >= 500:
        wrong.append(f"{role} broke {route.pattern}: {page.status}")
    if not route.pattern.startswith(ENDS_THE_SESSION) and role not in may_send(route.pattern):
        sent = post(browser, route.address(), {}, token=csrf_of(browser))
        if not is_shut(sent):
            wrong.append(f"{role} sent a form to {route.pattern}: {sent.status} {sent.location}")
    return wrong


# --- What belongs to somebody else -------------------------------------------------------------------------------


def numbers(other: Victim) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Keys of all rows, by the kind of a route's part that they fit; and of each table one, the other person's if there is one."""
    account = User.objects.get(username="other.person").pk.hex
    hers = {account, record_of(other).pk.hex}
    every, one_each = Keys(), Keys()
    for rows in contents().values():
        if rows:
            every.add(*rows)
            one_each.add(next((key for key, row in rows.items() if hers & whose(row)), next(iter(rows))))
    return every.by_kind(), one_each.by_kind()


def whose(row: dict[str, Any]) -> set[str]:
    """The people in it: its keys, and those of what it belongs to."""
    return {
        str(value).replace("-", "") for name, value in row.items() if name == "id" or name.endswith("_id")
    }


class Keys:
    """Sorted by what they look like."""

    def __init__(self) -> None:
        self.uuids: list[str] = []
        self.ints: list[str] = []

    def add(self, *keys: Any) -> None:
        """Those of other kinds fit no address."""
        for key in keys:
            text = str(key)
            if isinstance(key, UUID) or (len(text) == 32 and text.isalnum()):
                self.uuids.append(str(UUID(text)))
            elif isinstance(key, int):
                self.ints.append(text)

    def by_kind(self) -> dict[str, list[str]]:
        """Each once, for the kinds of parts that there are."""
        uuids, ints = list(dict.fromkeys(self.uuids)), sorted(set(self.ints), key=int)
        texts = [*uuids, *ints[:5]]
        return {"uuid": uuids, "int": ints, "str": texts, "slug": texts, "path": texts}


def walkers(portal: Portal, route: Route) -> list[Role]:
    """All three; in this process only one of those to whom this address is the same by the tables, whoever has proved most.

    That the tables are true of each of them was seen at the doors, where everybody goes everywhere.
    """
    if portal.port is not None:
        return list(INTRUDERS)
    alike: dict[tuple[bool, bool], Role] = {}
    for role in INTRUDERS:
        alike.setdefault((role in may_open(route.pattern), role in may_send(route.pattern)), role)
    return list(alike.values())


def with_others_numbers(
    portal: Portal, browsers: dict[Role, Browser], other: Victim
) -> tuple[list[str], int]:
    """Every address with a part, with every number there is, opened and sent: as if the number were made up."""
    wrong: list[str] = []
    asked = 0
    every, one_each = numbers(other)
    for route in [each for each in routes() if each.parts]:
        kind = route.parts[0][0]
        values = one_each[kind]
        if portal.port is not None:
            values = list(dict.fromkeys([*values, *spread(every[kind])]))
        for role in walkers(portal, route):
            asked += 2 * len(values)
            if role is not Role.STRANGER and get(browsers[role], "/home").status != 200:
                sign_in(browsers[role], role)  # a number before was that of her own session
            before = contents()
            wrong += each_number(browsers[role], role, route, values, other)
            after = contents()
            wrong += [
                f"{role} at {route.pattern} changed {each}"
                for each in changed(before, after)
                if each.table not in TRACES and not is_own(role, before, after, each)
            ]
        portal.forget_tries()
    return wrong, asked


def each_number(browser: Browser, role: Role, route: Route, values: list[str], other: Victim) -> list[str]:
    """What one of them finds at one address with these numbers."""
    wrong: list[str] = []
    made_up = get(browser, route.address())
    expected = told([made_up, follow(browser, made_up)], route.address())
    for value in values:
        address = route.address(*[value] * len(route.parts))
        page = get(browser, address)
        whole = follow(browser, page)
        if other.seen_in(whole.text):
            wrong.append(f"{role} at {route.pattern} with {value}: {other.seen_in(whole.text)}")
        elif page.status == 200 and told([page, whole], address) != expected:
            wrong.append(f"{role} at {route.pattern} with {value}: not as with a made-up number")
        sent = post(browser, address, {}, token=csrf_of(browser))
        if sent.status >= 500:
            wrong.append(f"{role} broke {route.pattern} with {value}: {sent.status}")
    return wrong


def is_own(role: Role, before: Contents, after: Contents, change: Change) -> bool:
    """Whether the row belongs to whoever came; a mail that waits to be written is a trace of asking for it."""
    if change.table in MAILS:
        return change.column == "+"
    account = User.objects.filter(username=role).first()
    for tables in (before, after):
        for key, row in tables[change.table].items():
            if str(key) == change.row and account is not None:
                owner = row.get("account_id", row.get("user_id"))
                return str(owner).replace("-", "") == account.pk.hex
    return False


def spread(values: list[str]) -> list[str]:
    """Not all of a thousand: some from everywhere."""
    step = max(1, len(values) // MOST_IDS)
    return values[::step]
