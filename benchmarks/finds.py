"""`python -m benchmarks.finds`: times the desk's searches and pages in one installation; finding.py starts it, with a task as JSON.

In the environment of the installation, in one process and on one connection of Django's, all kinds in an order drawn at
random. Each search is the desk's own action, log and commit included. Afterwards the plan of each statement is asked for.
"""

import json
import random
import sys
import time
from datetime import date
from typing import Any

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - Django first
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.people import PASSWORD  # noqa: E402
from benchmarks.probes import given_priority  # noqa: E402
from kecs.accounts.factors import totp  # noqa: E402
from kecs.accounts.factors.actions import add_authenticator  # noqa: E402
from kecs.accounts.models import User  # noqa: E402
from kecs.accounts.staff.actions import set_roles  # noqa: E402
from kecs.accounts.staff.roles import StaffRole  # noqa: E402
from kecs.console.actions import find_people  # noqa: E402
from kecs.records.actions import Identity, open_case, state_identity  # noqa: E402
from kecs.records.finding.people import Finds  # noqa: E402
from kecs.records.finding.typed import understood  # noqa: E402
from kecs.records.holdings.actions import hold_record  # noqa: E402
from kecs.records.kinds import AssuranceLevel, CaseKind  # noqa: E402
from kecs.records.models import EducatorRecord  # noqa: E402

TODAY = date(2026, 11, 25)
BY = "account:00000000-0000-0000-0000-000000000000"
STATED = 200  # accounts whose holders said who they are; half of them hold a record
WARM_UP = 100
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of an authenticator app
TABLES = ("records_", "accounts_user", "account_emailaddress")


def open_accounts(count: int) -> None:
    """So many accounts, each with its address."""
    users = [User(username=f"user{k}", email=f"user{k}@example.net", password="!") for k in range(count)]
    User.objects.bulk_create(users, batch_size=2_000)
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users],
        batch_size=2_000,
    )
    records = EducatorRecord.objects.order_by("staff_unique_id")[: min(STATED, count) // 2]
    for place, record in enumerate(records):
        account_id = users[place].pk
        hold_record(
            record_id=record.pk, account_id=account_id, level=AssuranceLevel.PROVISIONAL, because=(), by=BY
        )
    for user in users[:STATED]:
        identity = Identity(
            first_name="Nora", last_surname="Nadler", birth_date=date(1990, 7, 21), ssn="900101234"
        )
        state_identity(account_id=user.pk, identity=identity, by=BY)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in (
                "accounts_user",
                "account_emailaddress",
                "records_statednamekey",
                "records_holding",
            ):
                cursor.execute(f"VACUUM ANALYZE {table}")


def is_right(finds: Finds, expected: str) -> bool:
    """Whether whoever must be on the list is, and nobody where nobody is."""
    if expected == "nobody":
        return not finds.people
    if expected == "account":
        return any(person.account_id for person in finds.people)
    return not expected or any(person.staff_unique_id == expected for person in finds.people)


class Watched:
    """Every statement that was executed since, once each by its words."""

    def __init__(self) -> None:
        self.statements: dict[str, Any] = {}
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's hook."""
        if sql.startswith("SELECT") and any(f"FROM {table}" in sql.replace('"', "") for table in TABLES):
            self.statements.setdefault(sql, params)
        self.count += 1
        return execute(sql, params, many, context)


def plans_of(watched: Watched) -> list[str]:
    """As the database would carry them out now, with its own settings."""
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    plans = []
    for sql, params in watched.statements.items():
        with connection.cursor() as cursor:
            cursor.execute(f"{explain} {sql}", params)
            plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return plans


def reads_through(plan: str) -> bool:
    """Whether it goes through a table row by row. A table of a few pages is none: PostgreSQL reads those at once."""
    return (
        "Seq Scan on records_namekey" in plan
        or "Seq Scan on records_educatorrecord" in plan
        or ("SCAN records_" in plan or "SCAN account" in plan or "Seq Scan on account" in plan)
    )


# --- Pages -------------------------------------------------------------------------------------------------------


def at_the_desk() -> Client:
    """A clerk with every role, who has signed in with both steps."""
    clerk = User(username="clerk", email="clerk@example.net")
    clerk.set_password(PASSWORD)
    clerk.save()
    EmailAddress.objects.create(user=clerk, email=clerk.email, verified=True, primary=True)
    set_roles(account_id=clerk.pk, roles=set(StaffRole), by="benchmark")
    now = totp.step_at(timezone.now())
    assert add_authenticator(
        account_id=clerk.pk, secret=SECRET, typed=totp.code_at(SECRET, now - 1), by="benchmark"
    )
    desk = Client(SERVER_NAME="127.0.0.1")
    leads_on(desk, "/", {"login": "clerk", "password": PASSWORD})
    leads_on(desk, "/sign-in/second-step", {"code": totp.code_at(SECRET, now)})
    return desk


def leads_on(desk: Client, address: str, form: dict[str, str]) -> None:
    """Sends a form that must be accepted: one that is refused shows a page too, and that would be timed in its place."""
    answer = desk.post(address, form)
    assert answer.status_code == 302, (address, answer.status_code)


def pages_opened(surnames: list[str], *, cases: int, visits: int) -> dict[str, list[float]]:
    """What the desk's pages take in milliseconds, HTML, log and commit included, with so many cases open."""
    records = list(EducatorRecord.objects.order_by("staff_unique_id")[: cases + visits])
    accounts = list(User.objects.order_by("pk").values_list("pk", flat=True)[:cases])
    for record, account_id in zip(records, accounts, strict=False):
        kind = CaseKind.NEAR_MATCH
        open_case(kind=kind, account_id=account_id, record_ids=[record.pk], because=(), by=BY)
    desk = at_the_desk()
    people = [f"/desk/people/{record.pk}" for record in records[:visits]]
    for address in people:
        leads_on(desk, address, {"why": "phone_call"})
    addresses = {
        "Find a person, a surname": ["/desk/find"] * visits,
        "a person's page": people,
        f"the cases, {len(accounts)} open": ["/desk/cases"] * visits,
        "Security": ["/desk/security"] * visits,
    }
    times: dict[str, list[float]] = {}
    for name, all_of_it in addresses.items():
        for place, address in enumerate(all_of_it):
            if address == "/desk/find":  # leads to the list, which looks up what was typed
                leads_on(desk, address, {"person": surnames[place % len(surnames)]})
            began = time.perf_counter_ns()
            page = desk.get(address)
            times.setdefault(name, []).append((time.perf_counter_ns() - began) / 1e6)
            assert page.status_code == 200, (address, page.status_code)
    return times


def main() -> None:
    """The task on standard input, and times on the output.

    {"accounts": N, "cases": that are open, "visits": of each page, "asked": {kind: [[typed, expected], ...]}}
    """
    task = json.load(sys.stdin)
    open_accounts(task["accounts"])
    priority = given_priority([connection])
    order = [(kind, text, expected) for kind, asked in task["asked"].items() for text, expected in asked]
    random.Random(3).shuffle(order)
    times: dict[str, list[float]] = {kind: [] for kind in task["asked"]}
    wrong: dict[str, int] = {}
    for _kind, text, _expected in order[:WARM_UP]:
        find_people(typed=understood(text, today=TODAY), by=BY)
    for kind, text, expected in order:
        began = time.perf_counter_ns()
        finds = find_people(typed=understood(text, today=TODAY), by=BY)
        times[kind].append((time.perf_counter_ns() - began) / 1e6)
        if not is_right(finds, expected):
            wrong[kind] = wrong.get(kind, 0) + 1
    statements, watched = dict.fromkeys(times, 0), Watched()
    with connection.execute_wrapper(watched):
        for kind, text, _expected in order[: 20 * len(times)]:
            watched.count = 0
            find_people(typed=understood(text, today=TODAY), by=BY)
            statements[kind] = max(statements[kind], watched.count)
    plans = plans_of(watched)
    answer = {
        "times": times,
        "wrong": wrong,
        "statements": statements,
        "plans": len(plans),
        "scans": [plan for plan in plans if reads_through(plan)],
        "priority": priority,
        "pages": pages_opened(
            [text for text, _expected in task["asked"]["rare surname"]],
            cases=task["cases"],
            visits=task["visits"],
        ),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
