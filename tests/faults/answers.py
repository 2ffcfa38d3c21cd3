"""The answer lost after the commit, the disk full, connections cut, the limiter's counts lost: people go on, and exist once."""

import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import close_old_connections
from django.test import Client

from kecs.accounts.turns import FIELD
from tests.faults.ground import Outcome, in_child
from tests.faults.left import PASSWORD
from tests.faults.visitors import Person, hidden


def _client() -> Client:
    return Client(raise_request_exception=False)


def _put_on_file(people: list[Person]) -> None:
    from tests.factories import people as factory

    for person in people:
        if person.on_file:
            factory.on_file(
                factory.Person(
                    first_name=person.first_name,
                    last_surname=person.last_surname,
                    birth_date=person.born,
                    ssn=person.ssn,
                )
            )


def people(first: int, many: int) -> list[Person]:
    """So many, four of five on file."""
    found = [Person(number) for number in range(first, first + many)]
    _put_on_file(found)
    return found


def form_of(client: Client, person: Person) -> dict[str, str]:
    """Walk to the account page. The form, filled in; without a key where a page on the way was not had."""
    facts = {
        "first_name": person.first_name,
        "last_surname": person.last_surname,
        "birth_date": person.birth_date,
    }
    client.post("/register/search", {**facts, "last4": person.ssn[-4:], "robot": "on"})
    page = client.get("/register/match").content.decode()
    choice = "this_is_me" if person.on_file else "create_new"
    client.post("/register/match", {"registration": hidden(page, "registration"), "choice": choice})
    page = client.get("/register/account").content.decode()
    form = {"registration": hidden(page, "registration"), "username": person.username}
    form |= {"email": f"{person.username}@example.org", "password1": PASSWORD, "password2": PASSWORD}
    return form if person.on_file else {**form, **facts, "ssn": person.ssn}


def whole(outcome: Outcome, usernames: set[str]) -> None:
    """What must hold of those who were told that they have an account, and of everybody."""
    from kecs.accounts.models import User
    from kecs.audit.queries import chain_state
    from kecs.records.models import Holding, StatedIdentity
    from kecs.registration.models import RegistrationOutcome

    names = Counter(User.objects.values_list("username", flat=True))
    accounts = set(User.objects.values_list("pk", flat=True))
    held = Counter(Holding.objects.filter(released_at=None).values_list("record_id", flat=True))
    outcome.counted["lost"] = outcome.counted.get("lost", 0) + len(usernames - set(names))
    outcome.must("who was told of an account has it", hold=usernames <= set(names))
    stated = set(StatedIdentity.objects.values_list("account_id", flat=True))
    outcomes = Counter(RegistrationOutcome.objects.values_list("account_id", flat=True))
    outcome.must("no account is half made", hold=accounts == stated == set(outcomes))
    outcome.must("no record has two live holdings", hold=max(held.values(), default=1) == 1)
    outcome.must("the audit chain is whole", hold=chain_state().broken_at is None)


def lost(times: int, _folder: Path) -> Outcome:
    """The form is worked on, its answer and its cookies never arrive; the same form is sent again, by the same browser."""
    from kecs.accounts.models import User

    outcome, home = Outcome(fault="answer lost after the commit", times=times), set()
    before = User.objects.count()
    for person in people(0, times):
        client = _client()
        form = form_of(client, person)
        kept = {name: cookie.value for name, cookie in client.cookies.items()}
        client.post("/register/account", form)
        client.cookies.clear()
        for name, value in kept.items():
            client.cookies[name] = value
        answer = client.post("/register/account", form)
        if answer.status_code == 302 and answer.headers["Location"] == "/home":
            home.add(person.username)
    made = User.objects.count() - before
    outcome.counted = {"led home by the second try": len(home), "doubled": made - len(home)}
    outcome.must("the same form, sent again, leads home", hold=len(home) == times)
    outcome.must("each account exists once", hold=made == times)
    whole(outcome, home)
    return outcome


def disk_full(times: int, folder: Path) -> Outcome:
    """SQLite's files may grow no more, from a moment of chance on; then they may again. (PostgreSQL's disk is its server's.)"""
    from django.conf import settings
    from django.db import connection, connections

    outcome = Outcome(fault="disk full", times=times)
    if connection.vendor != "sqlite":
        outcome.fault, outcome.times = "disk full (not played: the disk is the server's)", 0
        return outcome
    file = Path(str(connection.settings_dict["NAME"]))
    told, statuses = folder / "told", Counter[str]()
    connections.close_all()
    for number in range(times):
        told.write_text("", encoding="ascii")
        crowd = people(10_000 + number * 10, 4)
        connections.close_all()
        room = file.stat().st_size + random.randrange(0, 400_000)

        def register(crowd: list[Person] = crowd, room: int = room) -> None:
            # The counts for /metrics are files too, which each process makes anew: not theirs is the disk that is full.
            _client().get("/healthz")
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
            said = os.open(told, os.O_WRONLY | os.O_APPEND)
            for person in crowd:
                client = _client()
                form = form_of(client, person)
                if not form["registration"]:
                    os.write(said, b"- 503\n")
                    continue
                answer = client.post("/register/account", form)
                os.write(said, f"{person.username} {answer.status_code}\n".encode())

        _child, status = os.waitpid(in_child(register), 0)
        lines = [line.split() for line in told.read_text(encoding="ascii").splitlines()]
        statuses.update(status for _name, status in lines)
        outcome.must("their process ends by itself", hold=status == 0)
        outcome.must("every visitor is answered", hold=len(lines) == len(crowd))
        whole(outcome, {name for name, status in lines if status == "302"})
    outcome.broken = sorted(set(outcome.broken))
    [after] = people(10_000 + times * 10, 1)
    client = _client()
    answer = client.post("/register/account", form_of(client, after))
    outcome.counted |= {"registered": statuses["302"], "asked to wait": statuses["503"]}
    outcome.must("nothing but 503 where there is no room", hold=not set(statuses) - {"302", "503"})
    outcome.must("with room again, people register", hold=answer.status_code == 302)
    assert settings.DEBUG is False
    return outcome


def connections_cut(times: int, _folder: Path) -> Outcome:
    """PostgreSQL ends every connection of ours while people register, as a server that restarts does."""
    from django.db import connection, connections

    outcome = Outcome(fault="database connections cut under load", times=times)
    if connection.vendor != "postgresql":
        outcome.fault, outcome.times = "database connections cut (PostgreSQL only)", 0
        return outcome
    home: set[str] = set()
    statuses: Counter[int] = Counter()
    crowd, lock, enough = people(30_000, times * 4), threading.Lock(), threading.Event()

    def lane() -> None:
        try:
            while not enough.is_set():
                with lock:
                    if not crowd:
                        return
                    person = crowd.pop()
                _through(person, home, statuses, lock)
        finally:
            connections.close_all()

    lanes = [threading.Thread(target=lane) for _four in range(4)]
    for thread in lanes:
        thread.start()
    cut = 0
    while any(thread.is_alive() for thread in lanes) and cut < times:
        enough.wait(random.uniform(0.05, 0.4))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        cut += 1
    enough.set()
    for thread in lanes:
        thread.join()
    outcome.times = cut
    failed = sum(n for status, n in statuses.items() if status >= 500 and status != 503)
    outcome.counted = {"registered": len(home), "asked to wait": statuses[503], "5xx but 503": failed}
    outcome.must("no answer is 5xx but 503", hold=not failed)
    outcome.must("people register all the same", hold=len(home) > 0)
    whole(outcome, home)
    return outcome


def _through(person: Person, home: set[str], statuses: Counter[int], lock: threading.Lock) -> None:
    """Until she is home: whoever is asked to wait sends the same form again, with the turn that she was given."""
    client, form = _client(), {"registration": ""}
    for _try in range(40):
        close_old_connections()  # a server does at each request, and the test client does not
        try:
            form = form_of(client, person)
        except Exception:  # noqa: BLE001 - the test client itself closes a connection that was cut, and may raise anything
            form = {"registration": ""}
        if form["registration"]:
            break
        client = _client()
    for _try in range(40):
        close_old_connections()
        answer: Any = client.post("/register/account", form)
        with lock:
            statuses[answer.status_code] += 1
        if answer.status_code == 302:
            if answer.headers["Location"] == "/home":
                with lock:
                    home.add(person.username)
            return
        # Where it was the crowd, her turn has come before she gives up.
        form |= {FIELD: turn} if (turn := hidden(answer.content.decode(), FIELD)) else {}
        time.sleep(0.25)


def limiter_lost(times: int, _folder: Path) -> Outcome:
    """All counts lost, again and again; then their table itself: never more guesses than the limit from one loss to the next, and none without it."""
    from django.db import connection

    from kecs.audit.models import AuditEvent
    from kecs.guard.limits import RULES, Limit
    from kecs.guard.models import LimitCounter

    outcome = Outcome(fault="limiter's counts lost", times=times)
    most = RULES[Limit.SEARCH_MISSES_PER_IDENTITY_DAY].most
    table = LimitCounter._meta.db_table
    [victim] = people(50_001, 1)
    evaluated = AuditEvent.objects.filter(code="registration.search_made", keys__limited=False)
    before, worst = evaluated.count(), 0

    def guess(number: int) -> int:
        client, first = _client(), victim.first_name
        facts = {"first_name": first, "last_surname": victim.last_surname, "birth_date": victim.birth_date}
        wrong = f"{(int(victim.ssn[-4:]) + 1 + number) % 10_000:04}"
        return client.post("/register/search", {**facts, "last4": wrong, "robot": "on"}).status_code

    for number in range(times):
        LimitCounter.objects.all().delete()
        for guesses in range(most + 3):
            guess(number * 10 + guesses)
        now = evaluated.count()
        worst, before = max(worst, now - before), now
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
    try:
        without = [guess(5_000 + number) for number in range(3)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')
    outcome.counted = {
        "guesses looked at between two losses, at most": worst,
        "without the table": evaluated.count() - before,
    }
    outcome.must("no more than the limit between two losses", hold=worst == most)
    outcome.must("without the table nothing is looked at", hold=evaluated.count() == before)
    outcome.must("and the page says so", hold=all(status >= 500 for status in without))
    return outcome
