"""Any sequence of merging, un-merging, claiming, proving, releasing, correcting and importing leaves the index whole.

In `make test` a few sequences; a thousand of them with

    .venv/bin/python -m pytest tests/rooms/records/test_merge_sequences.py --hypothesis-profile=thousand
"""

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.db import connection, transaction
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from kecs.accounts.models import User
from kecs.assurance.actions import (
    begin_claim,
    contest_claim,
    disavow_holding,
    give_evidence,
    release,
    unfreeze,
)
from kecs.assurance.levels import EvidenceKind, Illegal
from kecs.assurance.merging.actions import approve, merge, unmerge
from kecs.audit.queries import chain_state
from kecs.audit.rows import form
from kecs.matching.names import OtherName, fold
from kecs.records.actions import SsnOnFile, open_case
from kecs.records.correcting.actions import Changes, correct_record
from kecs.records.holdings.actions import RecordTaken
from kecs.records.holdings.queries import held_by
from kecs.records.importing.apply import apply_rows
from kecs.records.importing.prepare import KeyCells, NumberedRow, name_keys_of, prepare_rows
from kecs.records.importing.rows import ImportRow
from kecs.records.importing.stored import Stored
from kecs.records.kinds import CaseKind, MergeReason
from kecs.records.merging.actions import NeedsTwo, NotAsChosen, OwnRecord, ProposedBefore, propose_merge
from kecs.records.merging.plan import FACTS, Choices, Side
from kecs.records.merging.queries import Obstacle, record_with_number, undoing_of
from kecs.records.merging.undoing.actions import CannotUndo
from kecs.records.models import EducatorRecord, Holding, IdentityKey, LinkageKey, NameKey, RecordMerge
from tests.factories.people import Person, on_file

pytestmark = pytest.mark.django_db

QUICK = 10
STAFF, COLLEAGUE = "account:staff", "account:colleague"
# Two pairs of records that are one person's, more or less, and one stranger.
PEOPLE = (
    Person(first_name="Ada", last_surname="Cole", ssn="900110001", birth_date=date(1980, 1, 2)),
    Person(first_name="Ada Mae", last_surname="Cole-Reed", ssn="900110001", birth_date=date(1980, 1, 2)),
    Person(first_name="Ben", last_surname="Diaz", ssn="900220002", birth_date=date(1975, 5, 6)),
    Person(first_name="Benny", last_surname="Díaz", ssn="900330003", birth_date=date(1975, 6, 5)),
    Person(first_name="Cy", last_surname="Evans", ssn="900440004", birth_date=date(1990, 7, 8)),
)
# The second of a pair is on file by the last four, as no SSN stands twice.
ON_FILE = ("900110001", "0001", "900220002", "900330003", "900440004")
FACTS_TO_TELL = st.sampled_from(
    [
        {"first_name": "Adele"},
        {"last_surname": "Fox"},
        {"birth_date": date(1980, 2, 1)},
        {"ssn": "900550005"},
        {"ssn": "900330003"},
        {"first_name": "Ben", "last_surname": "Diaz"},
    ]
)
# Every table of this room and of assurance with rows about a record, and the columns that count changes and go on counting.
ROWS = {
    "records_educatorrecord": "id = %s",
    "records_othername": "record_id = %s",
    "records_identitykey": "record_id = %s",
    "records_linkagekey": "record_id = %s",
    "records_namekey": "record_id = %s",
    "records_recordnumber": "record_id = %s",
    "records_case_records": "educatorrecord_id = %s",
    "records_linkedpair": "%s IN (first_id, second_id)",
    "records_holding": "record_id = %s",
    "assurance_evidence": "holding_id IN (SELECT id FROM records_holding WHERE record_id = %s)",
}
COUNTS = ("identity_version", "updated_at")


def rows_of(record_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What the database itself says of a record, table by table; nothing of ours comes between."""
    found = {}
    key: Any = record_id if connection.vendor == "postgresql" else record_id.hex
    with connection.cursor() as cursor:
        for table, condition in ROWS.items():
            cursor.execute(f"SELECT * FROM {table} WHERE {condition}", [key])  # noqa: S608 - our own names
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[table] = sorted(rows, key=repr)
    return found


def without_counts(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    [record] = rows["records_educatorrecord"]
    kept = {name: value for name, value in record.items() if name not in COUNTS}
    return {**rows, "records_educatorrecord": [kept]}


@dataclass(frozen=True)
class Done:
    """A merge, and what stood before it."""

    merge_id: UUID
    survivor: UUID
    absorbed: UUID
    before: tuple[dict[str, Any], dict[str, Any]]
    step: int


class Desk(RuleBasedStateMachine):
    """Everybody at once, on five records with four accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.done: list[Done] = []
        self.steps = 0
        self.numbers, self.accounts = list(WORLD.names), WORLD.accounts
        self.names = {number: set(names) for number, names in WORLD.names.items()}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    # --- What people do --------------------------------------------------------------------------------------------

    def record(self, number: int) -> UUID:
        """Where one of the five numbers leads now."""
        found = record_with_number(self.numbers[number])
        assert found is not None
        return found

    def live(self) -> dict[UUID, int]:
        live = Holding.objects.filter(released_at=None, contests=False)
        return dict(live.values_list("account_id", "level"))

    @rule(
        one=st.integers(0, 4),
        other=st.integers(0, 4),
        survivor=st.sampled_from(Side),
        keeper=st.sampled_from(Side),
        sides=st.lists(st.sampled_from(Side), min_size=len(FACTS), max_size=len(FACTS)),
        checked=st.booleans(),
    )
    def merge(
        self, one: int, other: int, survivor: Side, keeper: Side, sides: list[Side], checked: bool
    ) -> None:
        self.steps += 1
        first, second = self.record(one), self.record(other)
        if first == second:
            return
        choices = Choices(
            survivor=survivor,
            facts=dict(zip(FACTS, sides, strict=True)),
            keeper=keeper,
            person_checked=checked,
        )
        stays, goes = (first, second) if survivor is Side.FIRST else (second, first)
        before, levels = (rows_of(stays), rows_of(goes)), self.live()
        both_held = Holding.objects.filter(
            record_id__in=[first, second], released_at=None, contests=False
        ).count() == len([first, second])
        sent: dict[str, Any] = {
            "first_id": first,
            "second_id": second,
            "choices": choices,
            "reason": MergeReason.FACTS_AGREE,
        }
        try:
            merged = merge(**sent, by=STAFF)
            assert not both_held
        except NotAsChosen:
            return
        except NeedsTwo:
            assert both_held
            merge_id = propose_merge(**sent, by=STAFF)
            with pytest.raises(OwnRecord):
                approve(merge_id=merge_id, by=STAFF)
            with pytest.raises(ProposedBefore):
                propose_merge(**sent, by=COLLEAGUE)
            merged = approve(merge_id=merge_id, by=COLLEAGUE)
        assert merged.survivor_id == stays
        after = self.live()
        assert all(after[account] <= levels[account] for account in after), "a level rose"
        assert set(after) <= set(levels)
        self.done.append(Done(merged.merge_id, stays, goes, before, self.steps))

    @rule(which=st.integers(0, 9))
    def unmerge(self, which: int) -> None:
        self.steps += 1
        standing = [each for each in self.done if self.stands(each)]
        if standing:
            self.undo(standing[which % len(standing)])

    @rule()
    def unmerge_at_once(self) -> None:
        """The last thing that was done: that can always be undone."""
        if self.done and self.done[-1].step == self.steps and self.stands(self.done[-1]):
            assert undoing_of(self.done[-1].merge_id).obstacles == ()
            self.undo(self.done[-1])
        self.steps += 1

    def stands(self, done: Done) -> bool:
        return RecordMerge.objects.filter(pk=done.merge_id, state="merged").exists()

    def undo(self, done: Done) -> None:
        undoing = undoing_of(done.merge_id)
        try:
            unmerge(merge_id=done.merge_id, by=STAFF)
        except CannotUndo as refused:
            assert refused.obstacles == undoing.obstacles
            assert set(refused.obstacles) <= set(Obstacle)
            return
        assert undoing.obstacles == ()
        held = [row["id"] for before in done.before for row in before["records_holding"]]
        since = Holding.objects.filter(record_id__in=[done.survivor, done.absorbed]).exclude(pk__in=held)
        # One that began and ended meanwhile tells what was: it stays on the record that it was about.
        assert all(each.released_at and each.record_id == done.survivor for each in since)
        ids = {*undoing.moved, *since.values_list("pk", flat=True)}
        apart = {each.hex for each in ids} | {str(each) for each in ids}
        for record_id, before in zip((done.survivor, done.absorbed), done.before, strict=True):
            now, was = without_counts(rows_of(record_id)), without_counts(before)
            for table in ROWS:
                # A hold that was frozen or ended since stays so; it is back on its record, and that is all.
                column = {"records_holding": "id", "assurance_evidence": "holding_id"}.get(table)
                lines = [
                    [row for row in rows[table] if column is None or str(row[column]) not in apart]
                    for rows in (now, was)
                ]
                assert lines[0] == lines[1], f"{table} is not as it was"

    @rule(account=st.integers(0, 3), number=st.integers(0, 4))
    def claim(self, account: int, number: int) -> None:
        self.steps += 1
        record_id, account_id = self.record(number), self.accounts[account]
        if held_by(account_id):
            return
        try:
            begin_claim(record_id=record_id, account_id=account_id, because=(), by=f"account:{account_id}")
        except RecordTaken:
            contest_claim(record_id=record_id, account_id=account_id, because=(), by=f"account:{account_id}")

    @rule(account=st.integers(0, 3))
    def prove(self, account: int) -> None:
        self.steps += 1
        held = held_by(self.accounts[account])
        if held:
            with suppress(Illegal):
                give_evidence(holding_id=held.holding_id, kind=EvidenceKind.STAFF_CHECK, by=STAFF)

    @rule(account=st.integers(0, 3))
    def say_not_me(self, account: int) -> None:
        self.steps += 1
        held = held_by(self.accounts[account])
        if held:
            disavow_holding(holding_id=held.holding_id, by="system:tests")

    @rule(account=st.integers(0, 3))
    def let_go_on(self, account: int) -> None:
        self.steps += 1
        held = held_by(self.accounts[account])
        if held:
            with suppress(Illegal):
                unfreeze(holding_id=held.holding_id, reason="false_alarm", by=STAFF)

    @rule(account=st.integers(0, 3))
    def release(self, account: int) -> None:
        self.steps += 1
        held = held_by(self.accounts[account])
        if held:
            release(holding_id=held.holding_id, reason="wrong_person", by=STAFF)

    @rule(number=st.integers(0, 4), told=FACTS_TO_TELL)
    def correct(self, number: int, told: dict[str, Any]) -> None:
        self.steps += 1
        record_id = self.record(number)
        was = self.name_of(record_id)
        with suppress(SsnOnFile):
            correct_record(record_id=record_id, changes=Changes(**told), by=STAFF)
            stands = EducatorRecord.objects.get(pk=record_id)
            for name, expected in told.items():
                if name in {"first_name", "last_surname"}:
                    assert getattr(stands, name) == expected
        self.remember(record_id, was=was)

    @rule(number=st.integers(0, 4), told=FACTS_TO_TELL)
    def import_row(self, number: int, told: dict[str, Any]) -> None:
        """Of either number, as a file brings it: it never makes the absorbed record anew, and twice is once."""
        self.steps += 1
        many, was = EducatorRecord.objects.count(), self.name_of(self.record(number))
        row = NumberedRow(line=2, row=ImportRow(staff_unique_id=self.numbers[number], **told))
        apply_rows(rows=[row], source="tests", by="system:tests")
        again = prepare_rows([row], lock=True)
        assert again.changed == again.created == ()
        assert EducatorRecord.objects.count() == many
        self.remember(self.record(number), was=was)

    def name_of(self, record_id: UUID) -> tuple[str, str]:
        """As it stands on the record."""
        return EducatorRecord.objects.values_list("first_name", "last_surname").get(pk=record_id)

    def remember(self, record_id: UUID, *, was: tuple[str, str]) -> None:
        """A name that came onto a record is a name of everybody whose number leads there.

        One that stood there before is not: a merge may have brought it, and goes with it again when nothing was built on it.
        """
        now = self.name_of(record_id)
        for number in self.numbers:
            if now != was and record_with_number(number) == record_id:
                self.names[number].add(now)

    # --- What holds at any time -------------------------------------------------------------------------------------

    @invariant()
    def references_and_holds_are_whole(self) -> None:
        connection.check_constraints()
        live = Holding.objects.filter(released_at=None)
        accounts = list(live.values_list("account_id", flat=True))
        assert len(accounts) == len(set(accounts))
        records = list(live.filter(contests=False).values_list("record_id", flat=True))
        assert len(records) == len(set(records))

    @invariant()
    def records_are_whole(self) -> None:
        """Each number leads to one living record; it stands under the keys of what is kept; no name is lost."""
        stored = Stored.of_records(EducatorRecord.objects.values_list("pk", flat=True), lock=False)
        leads = {number: record_with_number(number) for number in self.numbers}
        standing = RecordMerge.objects.filter(state="merged").count()
        assert set(leads.values()) == {record.id for record in stored.records.values()}
        assert len(stored.records) + standing == len(self.numbers)
        search, near = self.keys_in_the_tables()
        keys = KeyCells(form())
        for record in stored.records.values():
            on_file = stored.on_file(record)
            assert (search[record.id], near[record.id]) == keys.digests(on_file)
            names = NameKey.objects.filter(record=record.id).values_list("surname", "given")
            assert set(names) == set(name_keys_of(on_file))
            own = OtherName(first_name=on_file.first_name, last_surname=on_file.last_surname)
            there = {folded(name) for name in (own, *on_file.other_names)}
            # A blank half means whatever the name is now.
            there |= {((), last) for _first, last in there}
            named = {
                name for number, names in self.names.items() if leads[number] == record.id for name in names
            }
            assert {folded(OtherName(first_name=first, last_surname=last)) for first, last in named} <= there

    def keys_in_the_tables(self) -> tuple[dict[UUID, set[Any]], dict[UUID, set[Any]]]:
        search: dict[UUID, set[Any]] = defaultdict(set)
        near: dict[UUID, set[Any]] = defaultdict(set)
        whole = []
        for record_id, kind, digest in IdentityKey.objects.values_list("record_id", "kind", "digest"):
            search[record_id].add((kind, bytes(digest)))
            whole += [bytes(digest)] if kind == "ssn" else []
        for record_id, digest in LinkageKey.objects.values_list("record_id", "digest"):
            near[record_id].add(bytes(digest))
        assert len(whole) == len(set(whole)), "two records have one SSN"
        return search, near

    @invariant()
    def the_log_is_whole(self) -> None:
        assert chain_state().broken_at is None


def folded(name: OtherName) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return fold(name.first_name).tokens, fold(name.last_surname).tokens


class World:
    """What every sequence begins with; its changes are rolled back."""

    names: dict[str, set[tuple[str, str]]]
    accounts: list[UUID]

    def make(self) -> None:
        """Five records, each with a case, and four accounts with a confirmed address."""
        self.names, self.accounts = {}, []
        for number, (person, ssn) in enumerate(zip(PEOPLE, ON_FILE, strict=True)):
            born = [("", "Born")] if number % 2 else []
            address = f"on.file{number // 2}@example.org"
            record = on_file(person, ssn=ssn, contact_email=address, other_names=born)
            self.names[record.staff_unique_id] = {(person.first_name, person.last_surname), *born}
            kind = CaseKind.LINKAGE_DUPLICATE
            open_case(kind=kind, account_id=None, record_ids=[record.pk], because=(), by="tests")
        for number in range(4):
            owner = User.objects.create(username=f"owner{number}", email=f"owner{number}@example.org")
            EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
            self.accounts.append(owner.pk)


WORLD = World()


def test_any_sequence_leaves_the_index_whole():
    quick = settings.get_current_profile_name() != "thousand"
    WORLD.make()
    # A step costs tens of milliseconds, and a sequence of twelve reads well enough: no minutes are spent on a shorter one.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    chosen = settings(phases=phases)
    if quick:
        chosen = settings(chosen, max_examples=QUICK, stateful_step_count=12)
    run_state_machine_as_test(Desk, settings=chosen)
