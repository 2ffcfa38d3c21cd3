"""`kecs duplicates`: find likely duplicates in the whole index and, with --apply, open cases. docs/guides/duplicates.md."""

import csv
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm  # type: ignore[import-untyped]  # it ships no types

from kecs.records.linkage.facts import Facts
from kecs.records.linkage.index import everybody, record_count
from kecs.records.linkage.kin import Verdict
from kecs.records.linkage.model import Model, ModelRefused, read_model, the_model
from kecs.records.linkage.waterfall import sentence

if TYPE_CHECKING:  # the packages of the extra may not be there
    from kecs.records.linkage.engine import Engine
    from kecs.records.linkage.findings import Finding

BY = "system:find_duplicates"
UNUSABLE = 2


class Command(BaseCommand):
    help = "Find likely duplicates in the whole index; with --apply, open a case for each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """[--apply] [--threshold BITS] [--model MODEL.json] [--pairs PAIRS.csv] [--spark MASTER]"""
        parser.add_argument("--apply", action="store_true", help="open cases; without it nothing changes")
        parser.add_argument("--threshold", type=float, metavar="BITS", help="instead of the model's own")
        parser.add_argument("--model", type=Path, metavar="MODEL.json", help="instead of the one of KECS")
        parser.add_argument(
            "--pairs", type=Path, metavar="PAIRS.csv", help="write every pair, kin included: ids and weights"
        )
        parser.add_argument("--spark", metavar="MASTER", help="run on Spark, such as local[2] or yarn")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0, or 2 when it cannot run."""
        model = model_in(options["model"])
        threshold = model.threshold if options["threshold"] is None else options["threshold"]
        engine = engine_for(options["spark"])
        from kecs.records.linkage.actions import end_linkage, open_linkage_cases, start_linkage  # noqa: PLC0415

        start_linkage(purpose="duplicates", records=record_count(), by=BY)
        found = self._found(engine, model, threshold)
        counts = Counter(finding.verdict for finding in found)
        opened = open_linkage_cases(found=found, by=BY) if options["apply"] else None
        end_linkage(
            model=model.trained_on,
            duplicates=counts[Verdict.DUPLICATE],
            other_first_names=counts[Verdict.OTHER_FIRST_NAME],
            kin=counts[Verdict.KIN],
            opened=opened,
            by=BY,
        )
        if options["pairs"] is not None:
            _write_pairs(options["pairs"], found)
        self._print(engine.records, counts, opened)

    def _found(self, engine: "Engine", model: Model, threshold: float) -> "list[Finding]":
        from kecs.records.linkage.engine import LinkageFailed  # noqa: PLC0415
        from kecs.records.linkage.findings import findings  # noqa: PLC0415

        try:
            return list(findings(records=shown(everybody()), engine=engine, model=model, threshold=threshold))
        except LinkageFailed as failed:
            sentence_ = _("Splink gave up: %(fault)s. docs/guides/duplicates.md says what helps.")
            raise CommandError(sentence_ % {"fault": failed}, returncode=UNUSABLE) from None
        finally:
            engine.close()

    def _print(self, records: int, counts: Counter[Verdict], opened: int | None) -> None:
        rows = [
            (_("records compared"), records),
            (_("likely duplicates"), counts[Verdict.DUPLICATE]),
            (_("one SSN, two first names"), counts[Verdict.OTHER_FIRST_NAME]),
            (_("probably kin, no case"), counts[Verdict.KIN]),
        ]
        if opened is not None:
            rows.append((_("cases opened"), opened))
        width = max(len(label) for label, _count in rows)
        for label, count in rows:
            self.stdout.write(f"{label:<{width}}  {count:>10,}")
        if opened is None:
            self.stdout.write(_("This was a dry run: no case was opened. Add --apply to open them."))


def model_in(path: Path | None) -> Model:
    """The model in a file, or the one that comes with KECS. Raises CommandError."""
    try:
        return the_model() if path is None else read_model(path)
    except ModelRefused as refused:
        words = _("The model %(path)s cannot be used: %(why)s")
        raise CommandError(words % {"path": path, "why": refused}, returncode=UNUSABLE) from None
    except OSError as error:
        words = _("The model %(path)s cannot be opened: %(why)s.")
        raise CommandError(words % {"path": path, "why": error.strerror}, returncode=UNUSABLE) from None


def engine_for(spark: str | None) -> "Engine":
    """DuckDB in memory, or Spark under this master. Raises CommandError where its packages are missing."""
    try:
        from kecs.records.linkage.engine import DuckDBEngine  # noqa: PLC0415
    except ImportError:
        raise CommandError(
            _(
                "Splink is not installed. Install it with: "
                ".venv/bin/python -m pip install --require-hashes -r requirements/linkage.txt"
            ),
            returncode=UNUSABLE,
        ) from None
    if spark is None:
        return DuckDBEngine()
    try:
        from kecs.records.linkage.spark import SparkEngine, spark_session  # noqa: PLC0415
    except ImportError:
        raise CommandError(
            _("pyspark is not installed. Install the version of your cluster with pip."), returncode=UNUSABLE
        ) from None
    return SparkEngine(spark_session(spark))


def shown(records: Iterable[tuple[UUID, Facts]]) -> Iterator[tuple[UUID, Facts]]:
    """The same, with a bar on a terminal; a log file wants none."""
    yield from tqdm(records, total=record_count(), unit=" records", disable=None, file=sys.stderr)


def _write_pairs(path: Path, found: "Iterable[Finding]") -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("first_record_id", "second_record_id", "verdict", "weight", "because"))
            for finding in sorted(found, key=lambda each: -each.waterfall.weight):
                weight = f"{finding.waterfall.weight:.1f}"
                rows.writerow(
                    (*finding.record_ids, finding.verdict.value, weight, sentence(finding.waterfall))
                )
    except OSError as error:
        words = _("The file %(path)s cannot be written: %(why)s.")
        raise CommandError(words % {"path": path, "why": error.strerror}, returncode=UNUSABLE) from None
