"""`kecs train_linkage MODEL.json`: learn from this installation's records what agreement is worth in linkage."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from kecs.records.linkage.index import everybody, record_count
from kecs.records.linkage.model import Model, written
from kecs.records.linkage.tokens import Tokens
from kecs.records.management.commands.find_duplicates import UNUSABLE, engine_for, model_in, shown

BY = "system:train_linkage"


class Command(BaseCommand):
    help = "Learn the model of linkage from this installation's own records, and write it to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """MODEL.json [--start OTHER.json]"""
        parser.add_argument("file", type=Path, help="the file to write; it holds shares and counts only")
        parser.add_argument(
            "--start", type=Path, metavar="MODEL.json", help="begin with this model, not KECS' own"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exits 0, or 2 when there is too little to learn from."""
        start, path = model_in(options["start"]), options["file"]
        engine_for(None).close()  # says so before anything is unsealed, if the packages are missing
        from kecs.records.linkage.actions import start_linkage  # noqa: PLC0415

        start_linkage(purpose="training", records=record_count(), by=BY)
        model = _trained(start)
        try:
            path.write_text(written(model), encoding="utf-8")
        except OSError as error:
            words = _("The file %(path)s cannot be written: %(why)s.")
            raise CommandError(words % {"path": path, "why": error.strerror}, returncode=UNUSABLE) from None
        for name, value in model.figures.items():
            self.stdout.write(f"{name}: {value:,}")
        self.stdout.write(
            _("Try it without changing anything: kecs duplicates --model %(path)s") % {"path": path}
        )


def _trained(start: Model) -> Model:
    from kecs.records.linkage.engine import DuckDBEngine, LinkageFailed, told_by_kind  # noqa: PLC0415
    from kecs.records.linkage.rows import row_of  # noqa: PLC0415
    from kecs.records.linkage.training import LEAST_RECORDS, TooFewRecords, trained_model  # noqa: PLC0415

    engine, tokens, today = DuckDBEngine(), Tokens(), timezone.localdate()
    try:
        with told_by_kind(engine):
            engine.load(
                row_of(facts, place=place, tokens=tokens)
                for place, (_record_id, facts) in enumerate(shown(everybody()))
            )
        data = f"this installation's {engine.records:,} records on {today.isoformat()}"
        return trained_model(engine=engine, start=start, data=data, today=today)
    except TooFewRecords:
        words = _("There is too little to learn from: at least %(least)s records are needed.")
        raise CommandError(words % {"least": f"{LEAST_RECORDS:,}"}, returncode=UNUSABLE) from None
    except LinkageFailed as failed:
        words = _("Splink gave up: %(fault)s. docs/guides/duplicates.md says what helps.")
        raise CommandError(words % {"fault": failed}, returncode=UNUSABLE) from None
    finally:
        engine.close()
