"""`python -m tests.attacks.spreadsheets`: exports people whose every column holds a formula, and opens the file in LibreOffice.

It is opened as we write it (commas), and as somebody may whose spreadsheet takes semicolons or tabs for the border of two
cells, with formulas evaluated. A file that was written without our care is opened beside it: it must hold formulas, or the
count means nothing. Exits with 1 unless all is as it should be. Needs `soffice` (Debian: libreoffice-calc-nogui).
"""

import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from tests.attacks.formulas import HARMLESS, PAYLOADS

SEPARATORS = {"commas": 44, "semicolons": 59, "tabs": 9, "commas or semicolons": "44/59"}
_FORMULA = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}formula"
_REPEATED = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}number-columns-repeated"
_CELL = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table-cell"


def formula_cells(file: Path, separator: object, folder: Path) -> tuple[int, int]:
    """How many cells are formulas, and how many hold anything, once LibreOffice has opened the file."""
    # Separator, quote, UTF-8, first line, no column formats, English, quoted cells are text: no, special numbers: yes, …,
    # evaluate formulas: yes. The last two are the careless answers.
    options = f"CSV:{separator},34,76,1,,1033,false,true,false,false,false,0,true"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            f"--infilter={options}",
            "--convert-to",
            "ods",
            "--outdir",
            str(folder),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=1800,  # of a machine that has much else to do
    )
    with ZipFile(folder / f"{file.stem}.ods") as opened:
        cells = list(ElementTree.fromstring(opened.read("content.xml")).iter(_CELL))  # noqa: S314 - our own file
    filled = sum(int(cell.get(_REPEATED, "1")) for cell in cells if len(cell))
    return sum(_FORMULA in cell.attrib for cell in cells), filled


def careless(rows: Iterable[Sequence[str]]) -> bytes:
    """Cells as the library writes them; none that waits for another machine, or LibreOffice would not come back."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def exported() -> bytes:
    """Every column of a record for each payload, through the action that the page calls."""
    from django.db import connection

    from kecs.console.exports.actions import export_list
    from kecs.console.exports.messages import ExportReason
    from kecs.records.exporting.kinds import ExportColumn, ExportList, Wanted
    from kecs.records.models import EducatorRecord, OtherName

    for number, payload in enumerate(PAYLOADS):
        stored = payload.replace("\x00", "") if connection.vendor == "postgresql" else payload
        record = EducatorRecord(
            staff_unique_id=f"{stored[:28]}{number}",
            first_name=stored,
            middle_name=stored,
            last_surname=stored,
            generation_code_suffix=stored[:10],
            contact_email=stored,
        )
        record.save(force_insert=True)
        OtherName.objects.create(record=record, first_name=stored, last_surname=stored)
    export = export_list(
        wanted=Wanted(which=ExportList.WITHOUT_ACCOUNT),
        columns=tuple(ExportColumn),
        reason=ExportReason.LOOK_INTO_IT,
        by="system:tests",
    )
    return b"".join(export.pieces)


def main() -> int:
    """The table, and 1 where a formula is left or the check saw none where there are some."""
    if shutil.which("soffice") is None:
        sys.stderr.write("soffice is missing: apt-get install libreoffice-calc-nogui\n")
        return 2
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update(KECS_VAR_DIR=name, KECS_MODE="development", KECS_SECRET_KEY="of one run" * 6)
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kecs.config.settings")
        import django
        from django.core.management import call_command

        django.setup()
        from django.conf import settings

        from kecs.pii.keyring import Keyring

        Keyring.create(settings.KECS_KEYRING, label="development")
        call_command("migrate", verbosity=0)
        files = {"ours": exported(), "careless": careless([payload] * 3 for payload in PAYLOADS[:HARMLESS])}
        for which, content in files.items():
            file = folder / f"{which}.csv"
            file.write_bytes(content)
            for words, separator in SEPARATORS.items():
                formulas, filled = formula_cells(file, separator, folder)
                told = f"{which:<10} opened with {words:<22} {filled:>5} cells, {formulas:>4} formulas\n"
                sys.stdout.write(told)
                sys.stdout.flush()
                wrong += bool(formulas) if which == "ours" else not formulas
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
