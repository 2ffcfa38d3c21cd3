"""T18: every route is sent every field of every model, in every way of writing a form; what may change is in the tables below."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db import models as types

from tests.attacks.browsers import FORM, Answer, Browser, csrf_of, follow, get, multipart
from tests.attacks.doorkeeping import is_shut
from tests.attacks.outcomes import Outcome, outcome
from tests.attacks.pages import Form, Reader, filled_in
from tests.attacks.portal import Portal
from tests.attacks.roads import account_form, put_on_file, record_of, register, to_account, victims
from tests.attacks.routes import ENDS_THE_SESSION, routes
from tests.attacks.snapshot import Change, Contents, changed, contents, models

EVIL = "Evilvalue"
AT_ONCE = 80  # a request may hold 100 fields
LOOKED_AT_TOGETHER = 8  # routes
ANY = frozenset({"*"})
# What the thief, an educator with a provisional claim, may change by using the pages as they are meant: his own account,
# and traces. Rows that come are looked at as well (NEW), so that none is born with what may not be posted.
ALLOWED: Mapping[str, frozenset[str]] = {
    "django_session": ANY,
    "guard_limitcounter": ANY,
    "guard_robotanswer": ANY,
    "audit_auditevent": frozenset({"+"}),
    "audit_chainhead": ANY,
    "mail_outboxmessage": frozenset({"+"}),
    "accounts_user": frozenset({"+", "email", "language", "last_login", "password"}),
    "accounts_emailconfirmation": ANY,
    "account_emailaddress": frozenset({"+", "email"}),
    "records_statedidentity": frozenset({"+"}),
    "records_waitingidentity": frozenset({"+"}),
    "records_identitykey": frozenset({"+"}),
    "records_holding": frozenset({"+", "provisional_until"}),
    "assurance_claimcode": ANY,
    "assurance_claimnotice": frozenset({"+"}),
    "assurance_letter": frozenset({"+"}),
    "corrections_correction": frozenset({"+"}),
    "corrections_document": frozenset({"+"}),
    "corrections_documentpart": frozenset({"+"}),
    "accounts_accountsession": ANY,
    "accounts_knowndevice": ANY,
    "mail_errand": ANY,
    "mfa_authenticator": ANY,
    "records_case": frozenset({"+"}),
    "records_case_records": frozenset({"+"}),
    "registration_registrationoutcome": frozenset({"+"}),
}
NEW: Mapping[str, Mapping[str, frozenset[Any]]] = {
    "accounts_user": {"is_staff": frozenset({False}), "is_active": frozenset({True})},
    "account_emailaddress": {"verified": frozenset({False})},
    "records_holding": {
        "level": frozenset({0, 1}),
        "frozen_at": frozenset({None}),
        "released_at": frozenset({None}),
    },
    "records_case": {"closed_at": frozenset({None})},
}


def evil_fields(ids: list[str], *, careless: bool) -> dict[str, str]:
    """A value for each field of each model, under its own names, and those that a careless form would take as well."""
    found: dict[str, str] = {"by": "system:thief", "assurance_level": "2", "user": ids[0], "verified": "on"}
    for model in models():
        for field in model._meta.concrete_fields:
            value, of = _value(field, ids), str(model._meta.model_name)
            found |= {field.name: value, field.attname: value}
            if careless:
                names = (
                    f"{of}_{field.name}",
                    f"{of}[{field.name}]",
                    f"{of}.{field.name}",
                    f"{of}__{field.name}",
                )
                found |= dict.fromkeys((*names, f"form-0-{field.name}"), value)
    return found


def _value(field: Any, ids: list[str]) -> str:
    if isinstance(field, types.BooleanField):
        return "on"
    if isinstance(field, types.UUIDField | types.ForeignKey):
        return ids[0]
    if isinstance(field, types.IntegerField):
        return "2"
    if isinstance(field, types.DateTimeField | types.DateField):
        return "2020-01-01"
    return f"{EVIL}@example.org" if isinstance(field, types.EmailField) else EVIL


def chunks(fields: Mapping[str, str], *, but: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Few enough for a request, without the form's own."""
    names = [name for name in fields if name not in but]
    for start in range(0, len(names), AT_ONCE):
        yield {name: fields[name] for name in names[start : start + AT_ONCE]}


def bodies(content: Mapping[str, str], extra: Mapping[str, str]) -> Iterator[tuple[bytes, str]]:
    """The same in each way of writing: as a form, each extra twice, in parts, as JSON, nested."""
    whole = {**extra, **content}
    yield urlencode(whole).encode(), FORM
    twice = [*list(extra.items())[:8], *content.items(), *list(extra.items())[:8]]
    yield urlencode(twice).encode(), FORM
    yield multipart(whole)
    nested = {**whole, "record": dict(extra), "account": dict(extra), "holding": [dict(extra)]}
    yield json.dumps(nested).encode(), "application/json"


class Poster:
    """Sends, and remembers what broke."""

    def __init__(self, portal: Portal, ids: list[str]) -> None:
        self.portal = portal
        self.extras = evil_fields(ids, careless=portal.port is not None)
        self.sent = 0
        self.turn = 0
        self.errors: list[str] = []
        self.known: set[tuple[str, tuple[str, ...]]] = set()

    def post(self, browser: Browser, path: str, body: bytes, kind: str, token: str) -> Answer:
        """One."""
        # In the header, so that a body of any kind passes the check of forgeries.
        answer = browser.send("POST", path, body, {"Content-Type": kind, "X-CSRFToken": token})
        self.sent += 1
        if answer.status >= 500:
            self.errors.append(f"POST {path} as {kind.partition(';')[0]}: {answer.status}")
        return answer

    def new_forms(self, page: Answer) -> list[Form]:
        """The page's forms; one that stands on several pages is attacked on the first."""
        found = []
        for form in Reader(page.text, page.address).forms:
            same = (form.action, tuple(each.name for each in form.fields))
            if form.method == "POST" and same not in self.known:
                self.known.add(same)
                found += [] if form.action.strip("/").startswith(ENDS_THE_SESSION) else [form]
        return found

    def attack_route(self, browser: Browser, path: str, forms: list[Form], token: str) -> None:
        """The route's own forms, filled in, and the bare route; with all fields besides."""
        for action, content in [(form.action, filled_in(form, TYPED)) for form in forms] + [(path, {})]:
            content.pop("csrfmiddlewaretoken", None)
            self.attack_form(browser, action, content, token)

    def attack_form(self, browser: Browser, action: str, content: dict[str, str], token: str) -> None:
        """In every way of writing it; where a door was shut to each way, the other fields come in one way each.

        In this process a form gets every way and every field, and not each field in each way: they take turns.
        """
        shut, self.turn = False, self.turn + 1
        for number, extra in enumerate(chunks(self.extras, but=content)):
            ways = [(action, body, kind) for body, kind in bodies(content, extra)]
            ways.append((f"{action}?{urlencode(extra)}", urlencode(content).encode(), FORM))
            if shut or self.portal.port is None:
                mine = [2 * number + self.turn, 2 * number + self.turn + 1]
                ways = [ways[place % len(ways)] for place in mine[: 1 if shut else 2]]
            answers = [self.post(browser, path, body, kind, token) for path, body, kind in ways]
            # What comes twice is refused everywhere.
            shut = all(each.status == 400 or is_shut(each) for each in answers)
            self.portal.forget_tries()


TYPED = {"email": "thief.too@example.org", "current_password": "wrong", "password": "wrong"}


def judge(before: Contents, after: Contents, where: str) -> list[str]:
    """Changes that the table does not allow, and new rows born with what was posted."""
    wrong = [f"{where}: {change}" for change in changed(before, after) if not _is_allowed(change)]
    for table, rules in NEW.items():
        for key in after[table].keys() - before[table].keys():
            row = after[table][key]
            wrong += [
                f"{where}: new {table}.{column} is {row[column]!r}"
                for column, values in rules.items()
                if row[column] not in values
            ]
    for table, rows in after.items():
        if table in {"audit_auditevent", "django_session"}:
            continue
        for key in rows.keys() - before[table].keys():
            for column, value in rows[key].items():
                if EVIL in str(value):
                    wrong.append(f"{where}: new {table}.{column} holds what was posted")
    return wrong


def _is_allowed(change: Change) -> bool:
    allowed = ALLOWED.get(change.table, frozenset({"+"}))  # a new row of a room to come; judged by EVIL above
    return change.column in allowed or allowed == ANY


def play(portal: Portal) -> list[Outcome]:
    """The thief has an account; somebody else has one too; a third person is about to make one."""
    thief, other, third = victims(3)
    put_on_file([thief, other, third])
    with portal.visit(2) as browser:
        register(browser, other.facts, username="other.person")
    poster = Poster(portal, [str(record_of(other).pk)])
    with portal.visit(1) as browser:
        register(browser, thief.facts, username="the.thief")
        portal.post_mail()
        wrong = everywhere(poster, browser, str(record_of(thief).pk))
    wrong += stranger(portal, poster)
    wrong += registering(portal, poster)
    return [
        outcome("fields.changed", poster.sent, wrong),
        outcome("fields.errors", poster.sent, sorted(set(poster.errors))),
    ]


def everywhere(poster: Poster, browser: Browser, record_id: str) -> list[str]:
    """Every route but those that end the session; what changed is looked at after each, in this process after some."""
    wrong: list[str] = []
    before = contents()
    table = [route for route in routes() if not route.pattern.startswith(ENDS_THE_SESSION)]
    together = 1 if poster.portal.port is not None else LOOKED_AT_TOGETHER
    for start in range(0, len(table), together):
        some = table[start : start + together]
        for route in some:
            path = route.address(record_id)
            poster.attack_route(
                browser, path, poster.new_forms(follow(browser, get(browser, path))), csrf_of(browser)
            )
        after = contents()
        wrong += judge(before, after, " or ".join(route.pattern for route in some))
        before = after
    return wrong


def stranger(portal: Portal, poster: Poster) -> list[str]:
    """The same by nobody who is signed in, on the public pages."""
    wrong, before = [], contents()
    with portal.visit(3) as browser:
        token = csrf_of(browser)
        for route in routes():
            poster.attack_route(browser, route.address(), [], token)
    after = contents()
    wrong += judge(before, after, "stranger")
    return wrong


def registering(portal: Portal, poster: Poster) -> list[str]:
    """An account form that is in order, with all fields besides: what is written is what is written without them."""
    wrong, place = [], 100
    for road in ("claim", "new"):
        for extra in chunks(poster.extras, but=account_form(victims(1)[0].facts, new=True)):
            for way in range(4):
                place += 1
                [person] = victims(1, first=place)
                if road == "claim":
                    put_on_file([person])
                with portal.visit(place) as browser:
                    hidden = to_account(browser, person.facts, road=road)
                    before = contents()
                    content = {**hidden, **account_form(person.facts, new=road == "new")}
                    # Its own hidden field is no extra: without it nothing would be sent at all.
                    besides = {name: value for name, value in extra.items() if name not in content}
                    body, kind = list(bodies(content, besides))[way]
                    poster.post(browser, "/register/account", body, kind, hidden["csrfmiddlewaretoken"])
                wrong += judge(before, contents(), f"registering ({road}, {kind.partition(';')[0]})")
                portal.forget_tries()
    return wrong
