"""`kecs duplicates` and `kecs train_linkage`, from the command line to the cases of staff, on whichever database the tests run."""

import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from threading import Barrier

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from kecs.audit.models import AuditEvent
from kecs.matching.names import OtherName
from kecs.pii.keyring import Keyring
from kecs.records.kinds import CaseKind
from kecs.records.linkage import findings as findings_module
from kecs.records.linkage import training
from kecs.records.linkage.actions import open_linkage_cases
from kecs.records.linkage.comparisons import Attribute, Level
from kecs.records.linkage.engine import DuckDBEngine, LinkageFailed, scored_pairs, told_by_kind
from kecs.records.linkage.facts import Facts
from kecs.records.linkage.findings import findings
from kecs.records.linkage.index import everybody
from kecs.records.linkage.kin import Verdict
from kecs.records.linkage.model import read_model, the_model, written
from kecs.records.linkage.rows import row_of
from kecs.records.linkage.tokens import Tokens
from kecs.records.linkage.waterfall import from_stored
from kecs.records.models import Case, EducatorRecord, LinkedPair
from tests.factories.people import Person, on_file
from tests.inspection import besides_ids

pytestmark = pytest.mark.django_db

FIRST_NAMES = ("Ada", "Bruno", "Clara", "Derek", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas")
SURNAMES = ("Abbott", "Becker", "Castillo", "Dawson", "Engel", "Farrell", "Gutierrez", "Hoffman", "Ivanov")


def stranger(number: int) -> Person:
    """Somebody who is nobody else."""
    return Person(
        first_name=FIRST_NAMES[number % 10],
        last_surname=SURNAMES[number % 9],
        birth_date=date(1960 + number % 40, 1 + number % 12, 1 + number * 7 % 28),
        ssn=f"{910 + number % 80}{10 + number % 89:02}{1000 + number * 37 % 8999}",
    )


class Town:
    """A small index in which it is known who is whom."""

    def __init__(self) -> None:
        for number in range(12):
            on_file(stranger(number))
        born = date(1980, 2, 13)
        anna = Person(first_name="Annabelle", last_surname="Brandtner", birth_date=born, ssn="900123456")
        slipped = Person(first_name="Anabelle", last_surname="Brandtner", birth_date=born, ssn="900123465")
        self.duplicate = self.pair(on_file(anna), on_file(slipped))
        married = Person(
            first_name="Mariana", last_surname="Weissman", birth_date=date(1979, 5, 4), ssn="901335577"
        )
        maiden = Person(
            first_name="Mariana", last_surname="Okonkwo", birth_date=date(1979, 5, 4), ssn="901335577"
        )
        self.former_name = self.pair(
            on_file(married, other_names=[("", "Okonkwo")]), on_file(maiden, ssn=maiden.last4)
        )
        lena = Person(
            first_name="Lena", last_surname="Kellerman", birth_date=date(1991, 8, 7), ssn="902446688"
        )
        nora = Person(
            first_name="Nora", last_surname="Kellerman", birth_date=date(1991, 8, 7), ssn="902446689"
        )
        self.twins = self.pair(on_file(lena), on_file(nora))
        father = Person(
            first_name="Thaddeus", last_surname="Stonebridge", birth_date=date(1950, 3, 2), ssn="903557799"
        )
        son = Person(
            first_name="Thaddeus", last_surname="Stonebridge", birth_date=date(1978, 9, 9), ssn="903881122"
        )
        self.father_and_son = self.pair(on_file(father), on_file(son))
        paula = Person(
            first_name="Paula", last_surname="Ostrander", birth_date=date(1985, 6, 6), ssn="904662299"
        )
        ingrid = Person(
            first_name="Ingrid", last_surname="Ostrander", birth_date=date(1985, 6, 6), ssn="904662299"
        )
        self.one_number = self.pair(on_file(paula), on_file(ingrid, ssn=ingrid.last4))

    def pair(self, one: EducatorRecord, other: EducatorRecord) -> tuple:
        first, second = sorted((one.pk, other.pk))
        return first, second


@pytest.fixture
def town():
    """The index."""
    return Town()


def run(*arguments: str, command: str = "find_duplicates") -> dict[str, int]:
    """The command's table of counts."""
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=io.StringIO())
    return {
        line.rsplit(maxsplit=1)[0].strip(): int(line.rsplit(maxsplit=1)[1].replace(",", ""))
        for line in out.getvalue().splitlines()
        if line[-1:].isdigit()
    }


def pairs(kind: CaseKind) -> set[tuple]:
    """The pairs that have a case of this kind."""
    return {(pair.first_id, pair.second_id) for pair in LinkedPair.objects.filter(kind=kind.value)}


# --- What becomes a case ---------------------------------------------------------------------------------------------


def test_a_dry_run_counts_and_changes_nothing(town):
    counts = run()
    assert counts == {
        "records compared": 22,
        "likely duplicates": 2,
        "one SSN, two first names": 1,
        "probably kin, no case": 1,
    }
    assert not Case.objects.exists()
    assert not LinkedPair.objects.exists()


def test_apply_opens_a_case_for_each_pair_and_none_for_kin(town):
    assert run("--apply")["cases opened"] == 3
    assert pairs(CaseKind.LINKAGE_DUPLICATE) == {town.duplicate, town.former_name}
    assert pairs(CaseKind.LINKAGE_OTHER_FIRST_NAME) == {town.one_number}
    for pair in LinkedPair.objects.all():
        assert pair.case is not None
        assert {record.pk for record in pair.case.records.all()} == {pair.first_id, pair.second_id}
        assert pair.case.kind == pair.kind
        assert pair.case.opened_by == "system:find_duplicates"


def test_a_case_keeps_why(town):
    run("--apply")
    pair = LinkedPair.objects.get(first=town.former_name[0])
    fall = from_stored(pair.waterfall)
    assert fall.levels == {
        Attribute.FIRST_NAME: Level.SAME,
        Attribute.LAST_SURNAME: Level.OTHER,
        Attribute.BIRTH_DATE: Level.SAME,
        Attribute.SSN: Level.ABSENT,
        Attribute.LAST4: Level.SAME,
    }
    assert pair.weight == pytest.approx(fall.weight, abs=0.5)
    assert pair.case is not None
    assert pair.case.because == ["first_name_same", "last_surname_other", "birth_date_same", "last4_same"]


def test_running_twice_adds_nothing_even_when_staff_closed_the_case(town):
    run("--apply")
    Case.objects.filter(linked_pair__first=town.duplicate[0]).update(
        closed_at="2026-01-01T00:00Z", closed_by="staff", outcome="not_the_same"
    )
    again = run("--apply")
    assert again["likely duplicates"] == 2
    assert again["cases opened"] == 0
    assert Case.objects.count() == LinkedPair.objects.count() == 3


def test_a_new_record_of_somebody_on_file_is_found_by_the_next_run(town):
    run("--apply")
    same = Person(
        first_name="Thaddeus", last_surname="Stonebrige", birth_date=date(1950, 3, 2), ssn="903557798"
    )
    other = Person(
        first_name="Thaddeus", last_surname="Stonebrige", birth_date=date(1978, 9, 9), ssn="903881123"
    )
    on_file(same)
    on_file(other)
    assert run("--apply")["cases opened"] == 2


def test_kin_can_be_read_in_the_file_of_pairs_which_holds_ids_only(town, tmp_path):
    path = tmp_path / "pairs.csv"
    run("--pairs", str(path))
    text = path.read_text(encoding="utf-8")
    [kin] = [line for line in text.splitlines() if ",kin," in line]
    assert all(str(record_id) in kin for record_id in town.twins)
    assert "first_name differs" in kin
    besides = besides_ids(text)
    assert len(besides) < len(text)
    for clear in ("Lena", "lena", "Keller", "902446688", "6688", "1991"):
        assert clear not in besides


def test_a_higher_threshold_leaves_only_the_surest(town):
    assert run("--threshold", "1000")["likely duplicates"] == 0
    assert run("--threshold", "-20")["likely duplicates"] >= 2


@pytest.mark.parametrize("records", [0, 1])
def test_an_index_of_nobody_or_one_has_no_duplicates(records):
    for number in range(records):
        on_file(stranger(number))
    assert run("--apply")["cases opened"] == 0


def test_placeholders_make_nobody_alike():
    for number in range(3):
        on_file(stranger(number), ssn="0000", birth_date=date(1900, 1, 1))
    assert run("--threshold", "-30")["likely duplicates"] == 0


# --- Two at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_open_each_case_once(monkeypatch):
    monkeypatch.setattr("kecs.records.linkage.actions.BATCH", 2)
    Town()
    records = [record.pk for record in EducatorRecord.objects.order_by("pk")]
    [example, *_rest] = findings(records=everybody(), engine=DuckDBEngine(), model=the_model(), threshold=0)
    found = [
        findings_module.Finding(
            record_ids=(one, other), verdict=Verdict.DUPLICATE, waterfall=example.waterfall
        )
        for one, other in pairwise(records)
    ]
    together = Barrier(2)

    def apply(by):
        try:
            together.wait(timeout=10)
            return open_linkage_cases(found=found, by=by)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        opened = list(pool.map(apply, ("system:one", "system:other")))
    assert sum(opened) == len(found) == Case.objects.count() == LinkedPair.objects.count()
    assert not LinkedPair.objects.filter(case=None).exists()


# --- The log, and what must not be anywhere --------------------------------------------------------------------------


def test_each_run_is_on_the_log_with_counts_and_no_values(town):
    before = AuditEvent.objects.count()
    run("--apply")
    rows = list(AuditEvent.objects.order_by("sequence")[before:])
    assert [row.code for row in rows] == [
        "records.index_unsealed",
        *["records.case_opened"] * 3,
        "records.duplicates_sought",
    ]
    assert rows[0].keys == {"purpose": "duplicates", "records": 22}
    assert rows[-1].keys == {
        "model": the_model().trained_on,
        "duplicates": 2,
        "other_first_names": 1,
        "kin": 1,
        "opened": 3,
    }
    assert {row.by for row in rows} == {"system:find_duplicates"}


def test_a_dry_run_is_on_the_log_too(town):
    run()
    last = AuditEvent.objects.order_by("sequence").last()
    assert last is not None
    assert (last.code, last.keys["opened"]) == ("records.duplicates_sought", None)
    assert AuditEvent.objects.filter(code="records.index_unsealed").count() == 1


def test_nothing_personal_is_printed_or_kept(town, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("--apply")
    printed = "".join(capfd.readouterr())
    kept = json.dumps(
        [[pair.waterfall, pair.case and pair.case.because] for pair in LinkedPair.objects.all()]
    )
    for record in EducatorRecord.objects.all():
        for clear in (record.first_name, record.last_surname):
            assert clear.lower() not in (printed + kept).lower()
    assert not [part for part in ("900123", "3456", "1980", "02-13") if part in printed + kept]
    assert list(tmp_path.iterdir()) == []  # the engine has spilt nothing


def test_the_engine_may_neither_spill_nor_open_a_file(tmp_path):
    engine = DuckDBEngine()
    settings = dict(
        engine.connection.sql(
            "SELECT name, value FROM duckdb_settings() WHERE name IN"
            " ('temp_directory', 'enable_external_access', 'lock_configuration')"
        ).fetchall()
    )
    assert settings == {
        "temp_directory": "",
        "enable_external_access": "false",
        "lock_configuration": "true",
    }
    with pytest.raises(engine.faults):
        engine.connection.sql(f"COPY records TO '{tmp_path / 'out.csv'}'")
    with pytest.raises(engine.faults):
        engine.connection.sql("SET temp_directory = '/tmp'")


def test_what_does_not_fit_into_memory_fails_without_quoting_a_row(monkeypatch):
    engine = DuckDBEngine(memory_limit="60MB")
    tokens = Tokens()

    def rows():
        for place in range(60_000):
            one = stranger(place % 500)
            facts = Facts(
                first_name=one.first_name,
                last_surname=one.last_surname,
                birth_date=one.birth_date.isoformat(),
                ssn=one.ssn,
            )
            yield (
                (place, *known[place % 500])
                if place >= 500
                else keep(row_of(facts, place=place, tokens=tokens))
            )

    def load_and_score():
        engine.load(rows())
        list(scored_pairs(engine, the_model(), threshold=0))

    known = {}

    def keep(row):
        known[row[0]] = row[1:]
        return row

    with pytest.raises(LinkageFailed) as failed, told_by_kind(engine):
        load_and_score()
    assert str(failed.value) == "OutOfMemoryException"
    assert failed.value.__suppress_context__


# --- Refusals --------------------------------------------------------------------------------------------------------


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "kecs.records.linkage.engine", None)
    with pytest.raises(CommandError, match=r"not installed.*requirements/linkage\.txt") as refused:
        run()
    assert refused.value.returncode == 2
    assert not AuditEvent.objects.filter(code="records.index_unsealed").exists()


def test_without_pyspark_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "kecs.records.linkage.spark", None)
    with pytest.raises(CommandError, match="pyspark is not installed"):
        run("--spark", "local[1]")


def test_a_model_that_cannot_be_used_is_refused_before_anything_is_unsealed(tmp_path):
    broken = tmp_path / "model.json"
    broken.write_text("{}", encoding="utf-8")
    for path in (broken, tmp_path / "nowhere.json"):
        with pytest.raises(CommandError, match="cannot be"):
            run("--model", str(path))
    assert not AuditEvent.objects.filter(code="records.index_unsealed").exists()


def test_a_fault_of_the_engine_is_told_by_its_kind(town, monkeypatch):
    def gives_up(**_arguments):
        raise LinkageFailed("OutOfMemoryException")

    monkeypatch.setattr(findings_module, "scored_pairs", lambda *_a, **_k: gives_up())
    with pytest.raises(CommandError, match="Splink gave up: OutOfMemoryException"):
        run("--apply")
    assert not Case.objects.exists()


# --- Learning --------------------------------------------------------------------------------------------------------


def test_an_index_too_small_to_learn_from_is_refused(town, tmp_path):
    with pytest.raises(CommandError, match="too little to learn from"):
        run(str(tmp_path / "model.json"), command="train_linkage")
    assert not (tmp_path / "model.json").exists()


def test_a_model_learnt_here_can_be_used_here(town, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "LEAST_RECORDS", 10)
    path = tmp_path / "model.json"
    run(str(path), command="train_linkage")
    assert "this installation's 22 records" in read_model(path).data
    assert run("--model", str(path))["records compared"] == 22
    [unsealed] = AuditEvent.objects.filter(code="records.index_unsealed", keys__purpose="training")
    assert unsealed.keys["records"] == 22


@pytest.mark.any_database("DuckDB learns, from rows that another test reads")
def test_expectation_maximisation_learns_what_this_index_does(monkeypatch):
    """Among people of whom one in ten is on file twice, and half of the second records have a surname typo."""
    engine, tokens = DuckDBEngine(), Tokens()
    consonants, vowels = "bdfgklmnprstvz", "aeiou"
    syllables = [consonant + vowel for consonant in consonants for vowel in vowels]

    def rows():
        place = 0
        for number in range(2_000):
            one = stranger(number)
            surname = (
                "".join(syllables[number // 70**power * 7 % 70] for power in (0, 1)) + syllables[number % 70]
            )
            facts = Facts(
                first_name=one.first_name,
                last_surname=surname + "son",
                birth_date=f"{1950 + number % 45}-{1 + number // 45 % 12:02}-{1 + number % 28:02}",
                ssn=f"{900_000_000 + number * 32_452 % 99_999_989}",
            )
            yield row_of(facts, place=place, tokens=tokens)
            place += 1
            if number % 10 == 0:
                second = surname + ("zon" if number % 20 else "son")
                again = Facts(
                    first_name=facts.first_name,
                    last_surname=second,
                    birth_date=facts.birth_date,
                    ssn=facts.ssn,
                )
                yield row_of(again, place=place, tokens=tokens)
                place += 1

    engine.load(rows())
    monkeypatch.setattr(training, "LEAST_RECORDS", 1_000)
    monkeypatch.setattr(training, "SAMPLED_PAIRS", 100_000)
    model = training.trained_model(engine=engine, start=the_model(), data="a test", today=date(2026, 1, 1))
    surname = model.worth[Attribute.LAST_SURNAME]
    assert surname[Level.SAME].m == pytest.approx(0.5, abs=0.1)
    assert surname[Level.TYPO].m == pytest.approx(0.45, abs=0.1)
    assert model.worth[Attribute.SSN][Level.SAME].m > 0.9
    assert model.figures["expected duplicates"] == pytest.approx(200, abs=20)
    assert model.duplicates_per_record == pytest.approx(0.18, abs=0.03)
    assert "m: a test" in surname[Level.TYPO].source
    assert written(model)


# --- Spark -----------------------------------------------------------------------------------------------------------


@pytest.mark.enable_socket
# py4j leaves its sockets to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_spark_finds_what_duckdb_finds(town):
    """The same model file on both; where pyspark is installed."""
    pytest.importorskip("pyspark", reason="pyspark is not among the locked packages")
    from kecs.records.linkage.spark import SparkEngine, spark_session

    people = list(everybody())
    session = spark_session("local[2]")
    try:
        session.conf.set("spark.sql.shuffle.partitions", "2")
        on_spark, here = (
            {
                finding.record_ids: (finding.verdict, finding.waterfall.stored())
                for finding in findings(records=people, engine=engine, model=the_model(), threshold=-10)
            }
            for engine in (SparkEngine(session), DuckDBEngine())
        )
    finally:
        session.stop()
    assert on_spark == here
    assert len(here) >= 4


# --- Former names, in the engine -------------------------------------------------------------------------------------


def test_a_former_name_is_as_good_as_a_present_one_for_being_compared():
    """Neither the birth date nor the sound of the present names leads from one to the other."""
    now = Facts(
        first_name="Zoe",
        last_surname="Quimby",
        other_names=(OtherName(last_surname="Harrington"),),
        ssn="4321",
    )
    then = Facts(first_name="Beatrix", last_surname="Harrington", birth_date="1980-02-03", ssn="4321")
    tokens = Tokens()
    engine = DuckDBEngine()
    engine.load([row_of(now, place=0, tokens=tokens), row_of(then, place=1, tokens=tokens)])
    [pair] = scored_pairs(engine, the_model(), threshold=-100)
    assert pair.waterfall.levels[Attribute.LAST_SURNAME] is Level.OTHER


def test_the_keyring_is_not_what_tokens_are_made_with(settings):
    """Their key is drawn for the run, so the index's digests cannot be looked up by them."""
    root = Keyring.load(settings.KECS_KEYRING).roots[1]
    assert Tokens()._key not in {root, root[:32]}
    assert Tokens()._key != Tokens()._key
