"""`kecs match FILE.csv`: an operator tries the help desk's own cases."""

import csv
import io
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kecs.audit.models import AuditEvent
from kecs.guard.models import LimitCounter
from kecs.records.models import Holding
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim

pytestmark = pytest.mark.django_db

HEADER = "case,first_name,last_name,birth_date,ssn_last4\n"


def tried(tmp_path: Path, *rows: str, header: str = HEADER) -> list[dict[str, str]]:
    """The answers to these rows."""
    source, target = tmp_path / "cases.csv", tmp_path / "answers.csv"
    source.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    call_command("match", str(source), output=target, stderr=io.StringIO())
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_row_comes_back_with_its_answer(tmp_path, client):
    record = on_file(MARIA)
    on_file(Person(first_name="Ana", last_surname="Ruiz", ssn="900661111"))
    claim(client, Person(first_name="Ana", last_surname="Ruiz", ssn="900661111"))
    rows = tried(
        tmp_path,
        "a,Maria,Fuentes,04/09/1985,4321",
        "b,Ana,Ruiz,1985-04-09,1111",
        "c,Lucia,Fuentes,4/9/1985,4321",
        "d,Maria,Fuentes,04/09/1985,9876",
        "e,Mar1a,Fuentes,04/09/1985,4321",
        "f,Maria,Fuentes,31/31/1985,4321",
        "g,Maria,Fuentes,04/09/1985,43",
    )
    assert [(row["case"], row["outcome"], row["staff_unique_id"]) for row in rows] == [
        ("a", "one", record.staff_unique_id),
        ("b", "held", ""),
        ("c", "none", ""),
        ("d", "none", ""),
        ("e", "refused", ""),
        ("f", "refused", ""),
        ("g", "refused", ""),
    ]
    assert rows[0]["because"] == (
        "birth date agrees; last 4 agrees; first name agrees; last name agrees in part"
    )
    assert "first name differs" in rows[2]["because"]
    assert rows[3]["because"] == ""
    assert [row["because"].split(":")[0] for row in rows[4:]] == ["name", "birth date", "last 4"]
    assert all(float(row["ms"]) >= 0 for row in rows)


def test_nothing_is_stored_or_counted_and_each_use_is_on_the_log(tmp_path):
    on_file(MARIA)
    before = AuditEvent.objects.count()
    tried(tmp_path, *["x,Maria,Fuentes,04/09/1985,1234"] * 30)
    (row,) = tried(tmp_path, "y,Maria,Fuentes,04/09/1985,4321")
    assert row["outcome"] == "one"
    assert LimitCounter.objects.count() == Holding.objects.count() == 0
    events = AuditEvent.objects.order_by("sequence")[before:]
    assert [(event.code, event.by, event.subject) for event in events] == [
        ("records.match_tried", "system:match", "file:cases.csv")
    ] * 2
    assert events[0].keys == {}


def test_other_columns_are_carried_through_and_a_spreadsheet_runs_none_of_them(tmp_path):
    header = "ms,=note,first_name,last_name,birth_date,ssn_last4\n"
    (row,) = tried(tmp_path, '7,"=1+1",Maria,Fuentes,04/09/1985,4321', header=header)
    assert row["'=note"] == "'=1+1"
    assert list(row)[-4:] == ["outcome", "staff_unique_id", "because", "ms"]


def test_the_answers_are_for_their_owner_only(tmp_path):
    tried(tmp_path, "a,Maria,Fuentes,04/09/1985,4321")
    assert stat.S_IMODE((tmp_path / "answers.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"first_name,last_name\n", "birth_date, ssn_last4"),
        (b"first_name,last_name,birth_date,ssn_last4\n\xff,x,y,z\n", "UTF-8"),
        (b"", "first_name"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(tmp_path, content, sentence):
    file = tmp_path / "cases.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("match", str(file), stderr=io.StringIO())


def test_the_file_itself_is_never_overwritten_and_a_missing_one_is_said_to_be(tmp_path):
    file = tmp_path / "cases.csv"
    file.write_text(HEADER, encoding="utf-8")
    with pytest.raises(CommandError, match="overwrite"):
        call_command("match", str(file), output=file, stderr=io.StringIO())
    assert file.read_text(encoding="utf-8") == HEADER
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("match", str(tmp_path / "none.csv"), stderr=io.StringIO())
