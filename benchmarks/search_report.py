"""The report of search.py: one table of times, one of the goals, from the facts that are also kept as JSON."""

from typing import Any

from benchmarks.report import row

KINDS = {
    "bare": "One bare index probe",
    "statement": "The search's statement (database part)",
    "warm": "The whole search, names seen before",
    "cold": "The whole search, names at first sight",
}
GOALS = {
    "median of the whole search at most, times that at the least size": 1.5,
    "– the same, median over pairs of searches made beside each other": 1.5,
    "– the same, both counted in bare probes of their own database": 1.5,
    "database part, p50 under, ms": 1.0,
    "database part, p99 under, ms": 5.0,
    "median of the whole search under, bare probes (PostgreSQL)": 10.0,
}


def markdown(facts: dict[str, Any]) -> str:
    """The whole report."""
    machine = f"{facts['machine']['cores']} cores, Python {facts['machine']['python']}"
    lines = [
        "# What one search costs",
        "",
        f"Made by `python -m benchmarks.search` on {machine}; one process, one kept connection, the database on the same",
        "machine and read through once, so that it is in memory as far as it fits. A generated population; the tables,",
        "constraints and indexes of the product. The searching process came before other programs where the system allowed.",
        "The populations of a database stand side by side and are searched in turns, call by call, on one connection each:",
        "whatever else the machine does meets all of them alike. All kinds in random order, everybody asked for once.",
        "p50 / p95 / p99 in milliseconds, half of them hits (a record is offered), half misses (nobody has these last 4 and this",
        "birth date). “Times the least” is the median over pairs of searches of one sort, made beside each other.",
        "",
    ]
    for kind, sizes in facts["databases"].items():
        lines += [f"## {kind}", "", *times(sizes), "", *goals(kind, sizes), ""]
    lines += [
        "The database part is the one statement with all it reads (names, former names, who holds the record), sent and",
        "fetched through the driver. The whole search is claim, digests, prices of the names, statement, unsealing, comparison,",
        "decision; without the limits and the log of a page, which no size changes. Linkage keys were not loaded: no search",
        "touches that table. “Machine busy” counts all programs, the measured one included.",
        "",
    ]
    return "\n".join(lines)


def times(sizes: dict[str, Any]) -> list[str]:
    """What was measured."""
    lines = [
        row("", *(f"{int(size):,} records" for size in sizes)),
        row("---", *("---:" for _ in sizes)),
    ]
    for kind, label in KINDS.items():
        for expected, ending in (("both", ""), ("hit", ": hits"), ("miss", ": misses")):
            cells = [_three(each["times_ms"][f"{kind} {expected}"]) for each in sizes.values()]
            lines.append(row(f"**{label}**" if expected == "both" else f"– {ending[2:]}", *cells))
    for kind, label in KINDS.items():
        cells = [f"{each['times_the_least'][f'{kind} both']:.2f}" for each in sizes.values()]
        lines.append(row(f"{label}: times the least", *cells))
    lines.append(row("Database, GB", *(f"{each['gigabytes']:.2f}" for each in sizes.values())))
    lines.append(
        row("Machine busy meanwhile, %", *(f"{each['machine_busy_percent']:.0f}" for each in sizes.values()))
    )
    return lines


def _in_probes(times: dict[str, Any]) -> float:
    return float(times["warm both"]["p50"] / times["bare both"]["p50"])


def _three(found: dict[str, float]) -> str:
    return " / ".join(f"{found[name]:.3f}" for name in ("p50", "p95", "p99"))


def goals(kind: str, sizes: dict[str, Any]) -> list[str]:
    """What was wanted, and what came out at the largest size."""
    first, largest = next(iter(sizes.values()))["times_ms"], list(sizes.values())[-1]
    last, wanted = largest["times_ms"], dict(GOALS)
    came = [
        last["warm both"]["p50"] / first["warm both"]["p50"],
        largest["times_the_least"]["warm both"],
        _in_probes(last) / _in_probes(first),
        last["statement both"]["p50"],
        last["statement both"]["p99"],
        _in_probes(last),
    ]
    lines = [row("Goal, at the largest size", "goal", "came out"), row("---", "---:", "---:")]
    for (label, goal), value in zip(wanted.items(), came, strict=True):
        if kind == "PostgreSQL" or "PostgreSQL" not in label:
            lines.append(row(label, f"{goal:g}", f"{value:.2f}"))
    return lines
