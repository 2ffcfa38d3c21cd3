"""`python -m benchmarks.acceptance`: this system and the simple rules on FEBRL 4, which nothing was fitted to.

Whoever changes the matching because of what this says has no set left to accept it by: tune with matching.py, and run this when all is done.
Writes benchmarks/results/acceptance.md.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import febrl
from benchmarks.cases import Cases, Comer
from benchmarks.matching import SEED, WHOLE, Row, with_this_system
from benchmarks.population import generate
from benchmarks.report import row

RESULT = Path(__file__).parent / "results" / "acceptance.md"


def markdown(one: febrl.Febrl, rows: list[Row]) -> str:
    """The report."""
    lines = [
        "# Acceptance: FEBRL 4",
        "",
        f"Made by `python -m benchmarks.acceptance`, {datetime.now(UTC):%Y-%m-%d}. {len(one.people):,} duplicates look for",
        f"their {len(one.records):,} originals; {one.sent_back:,} more are sent back by the form. This system has generated people on file",
        "beside them; the rules have FEBRL's records alone, which favours them.",
        "Nothing may be fitted to this set, nor changed because of what stands here ([why](../../docs/matching.md)).",
        "",
        row("system", "people on file", "found", "step-up", "held", "slips through", "wrong record"),
        row("---", "---:", "---:", "---:", "---:", "---:", "---:"),
    ]
    for each in rows:
        (tally,) = each.groups.values()
        shares = (tally.found, tally.step_up, tally.held, tally.missed, tally.wrong)
        lines.append(
            row(each.system, f"{each.on_file:,}", *(f"{share / tally.people:.3f}" for share in shares))
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, write, print."""
    one = febrl.load(febrl.KEPT)
    comers = [Comer(group=febrl.KEPT, typed=typed, truth=truth) for typed, truth in one.people]
    population = generate(WHOLE.on_file[-1], seed=SEED)
    rows = with_this_system(Cases(name=febrl.KEPT, records=one.records, comers=comers), population, WHOLE)
    text = markdown(one, rows)
    RESULT.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
