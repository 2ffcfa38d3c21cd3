"""Limits count exactly, whoever comes at once, and keep nobody's name."""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from kecs.audit.queries import timeline
from kecs.guard.actions import (
    Count,
    clear,
    count,
    count_if_ready,
    count_together,
    give_back,
    give_back_together,
    purge,
    stop,
)
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import LimitCounter
from kecs.guard.queries import subject_digest, used, wait_left

DAILY, TOTAL = Limit.SEARCH_MISSES_PER_IDENTITY_DAY, Limit.SEARCH_MISSES_PER_IDENTITY_TOTAL
BY = "anonymous"
WHO = "lee|1980-01-02"


def counts(limit: Limit, times: int, subject: str = WHO) -> list[Count]:
    return [count(limit=limit, subject=subject, by=BY) for _ in range(times)]


@pytest.mark.django_db
def test_as_many_pass_as_the_table_says() -> None:
    results = counts(DAILY, 7)
    assert [result.allowed for result in results] == [True] * 5 + [False] * 2
    assert [result.used for result in results] == [1, 2, 3, 4, 5, 6, 7]
    assert [result.remaining for result in results] == [4, 3, 2, 1, 0, 0, 0]


@pytest.mark.django_db
def test_a_window_begins_with_the_first_try_and_ends_on_time() -> None:
    start = timezone.now()
    first = count(limit=DAILY, subject=WHO, by=BY, at=start)
    assert first.resets_at == start + timedelta(days=1)
    for _ in range(5):
        late = count(limit=DAILY, subject=WHO, by=BY, at=start + timedelta(hours=23, minutes=59))
    assert (late.used, late.allowed, late.resets_at) == (6, False, first.resets_at)
    assert used(DAILY, WHO, at=start + timedelta(hours=23, minutes=59)) == 6
    assert used(DAILY, WHO, at=start + timedelta(days=1)) == 0
    again = count(limit=DAILY, subject=WHO, by=BY, at=start + timedelta(days=1))
    assert (again.used, again.allowed) == (1, True)


@pytest.mark.django_db
def test_a_limit_without_a_window_holds_until_it_is_cleared() -> None:
    start = timezone.now()
    for day in range(21):
        last = count(limit=TOTAL, subject=WHO, by=BY, at=start + timedelta(days=day))
    assert (last.used, last.allowed, last.resets_at) == (21, False, None)
    assert not count(limit=TOTAL, subject=WHO, by=BY, at=start + timedelta(days=3650)).allowed
    clear(limit=TOTAL, subject=WHO, by="account:staff")
    assert used(TOTAL, WHO) == 0
    assert count(limit=TOTAL, subject=WHO, by=BY).used == 1


@pytest.mark.django_db
def test_subjects_and_limits_do_not_mix() -> None:
    counts(DAILY, 6)
    assert count(limit=DAILY, subject="lee|1980-01-03", by=BY).used == 1
    assert count(limit=TOTAL, subject=WHO, by=BY).used == 1
    assert subject_digest(DAILY, WHO) != subject_digest(TOTAL, WHO)


@pytest.mark.django_db
def test_a_hit_gives_its_count_back_and_no_more_than_that() -> None:
    counts(DAILY, 2)
    give_back(limit=DAILY, subject=WHO, by=BY)
    assert used(DAILY, WHO) == 1
    for _ in range(3):
        give_back(limit=DAILY, subject=WHO, by=BY)
    assert used(DAILY, WHO) == 0
    give_back(limit=DAILY, subject="never counted", by=BY)
    assert LimitCounter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_count_back() -> None:
    with transaction.atomic():
        count(limit=DAILY, subject=WHO, by=BY)
        transaction.set_rollback(True)
    assert used(DAILY, WHO) == 0


@pytest.mark.django_db
def test_many_behind_one_address_are_asked_more_before_they_are_refused() -> None:
    results = counts(Limit.REGISTRATIONS_PER_NETWORK, 62, "192.0.2.1")
    assert [result.escalated for result in results] == [False] * 60 + [True] * 2
    assert results[-1].allowed


@pytest.mark.django_db
def test_the_audit_log_tells_once_that_a_limit_was_reached_and_who_cleared_it() -> None:
    counts(DAILY, 9)
    clear(limit=DAILY, subject=WHO, by="account:staff")
    events = timeline(f"limit:{subject_digest(DAILY, WHO).hex()}")
    assert [(event.code, event.by) for event in events] == [
        ("guard.limit_reached", BY),
        ("guard.limit_cleared", "account:staff"),
    ]


@pytest.mark.django_db
def test_refusals_that_are_given_back_are_told_once_too() -> None:
    counts(DAILY, 5)
    for _refused in range(4):
        count(limit=DAILY, subject=WHO, by=BY)
        give_back(limit=DAILY, subject=WHO, by=BY)
    assert len(timeline(f"limit:{subject_digest(DAILY, WHO).hex()}")) == 1
    assert not count(limit=DAILY, subject=WHO, by=BY).allowed


@pytest.mark.django_db
def test_a_new_current_key_sets_no_count_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from kecs.guard import queries
    from kecs.pii.fields import the_keyring

    counts(DAILY, 5)
    old = the_keyring()
    rotated = replace(old, current=2, roots={**old.roots, 2: bytes(range(32))})
    monkeypatch.setattr(queries, "the_keyring", lambda: rotated)
    assert not count(limit=DAILY, subject=WHO, by=BY).allowed


DELAYED = Limit.SIGN_IN_FAILURES_FROM_UNKNOWN_DEVICES


@pytest.mark.django_db
def test_what_comes_too_early_is_refused_and_not_counted() -> None:
    now = timezone.now()
    tried = [count_if_ready(limit=DELAYED, subject=WHO, by=BY, at=now) for _ in range(20)]
    assert tried == [True] * 5 + [False] * 15
    assert used(DELAYED, WHO) == 5
    assert wait_left(DELAYED, WHO, at=now) == timedelta(seconds=2)
    assert not count_if_ready(limit=DELAYED, subject=WHO, by=BY, at=now + timedelta(seconds=1.9))
    now += timedelta(seconds=2)
    assert count_if_ready(limit=DELAYED, subject=WHO, by=BY, at=now)
    assert wait_left(DELAYED, WHO, at=now) == timedelta(seconds=4)


@pytest.mark.django_db
def test_after_the_last_no_wait_helps_and_the_log_is_told_once() -> None:
    now = timezone.now()
    for day in range(60):
        count_if_ready(limit=DELAYED, subject=WHO, by=BY, at=now + timedelta(days=day))
    assert used(DELAYED, WHO) == 50
    assert wait_left(DELAYED, WHO) is None
    assert len(timeline(f"limit:{subject_digest(DELAYED, WHO).hex()}")) == 1
    stop(limit=DELAYED, subject="another", by=BY)
    assert wait_left(DELAYED, "another") is None


@pytest.mark.django_db
def test_the_table_holds_no_subject_in_clear() -> None:
    counts(DAILY, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM guard_limitcounter")
        columns = [
            bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
            for value in cursor.fetchone()
        ]
    assert not any(b"lee" in column or b"1980" in column for column in columns)


@pytest.mark.django_db
def test_what_is_over_is_purged_and_what_counts_is_kept() -> None:
    old = timezone.now() - timedelta(days=2)
    count(limit=DAILY, subject="old", by=BY, at=old)
    count(limit=TOTAL, subject="old", by=BY, at=old)
    count(limit=DAILY, subject="new", by=BY)
    assert purge(by="system:test") == 1
    assert (used(TOTAL, "old"), used(DAILY, "new"), LimitCounter.objects.count()) == (1, 1, 2)
    out = StringIO()
    call_command("tidy", stdout=out)
    assert out.getvalue().strip() == "removed 0"


def test_every_limit_has_its_rule_and_every_rule_its_reason() -> None:
    assert set(RULES) == set(Limit)
    for rule in RULES.values():
        assert rule.most > 0
        assert rule.reason.endswith(".")
        assert rule.escalate_over is None or rule.escalate_over < rule.most


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [20, 200])
def test_of_a_crowd_at_once_exactly_as_many_pass_as_the_table_says(crowd: int) -> None:
    passed: list[bool] = []
    door = threading.Barrier(crowd)
    connections = threading.Semaphore(
        50
    )  # PostgreSQL as it is installed takes 100; the rest queue, as in a pool

    def come() -> None:
        door.wait()
        with connections:
            try:
                with transaction.atomic():
                    passed.append(count(limit=DAILY, subject=WHO, by=BY).allowed)
            finally:
                connection.close()

    threads = [threading.Thread(target=come) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == crowd
    assert sum(passed) == 5
    assert used(DAILY, WHO) == crowd


@pytest.mark.django_db(transaction=True)
def test_hits_and_misses_at_once_leave_the_misses() -> None:
    def come(*, hit: bool) -> None:
        try:
            with transaction.atomic():
                count(limit=TOTAL, subject=WHO, by=BY)
                if hit:
                    give_back(limit=TOTAL, subject=WHO, by=BY)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, kwargs={"hit": number % 2 == 0}) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert used(TOTAL, WHO) == 10


@pytest.mark.django_db
def test_several_limits_counted_in_one_statement_keep_their_own_windows(django_assert_num_queries):
    tries = [(DAILY, WHO), (TOTAL, WHO), (DAILY, "somebody else")]
    began = timezone.now()
    with django_assert_num_queries(1):
        count_together(tries=tries, by=BY, at=began)
    window = RULES[DAILY].window
    assert window
    later = began + window
    used = [one.used for one in count_together(tries=tries, by=BY, at=later)]
    # In the order of limits and digests: two daily counters, whose window is over, and one that has none.
    assert used == [1, 1, 2]
    give_back_together(tries=tries, by=BY)
    assert [one.used for one in count_together(tries=tries, by=BY, at=later)] == [1, 1, 2]
    with django_assert_num_queries(1):
        give_back_together(tries=tries, by=BY, each=0)
    assert [one.used for one in count_together(tries=tries, by=BY, at=later)] == [2, 2, 3]
    assert count_together(tries=[], by=BY) == []
