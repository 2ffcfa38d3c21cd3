"""What must hold of the database that a fault left behind, and the table that tells it."""

import sys
from collections import Counter
from uuid import UUID

from tests.faults.left import NO_CANARY, Rules, left_behind


def rules_broken(home: set[str], led_elsewhere: list[str]) -> Rules:
    """Each rule with what breaks it (nothing, if all is well); reads the database that was left."""
    import django

    django.setup()
    from django.conf import settings
    from django.db.models import Count

    from kecs.accounts.models import User
    from kecs.audit.models import AuditEvent
    from kecs.audit.queries import chain_state
    from kecs.records.models import Case, Holding, StatedIdentity, WaitingIdentity
    from kecs.registration.models import RegistrationOutcome
    from kecs.registration.settling import settle_waiting

    def holders() -> set[UUID]:
        return set(Holding.objects.filter(released_at=None).values_list("account_id", flat=True))

    waiting = set(WaitingIdentity.objects.values_list("stated__account_id", flat=True))
    waits_and_holds = waiting & holders()
    settle_waiting(by="tests")

    names = Counter(User.objects.values_list("username", flat=True))
    accounts = set(User.objects.values_list("pk", flat=True))
    stated = set(StatedIdentity.objects.values_list("account_id", flat=True))
    outcomes = Counter(RegistrationOutcome.objects.values_list("account_id", flat=True))
    with_record = holders()
    with_case = set(Case.objects.exclude(account=None).values_list("account_id", flat=True))
    events = Counter(
        AuditEvent.objects.filter(code="registration.registered").values_list("subject", flat=True)
    )
    twice_held = (
        Holding.objects.filter(released_at=None).values("record").annotate(n=Count("pk")).filter(n__gt=1)
    )
    broken: list[tuple[str, object]] = [
        ("the same form, sent again, leads home", led_elsewhere),
        ("who got home exists exactly once", sorted(name for name in home if names[name] != 1)),
        ("nobody exists who did not get home", sorted(set(names) - home)),
        ("each account has its stated identity", accounts ^ stated),
        ("each account has its outcome, each outcome its account", accounts ^ set(outcomes)),
        ("no account has two outcomes", [account for account, count in outcomes.items() if count != 1]),
        ("nobody waits who has a record", waits_and_holds),
        ("each account has a record or a case once all are settled", accounts ^ (with_record | with_case)),
        ("no record has two live holdings", list(twice_held)),
        (
            "each account was recorded once",
            accounts ^ {_uuid(subject) for subject in events} or [s for s, n in events.items() if n != 1],
        ),
        ("the audit chain is whole", chain_state().broken_at),
        *left_behind(settings.KECS_VAR_DIR),
    ]
    return [*broken, *database_file()]


def database_file() -> Rules:
    """SQLite's own look at its file. Django must be ready."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        [(verdict,)] = cursor.fetchall()
    return [("the database file is whole", None if verdict == "ok" else verdict)]


def _uuid(subject: str) -> UUID:
    return UUID(subject.removeprefix("account:"))


def told(rules: Rules) -> bool:
    """Each rule on a line, with what breaks it; whether any is broken. No run may leave out a look at what is left."""
    if not any(rule == NO_CANARY for rule, _what in rules):
        raise SystemExit(
            "Nobody looked for facts in the clear: left_behind() belongs to the rules of every fault."
        )
    for rule, what in rules:
        sys.stdout.write(f"{'BROKEN' if what else 'ok':7}{rule}{f': {what}' if what else ''}\n")
    return any(what for _rule, what in rules)
