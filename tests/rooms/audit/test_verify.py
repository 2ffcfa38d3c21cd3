"""`kecs audit verify`: whoever has every right on the database changes, removes, moves, adds or cuts, and is found."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import GEN_CLOSED, getgeneratorstate

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from kecs.audit.actions import record
from kecs.audit.anchors import anchors_file, append_anchor, read_anchors
from kecs.audit.chain import NO_END, Anchor, End, Fault, Row, examine
from kecs.audit.models import AuditEvent, ChainHead
from kecs.audit.queries import anchor_the_end, chain_state, log_report
from kecs.audit.words import sentence
from kecs.pii.keyring import KeyringError
from tests.rooms.audit.test_chain import Tried

pytestmark = pytest.mark.django_db
ROWS = 9


@pytest.fixture(autouse=True)
def _its_own_anchors(settings, tmp_path):
    """A file of anchors for this test."""
    settings.KECS_VAR_DIR = tmp_path


def happened(times):
    """So many events, in a transaction each."""
    for number in range(times):
        with transaction.atomic():
            record(event=Tried(subject=f"thing:{number}", number=number), by="system:test")


def tamper(*statements):
    """What somebody with every right on the database could do: the triggers first."""
    with connection.cursor() as cursor:
        for name in ("audit_event_no_update", "audit_event_no_delete"):
            on = " ON audit_auditevent" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        for statement in statements:
            cursor.execute(statement)


def verify(*options):
    """Exit status, and what was said."""
    import io

    out = io.StringIO()
    try:
        call_command("audit", "verify", *options, stdout=out, stderr=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


SWAP = [
    "UPDATE audit_auditevent SET sequence = 99 WHERE sequence = 4",
    "UPDATE audit_auditevent SET sequence = 4 WHERE sequence = 5",
    "UPDATE audit_auditevent SET sequence = 5 WHERE sequence = 99",
]
CLOSE_THE_GAP = [
    "DELETE FROM audit_auditevent WHERE sequence = 5",
    "UPDATE audit_auditevent SET sequence = -sequence WHERE sequence > 5",
    "UPDATE audit_auditevent SET sequence = -sequence - 1 WHERE sequence < 0",
    "UPDATE audit_chainhead SET sequence = 8",
]
COPY = (
    "INSERT INTO audit_auditevent (sequence, at, code, by, subject, keys, digest) "
    "SELECT {to}, at, code, by, subject, keys, digest FROM audit_auditevent WHERE sequence = {of}"
)
PUT_BACK = (
    "UPDATE audit_chainhead SET sequence = {to}, "
    "digest = (SELECT digest FROM audit_auditevent WHERE sequence = {to})"
)

# What is done, and what is found: fault, first row, last row.
TAMPERING = {
    "who did it": (["UPDATE audit_auditevent SET by = 'me' WHERE sequence = 5"], [("changed", 5, 5)]),
    "to whom": (["UPDATE audit_auditevent SET subject = 'x' WHERE sequence = 5"], [("changed", 5, 5)]),
    "what": (["UPDATE audit_auditevent SET code = 'x' WHERE sequence = 1"], [("changed", 1, 1)]),
    "when": (
        ["UPDATE audit_auditevent SET at = '2020-01-01 00:00:00' WHERE sequence = 9"],
        [("changed", 9, 9)],
    ),
    "its keys": (
        ["""UPDATE audit_auditevent SET keys = '{"number": 7}' WHERE sequence = 5"""],
        [("changed", 5, 5)],
    ),
    "its digest": (
        [
            "UPDATE audit_auditevent SET digest = (SELECT digest FROM audit_chainhead) WHERE sequence = 5",
        ],
        [("changed", 5, 6)],
    ),
    "the first removed": (["DELETE FROM audit_auditevent WHERE sequence = 1"], [("missing", 1, 1)]),
    "one removed": (["DELETE FROM audit_auditevent WHERE sequence = 5"], [("missing", 5, 5)]),
    "three removed": (
        ["DELETE FROM audit_auditevent WHERE sequence BETWEEN 4 AND 6"],
        [("missing", 4, 6)],
    ),
    "removed, and the gap closed": (CLOSE_THE_GAP, [("changed", 5, 8), ("cut", 9, 9)]),
    "two in the other order": (SWAP, [("changed", 4, 6)]),
    "one copied to the end": ([COPY.format(of=3, to=10)], [("changed", 10, 10), ("head_put_back", 10, 10)]),
    "one before the first": ([COPY.format(of=3, to=0)], [("added", 0, 0)]),
    "the end cut": (["DELETE FROM audit_auditevent WHERE sequence > 6"], [("cut", 7, 9)]),
    "the end cut, and an older head": (
        [PUT_BACK.format(to=6), "DELETE FROM audit_auditevent WHERE sequence > 6"],
        [("cut", 7, 9)],
    ),
    "an older head alone": ([PUT_BACK.format(to=6)], [("head_put_back", 7, 9)]),
    "another digest in the head": (
        ["UPDATE audit_chainhead SET digest = (SELECT digest FROM audit_auditevent WHERE sequence = 3)"],
        [("head_put_back", 9, 9)],
    ),
    "no head": (["DELETE FROM audit_chainhead"], [("head_lost", 9, 9)]),
    "everything removed": (
        ["DELETE FROM audit_auditevent", "DELETE FROM audit_chainhead"],
        [("cut", 1, 9)],
    ),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_what_was_done_is_found_and_where(kind):
    statements, expected = TAMPERING[kind]
    happened(ROWS)
    assert verify()[0] == 0
    tamper(*statements)
    status, said = verify("--json")
    assert status == 1
    told = json.loads(said)
    found = [(each["fault"], each["first"], each["last"]) for each in told["findings"]]
    anchored = ("replaced", ROWS, ROWS)  # where the anchored row itself was changed, its anchor tells too
    assert [each for each in found if each != anchored or anchored in expected] == expected
    assert told["whole"] is False


@pytest.mark.parametrize("kind", TAMPERING)
def test_without_anchors_only_a_cut_with_an_older_head_goes_unnoticed(kind):
    happened(ROWS)
    tamper(*TAMPERING[kind][0])
    broken = chain_state().broken_at is not None
    assert broken is (kind not in {"the end cut, and an older head", "everything removed"})


def test_a_whole_log_says_so_and_what_nobody_can_tell():
    happened(ROWS)
    status, said = verify()
    assert status == 0
    assert "The log is whole: 9 rows, each as it was written." in said
    assert "There was no anchor" in said
    assert verify() == (0, "The log is whole: 9 rows, each as it was written.\n")
    happened(2)
    assert "2 such rows are there" in verify()[1]


def test_an_empty_log_is_whole():
    assert verify()[0] == 0
    assert not anchors_file().exists()


def test_a_cut_of_rows_that_no_anchor_saw_is_not_promised():
    happened(ROWS)
    verify()
    happened(3)
    tamper(PUT_BACK.format(to=10), "DELETE FROM audit_auditevent WHERE sequence > 10")
    status, said = verify("--no-anchor")
    assert status == 0
    assert "Not checked: whether rows written after the newest anchor (row 9, " in said


def test_sentences_are_plain():
    happened(ROWS)
    verify()
    tamper(*TAMPERING["three removed"][0], "UPDATE audit_auditevent SET by = 'me' WHERE sequence = 8")
    status, said = verify()
    assert (status, said.splitlines()[:3]) == (
        1,
        [
            "The log is broken. 6 rows were read.",
            "  Rows 4 to 6 are missing.",
            "  Row 8 does not follow from what stands before: changed, moved, or put there by somebody else.",
        ],
    )
    assert "Not checked: row 7 by itself, as the row before it is gone" in said


def test_of_many_places_a_hundred_are_told():
    happened(250)
    tamper("UPDATE audit_auditevent SET by = 'me' WHERE sequence % 2 = 0")
    told = json.loads(verify("--json")[1])
    assert len(told["findings"]) == 100
    assert told["more_findings"] == 25


def test_a_keyring_of_another_installation_is_suspected(monkeypatch):
    from kecs.audit import actions

    happened(ROWS)
    monkeypatch.setattr(actions, "_chain_key", lambda: b"another key")
    assert "or the keyring is not its own" in verify()[1]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyringError("There is no keyring."), "There is no keyring."),
        (OperationalError("SELECT secret"), "the database failed (OperationalError)."),
    ],
)
def test_what_cannot_be_checked_is_neither_whole_nor_broken(monkeypatch, error, said):
    def fails():
        raise error

    monkeypatch.setattr("kecs.audit.management.commands.audit.log_report", fails)
    assert verify() == (2, f"The log could not be checked: {said}\n")


def test_where_the_keyring_does_not_open_the_database_is_left_before_it_closes(monkeypatch):
    from kecs.audit import actions, queries

    def fails():
        raise KeyringError("There is no keyring.")

    happened(ROWS)
    rows = queries._rows()
    monkeypatch.setattr(queries, "_rows", lambda: rows)
    monkeypatch.setattr(actions, "_chain_key", fails)
    assert verify()[0] == 2
    assert getgeneratorstate(rows) == GEN_CLOSED


# --- Anchors -------------------------------------------------------------------------------------------------------


def lines():
    return anchors_file().read_text().splitlines()


def test_anchors_are_written_only_when_the_log_has_grown():
    happened(2)
    for _again in range(3):
        assert anchor_the_end()
    assert len(lines()) == 1
    happened(1)
    verify()
    assert [json.loads(line)["sequence"] for line in lines()] == [2, 3]
    assert anchors_file().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text.replace('"sequence": 2', '"sequence": 1'), 2),
        (lambda text: text.replace('{"sequence": 1', '{"sequence": 0'), 1),
        (lambda text: "\n".join([*text.splitlines()[1:], ""]), 1),
        (lambda text: "\n".join([text.splitlines()[0], text.splitlines()[2], ""]), 2),
        (lambda text: "\n".join([*reversed(text.splitlines()), ""]), 1),
        (lambda text: "nonsense\n" + text, 1),
        (lambda text: text + "[]\n", 4),
        (lambda text: text + '{"sequence": 9}\n', 4),
        (lambda text: text + "\x00\n", 4),
    ],
)
def test_a_changed_file_of_anchors_is_found(change, line):
    for _each in range(3):
        happened(1)
        verify()
    anchors_file().write_text(change(anchors_file().read_text()))
    status, said = verify()
    assert status == 1
    assert f"Line {line} of the file of anchors is not as it was written." in said
    assert not anchor_the_end()


def test_half_a_line_of_a_writer_that_was_killed_is_written_over():
    happened(1)
    verify()
    anchors_file().write_text(anchors_file().read_text() + '{"sequence": 2, "dig')
    happened(1)
    assert verify()[0] == 0
    assert [json.loads(line)["sequence"] for line in lines()] == [1, 2]
    assert read_anchors(anchors_file()).broken_at is None


def test_an_end_that_is_older_than_the_newest_anchor_is_not_written_down():
    happened(3)
    verify()
    assert not append_anchor(anchors_file(), End(2, bytes(32)))
    tamper(PUT_BACK.format(to=2), "DELETE FROM audit_auditevent WHERE sequence > 2")
    assert not anchor_the_end()
    assert len(lines()) == 1


def test_a_folder_that_cannot_be_written_spoils_nothing(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.KECS_VAR_DIR = tmp_path / "file"
    happened(1)
    settings.KECS_VAR_DIR = tmp_path / "none" / "yet"
    assert verify()[0] == 0
    assert anchors_file().exists()


# --- While others write --------------------------------------------------------------------------------------------


def rows(last, *, then=lambda: None) -> Iterator[Row]:
    """A chain whose digests are the numbers."""
    for number in range(1, last + 1):
        yield Row(number, datetime.now(UTC), "", "", "", "", bytes([number]) * 32)
    then()


def by_number(_before, row):
    return bytes([row.sequence]) * 32


@pytest.mark.parametrize(
    ("heads", "faults"),
    [
        ([5, 5], []),
        ([5, 9], []),  # it grew after the rows were read
        ([3, 5], []),  # it grew before
        ([3, 9], []),
        ([None, 5], []),  # the first rows ever
        ([3, 3], [Fault.HEAD_PUT_BACK]),
        ([5, 3], []),  # put back after it was read: told by the next walk
        ([7, 7], [Fault.CUT]),
        ([None, None], [Fault.HEAD_LOST]),
    ],
)
def test_a_log_that_grows_meanwhile_is_not_broken(heads, faults):
    ends = [None if number is None else End(number, bytes([number]) * 32) for number in heads]
    report = examine(rows(5), digest_of=by_number, head=lambda: ends.pop(0))
    assert [found.fault for found in report.findings] == faults


def test_an_anchor_newer_than_the_walk_is_compared_with_its_own_row():
    now = datetime.now(UTC)
    report = examine(
        rows(5),
        digest_of=by_number,
        head=lambda: End(5, bytes([5]) * 32),
        anchors=[Anchor(End(4, b"x"), now)],
    )
    [found] = report.findings
    assert "Row 4 is not what stood there when an anchor was written." in sentence(found)
    assert NO_END.sequence == 0


def test_the_walk_leaves_the_log_as_it_is():
    happened(3)
    before = list(AuditEvent.objects.values()), list(ChainHead.objects.values())
    log_report()
    assert (list(AuditEvent.objects.values()), list(ChainHead.objects.values())) == before
