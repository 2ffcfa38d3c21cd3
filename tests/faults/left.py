"""What no fault may leave behind: a person's facts in the clear, a mail that is missing, a mail that is there twice.

Every fault is looked at through here, and `rules.told` prints no table without it. The canaries need no list of their own: what
the installation has sealed is opened, with what was typed by people who never got so far, and then looked for where it must not be.
"""

import json
import logging
import re
from base64 import b64decode
from binascii import Error as NoBase64
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

PASSWORD = "Brisk-Otter7 lamp"
Rules = list[tuple[str, object]]  # each with what breaks it: empty, 0 or None where it holds
NO_CANARY = "no person's facts or password in the clear: in no table, log or mail"
MAILS_THERE = "each event has its mail"
MAILS_ONCE = "no event has its mail twice, and no mail is without its event"
# What a portal's processes write into the folder of their installation, besides what they were given.
WRITTEN = ("log", "mail", "metrics", "imports")

_SSN = re.compile(r"(?<![0-9A-Za-z])\d{3}[- ]?\d{2}[- ]?\d{4}(?![0-9A-Za-z])")
# A date as it is kept, as Python writes it, as people type it; and without anything between, where it is no part of an id.
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)|date\((\d{4}), (\d\d?), (\d\d?)\)|(?<![\w:-])(\d{4})(\d\d)(\d\d)(?![\w-])"
)
_MONTH_FIRST = re.compile(
    r"(?<!\d)(\d\d?)[-/](\d\d?)[-/](\d{4})(?!\d)|(?<![\w:-])(\d\d)(\d\d)(\d{4})(?![\w-])"
)
# Not in a name, a fraction, an address with its port, a date, a time zone.
_FOUR = re.compile(r"(?<![\w/+-])(?<!\d[.:])\d{4}(?![\w/-])(?!\.\d)")
# Ids, digests, tokens and sealed values: four digits turn up in them by chance.
_LONG = re.compile(r"[0-9A-Za-z+/_-]{16,}={0,2}")
# Numbers of processes, as gunicorn tells them.
_PROCESS = re.compile(r"\[\d+\]|\bpid: ?\d+|Listening at: \S+ \(\d+\)")


@dataclass(slots=True)
class Facts:
    """What must stand nowhere in the clear."""

    ssns: set[str] = field(default_factory=set)
    born: set[str] = field(default_factory=set)
    last4: set[str] = field(default_factory=set)

    def add(self, *, ssn: str, born: date) -> None:
        """Of one person. Where no more is known of a number than its last 4, it is these."""
        if len(ssn) == 9:
            self.ssns.add(ssn)
        self.last4.add(ssn[-4:])
        self.born.add(born.isoformat())

    def found_in(self, text: str, *, by_chance: bool = False) -> set[str]:
        """The kinds of facts that a text holds. In one that is bytes of chance, four digits say nothing."""
        found = set()
        if any(form in text for form in (PASSWORD, quote(PASSWORD), quote_plus(PASSWORD))):
            found.add("password")
        if any(re.sub(r"\D", "", each) in self.ssns for each in _SSN.findall(text)):
            found.add("SSN")
        if not self.born.isdisjoint(_dates_in(text)):
            found.add("birth date")
        if not by_chance:
            this_year = date.today().year  # noqa: DTZ011 - whichever it is here
            by_itself = set(_FOUR.findall(_PROCESS.sub(" ", _LONG.sub(" ", text))))
            if not by_itself.isdisjoint(self.last4 - {str(this_year), str(this_year + 1)}):
                found.add("last 4")
            for run in _LONG.findall(text):
                found |= self._found_behind(run)
        return found

    def _found_behind(self, run: str) -> set[str]:
        try:
            decoded = b64decode(run.rstrip("=") + "=" * (-len(run.rstrip("=")) % 4), altchars=b"-_")
        except NoBase64:
            return set()
        return self.found_in(decoded.decode("latin-1"), by_chance=True)


def _dates_in(text: str) -> Iterator[str]:
    """Each as the calendar writes it."""
    for found in _YEAR_FIRST.findall(text):
        year, month, day = filter(None, found)
        yield f"{year}-{month:0>2}-{day:0>2}"
    for found in _MONTH_FIRST.findall(text):
        month, day, year = filter(None, found)
        yield f"{year}-{month:0>2}-{day:0>2}"


# Of whoever came to register in this process, whether or not she got so far that anything of hers is kept.
TYPED = Facts()


def sealed_facts() -> Facts:
    """Of everybody on file and everybody who stated who she is, with what was typed."""
    from kecs.pii.fields import unseal_from
    from kecs.records.models import EducatorRecord, StatedIdentity

    facts = Facts(set(TYPED.ssns), set(TYPED.born), set(TYPED.last4))
    for model in (EducatorRecord, StatedIdentity):
        for row in model._default_manager.only("ssn_sealed", "birth_date_sealed").iterator():
            ssn, born = unseal_from(row, "ssn_sealed"), unseal_from(row, "birth_date_sealed")
            if ssn and born:
                facts.add(ssn=ssn, born=date.fromisoformat(born))
    return facts


def _said_by(value: Any) -> Iterator[tuple[str, bool]]:
    """What a column's value says, and whether it is bytes of chance. Times, ids and small numbers say nothing."""
    match value:
        case str() if value[:1] in {"{", "["}:
            try:
                yield from _said_by(json.loads(value))
            except ValueError:
                yield value, False
        case str():
            yield value, False
        case bytes() | memoryview():
            text = bytes(value).decode("latin-1")
            yield text, not text.isprintable()
        case dict():
            for each in value.items():
                yield from _said_by(list(each))
        case list() | tuple():
            for each in value:
                yield from _said_by(each)
        case int() if value >= 10**7:
            yield str(value), False
        case date() if not isinstance(value, datetime):
            yield value.isoformat(), False


def in_tables(facts: Facts) -> Counter[str]:
    """Where in the database a fact stands in the clear: kind and table, with how many values."""
    from django.db import connection

    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own table names
            while rows := cursor.fetchmany(1_000):
                for value in (value for row in rows for value in row):
                    for text, by_chance in _said_by(value):
                        kinds = facts.found_in(text, by_chance=by_chance)
                        found.update(f"{kind} in {table}" for kind in kinds)
    return found


def in_files(facts: Facts, folder: Path) -> Counter[str]:
    """The same of what was logged, sent and counted."""
    found: Counter[str] = Counter()
    for file in (file for name in WRITTEN for file in (folder / name).rglob("*") if file.is_file()):
        for line in file.read_bytes().rstrip(b"\0").splitlines():
            text = line.decode("latin-1")
            chance = not line.decode("utf-8", "replace").replace("\t", " ").isprintable()
            for kind in facts.found_in(text, by_chance=chance):
                # Four digits may be anything: what the line looks like tells where they come from, and not which they are.
                looks = f": {re.sub(r'[0-9]', '0', text)[:300]}" if kind == "last 4" else ""
                found[f"{kind} in {file.relative_to(folder)}{looks}"] += 1
    return found


def in_mails(facts: Facts) -> Counter[str]:
    """The same of what waits to be sent, which is sealed until then: who reads a mail may be anybody."""
    from kecs.mail.models import OutboxMessage
    from kecs.pii.fields import unseal_from

    found: Counter[str] = Counter()
    for mail in OutboxMessage.objects.exclude(body_sealed=None).iterator():
        body = json.loads(unseal_from(mail, "body_sealed") or "{}")
        for text in (mail.subject, body.get("text") or "", body.get("html") or ""):
            found.update(f"{kind} in a mail {mail.kind}" for kind in facts.found_in(text))
    return found


def mails_broken() -> Rules:
    """Whether each event has its one mail, counted from the accounts, holds and searches themselves. Writes what was asked for."""
    from kecs.accounts.models import User
    from kecs.audit.models import AuditEvent
    from kecs.mail.actions import write_due
    from kecs.mail.models import OutboxMessage
    from kecs.records.kinds import AssuranceLevel
    from kecs.records.models import Holding

    while write_due(by="system:faults").attempts:
        pass
    due: Counter[tuple[str, str]] = Counter()
    for email in User.objects.values_list("email", flat=True):
        due["accounts.confirm_email", email.lower()] += 1
    holders: dict[str, str] = {}
    for held in Holding.objects.select_related("record", "account"):
        holders[f"record:{held.record_id}"] = held.account.email.lower()
        on_file = held.record.contact_email.lower()
        if on_file and (held.contests or held.level == AssuranceLevel.PROVISIONAL):
            due["assurance.contested" if held.contests else "assurance.claimed", on_file] += 1
    there = Counter(
        (kind, to.lower()) for kind, to in OutboxMessage.objects.values_list("kind", "to").iterator()
    )
    # Limits bound these, so that fewer may have left.
    most = due.copy()
    searched = AuditEvent.objects.filter(code="registration.search_made", keys__outcome="held")
    for subject in searched.values_list("subject", flat=True):
        most["registration.record_searched", holders.get(subject, "")] += 1
    most.update({event: 1 for event in there if event[0].startswith("tests.")})
    return [
        (MAILS_THERE, sorted((due - there).elements())[:5]),
        (MAILS_ONCE, sorted((there - most).elements())[:5]),
    ]


def left_behind(folder: Path) -> Rules:
    """Of the installation in this folder, whatever happened to it. Django must be ready."""
    mails = mails_broken()
    facts = sealed_facts()
    found = in_tables(facts) + in_files(facts, folder) + in_mails(facts)
    return [*mails, (NO_CANARY, dict(found))]


@contextmanager
def logs_kept(folder: Path) -> Iterator[None]:
    """What this process and its children log meanwhile goes into the folder, as production would write it."""
    from kecs.config.logs import JsonLines

    (folder / "log").mkdir(exist_ok=True)
    root, was_off = logging.getLogger(), logging.root.manager.disable
    handlers, level = root.handlers[:], root.level
    handler = logging.FileHandler(folder / "log" / "faults")
    handler.setFormatter(JsonLines())
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.disable(logging.NOTSET)
    try:
        yield
    finally:
        logging.disable(was_off)
        root.handlers[:] = handlers
        root.setLevel(level)
        handler.close()
