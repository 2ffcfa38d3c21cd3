"""The report of matching.py: tables from the facts that are also kept as JSON."""

from collections.abc import Iterable
from typing import Any

from benchmarks.corruptions import KINDS
from benchmarks.febrl import SETS

SHARES = {kind.name: kind.share / 100 for kind in KINDS}
TAIL = (
    ("newcomer", "stranger offered somebody"),
    ("adv_last4", "knows name and birth date"),
    ("adv_near", "the same, last 4 one slip away"),
    ("adv_name", "knows the numbers, not the name"),
    ("twin", "twin without a record"),
    ("twin_slip", "twin, typing her sister's last 4"),
)
HEAD = ("found", "step-up", "held", "slips through", "wrong record")
FIELDS = ("found", "step_up", "held", "missed", "wrong")

Row = dict[str, Any]


def line(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(cells) + " |"


def _rates(row: Row, groups: dict[str, float]) -> list[float]:
    """The five ends of honest visits, weighted by group."""
    total = sum(groups.values())
    return [
        sum(
            weight * row["groups"][name][each] / row["groups"][name]["people"]
            for name, weight in groups.items()
        )
        / total
        for each in FIELDS
    ]


def _share(value: float) -> str:
    return "0" if value == 0 else f"{value:.3f}" if value >= 0.0005 else f"{value:.1e}"


def _febrl_weights(row: Row) -> dict[str, float]:
    return {name: row["groups"][name]["people"] for name in SETS if name in row["groups"]}


def _label(row: Row) -> tuple[str, str]:
    name = row["system"]
    bold = "**" if name.startswith("This system") else ""
    return f"{bold}{name}{bold}", f"{row['on_file']:,}"


def systems(rows: Iterable[Row], *, weigh: Any) -> list[str]:
    """One line for each system: honest people, then all who must not be shown anything."""
    titles = ("system", "people on file", *HEAD, *(title for _group, title in TAIL))
    lines = [line(*titles), line("---", *("---:" for _title in titles[1:]))]
    for row in rows:
        honest = [_share(rate) for rate in _rates(row, weigh(row))]
        shown = [f"{row['groups'][group]['wrong']:,}" for group, _title in TAIL]
        lines.append(line(*_label(row), *honest, *shown))
    return lines


def held_newcomers(rows: Iterable[Row]) -> str:
    """A sentence: how many honest newcomers wait for staff."""
    parts = [
        f"{row['groups']['newcomer']['held'] / row['groups']['newcomer']['people']:.2%} ({row['system']}, {row['on_file']:,})"
        for row in rows
        if row["groups"]["newcomer"]["held"]
    ]
    return "Newcomers without a record who wait for staff nevertheless: " + ("; ".join(parts) or "none") + "."


def by_group(rows: list[Row], groups: Iterable[str]) -> list[str]:
    """One line for each group of honest people and system: found / step-up / held / slips / wrong."""
    titles = [f"{row['system']}, {row['on_file']:,}" for row in rows]
    lines = [line("", "share, %", *titles), line("---", "---:", *("---:" for _title in titles))]
    for name in groups:
        cells = []
        for row in rows:
            tally = row["groups"][name]
            shares = [tally[each] / tally["people"] for each in FIELDS]
            cells.append(" / ".join(f"{100 * share:.0f}" for share in shares))
        lines.append(line(name, f"{100 * SHARES[name]:.1f}" if name in SHARES else "", *cells))
    return lines


def strangers(facts: dict[str, Any]) -> list[str]:
    """How often somebody without a record is offered one."""
    lines = [
        line(
            "people on file",
            "searches",
            "shared birth date and last 4",
            "offered a stranger",
            "95 % interval",
        ),
        line("---:", "---:", "---:", "---:", "---:"),
    ]
    for each in facts["strangers"]:
        low, high = each["interval"]
        lines.append(
            line(
                f"{each['on_file']:,}",
                f"{each['searches']:,}",
                f"{each['pairs']:,}",
                f"{each['offered']:,}",
                f"{low:.1e} to {high:.1e}",
            )
        )
    return lines


def _what_agreed(facts: dict[str, Any]) -> list[str]:
    last = facts["strangers"][-1]
    if not last["agreed"]:
        return []
    told = "; ".join(f"{count} times {because}" for because, count in last["agreed"].items())
    return ["", f"What agreed where a stranger was offered, {last['on_file']:,} on file: {told}."]


def markdown(facts: dict[str, Any]) -> str:
    """The whole report."""
    size, results = facts["size"], facts["results"]
    febrl, generated = results["FEBRL 1 to 3"], results["Generated"]
    chosen = [
        row
        for row in generated
        if row["system"].startswith("This system")
        or "≥" not in row["system"]
        or row["system"].endswith("8 bits")
    ]
    people = sum(row["groups"][name]["people"] for row in febrl[:1] for name in SETS)
    sent_back = sum(each["sent_back"] for each in facts["febrl"].values())
    versions = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    seconds = "; ".join(f"{part} {taken:.0f} s" for part, taken in facts["seconds"].items())
    lines = [
        "# Who is found, and who is shown a stranger",
        "",
        f"Made by `python -m benchmarks.matching` on {facts['machine']['cores']} cores, Python {facts['machine']['python']}, {versions}, from seeds.",
        f"Seconds: {seconds}.",
        "",
        "*found*: offered at once. *step-up*: found when the full SSN is asked. *held*: the account waits, and staff see the right",
        "record. *slips through*: a duplicate is made. *wrong record*: somebody else's was offered or joined. The six columns behind",
        f"count people who have no record or must not see the one on file, of {size['strangers']:,} each (FEBRL: newcomers fewer): whom",
        "the system offered a record to, or joined to one.",
        "",
        "## FEBRL 1, 2 and 3",
        "",
        f"{people:,} duplicates look for their {sum(each['records'] for each in facts['febrl'].values()):,} originals; {sent_back:,} more are sent back by the form.",
        "This system and its peers saw these sets before: its weights come from them, ECM and Splink learn on them. This system has the",
        "generated people on file as well; the others have FEBRL's records alone, which favours them.",
        "",
        *systems(febrl, weigh=_febrl_weights),
        "",
        held_newcomers(febrl),
        "",
        "By set, % found / step-up / held / slips through / wrong:",
        "",
        *by_group([row for row in febrl if row["system"].startswith(("This", "Exact", "Dep"))], SETS),
        "",
        "### Weights learnt on two sets, judged on the third",
        "",
        *by_group([row for row in febrl if row["system"].startswith("This")] + facts["split"], SETS[-1:]),
        "",
        "## Generated people",
        "",
        f"{size['each']:,} people of each kind of corruption; the mean is weighed by the shares below, which are assumptions.",
        f"ECM and Splink look among {size['peers_on_file']:,} generated people and those who come.",
        "",
        *systems(generated, weigh=lambda _row: SHARES),
        "",
        held_newcomers(generated),
        "",
        "### By kind of corruption, % found / step-up / held / slips through / wrong",
        "",
        *by_group(chosen, SHARES),
        "",
        "## A stranger is offered somebody's record",
        "",
        "Searches by generated people who have no record; everybody on file with the same birth date and last 4 was put before the",
        "product's own decision.",
        "",
        *strangers(facts),
        *_what_agreed(facts),
        "",
        *DISTRUST,
        "",
        *_sources(),
        "",
    ]
    return "\n".join(lines)


DISTRUST = (
    "## Settings, and what to distrust",
    "",
    "- Full SSN and last 4 from FEBRL: see `benchmarks/febrl.py`. Who types the last 4 wrong there types the full SSN wrong too.",
    "- Exact match is one SQL statement on the four facts, without a second question; a unique full SSN would hold some of what",
    "  it lets through. The Department's rule is that of the Teaching Record System's sign-in, on these facts",
    "  (`benchmarks/judges.py` says how); with England's identifiers it would do better.",
    "- ECM: names by Jaro-Winkler ≥ 0.85, birth date and last 4 exact. Splink: its own comparisons for names (with term",
    "  frequencies), date of birth, Damerau-Levenshtein for the last 4; three training passes. A record is offered if it alone",
    "  reaches the threshold. Neither is made to decide who may see a record: they link tables, and do that well.",
    "- FEBRL's errors are made by a program and are heavier than life's. The generated people's errors are made by ours: read a",
    "  line of the table by kind as a test whether that kind is handled, not as a forecast.",
    "- Names have the frequencies of the 1990 census, first name and surname drawn apart. In life names of one origin go",
    "  together, so strangers agree more often than here.",
    "- In the generated file, twins and namesakes are strangers to those who look for themselves; they are counted apart.",
)


def _sources() -> list[str]:
    lines = [
        "## Where the shares come from",
        "",
        line("kind", "share, %", "source"),
        line("---", "---:", "---"),
    ]
    return lines + [line(kind.name, f"{kind.share:.1f}", kind.source) for kind in KINDS]
