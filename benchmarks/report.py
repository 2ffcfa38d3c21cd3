"""The report of registration.py: one table of costs, one of pages, from the facts that are also kept as JSON."""

from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.visits import REQUESTS

PAGES = (
    "GET /",
    "GET /register/search",
    "GET /robot/challenge",
    "POST /register/search",
    "GET /register/match",
    "POST /register/match",
    "GET /register/account (claim)",
    "POST /register/account (claim)",
    "GET /register/account (new)",
    "POST /register/account (new)",
    "GET /home",
    "all pages of a registration",
)


def total(one: dict[str, Any], *, without: tuple[str, ...] = ("load generator",)) -> float:
    """CPU milliseconds of a registration."""
    return float(sum(ms for part, ms in one["cpu_ms"].items() if part not in without))


def line_of_round(one: dict[str, Any]) -> str:
    """One round in a line, while it runs."""
    parts = [f"bound {one['hash bound']['per_second']:.1f}/s"]
    parts += [
        f"{name} {each['per_second']:.1f}/s, {total(each):.1f} ms"
        for name, each in one.items()
        if name != "hash bound"
    ]
    return "; ".join(parts)


def rounded(facts: Any) -> Any:
    """Three digits after the point say all there is."""
    if isinstance(facts, float):
        return round(facts, 3)
    if isinstance(facts, dict):
        return {key: rounded(value) for key, value in facts.items()}
    if isinstance(facts, list):
        return [rounded(value) for value in facts]
    return facts


Round = dict[str, Any]


def spread(rounds: list[Round], figure: Callable[[Round], float], digits: int = 1) -> str:
    """The median and, in brackets, the least and the most of the rounds."""
    values = sorted(figure(one) for one in rounds)
    least, most = values[0], values[-1]
    return f"{median(values):.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def rest_per_request(one: Round, whose: str) -> float:
    """CPU milliseconds of a request, password hash and mail sender apart: the sender serves no request."""
    road = "claim" if whose == "ours" else whose
    return total(one[f"{whose} rest"], without=("load generator", "mail sender")) / REQUESTS[road]


def times_the_bare_form(one: Round) -> float:
    """What the first goal is about."""
    return rest_per_request(one, "ours") / rest_per_request(one, "bare")


FIGURES: tuple[tuple[str, Callable[[Round], float], int], ...] = (
    ("Registrations a second at saturation", lambda one: one["ours full"]["per_second"], 1),
    ("Bound: two processes that only hash, a second", lambda one: one["hash bound"]["per_second"], 1),
    (
        "Share of the bound, %",
        lambda one: 100 * one["ours full"]["per_second"] / one["hash bound"]["per_second"],
        0,
    ),
    (
        "The same by CPU: of each registration's, the hash's, %",
        lambda one: 100 * one["hash bound"]["cpu_ms"] / total(one["ours full"]),
        0,
    ),
    ("CPU a registration, ms", lambda one: total(one["ours full"]), 1),
    ("– password hash, ms", lambda one: total(one["ours full"]) - total(one["ours rest"]), 1),
    ("– all else (“rest”), ms", lambda one: total(one["ours rest"]), 1),
    ("– – web processes, ms", lambda one: one["ours rest"]["cpu_ms"]["web"], 1),
    ("– – database processes, ms", lambda one: one["ours rest"]["cpu_ms"]["database"], 1),
    ("– – mail sender, ms", lambda one: one["ours rest"]["cpu_ms"]["mail sender"], 1),
    ("Rest a request (9 requests), ms", lambda one: rest_per_request(one, "ours"), 2),
    ("Bare form: registrations a second", lambda one: one["bare full"]["per_second"], 1),
    ("Bare form: rest, ms", lambda one: total(one["bare rest"]), 1),
    ("Bare form: rest a request (3 requests), ms", lambda one: rest_per_request(one, "bare"), 2),
    ("**Our rest a request, times the bare form's**", times_the_bare_form, 2),
    ("Stock allauth: registrations a second", lambda one: one["allauth full"]["per_second"], 1),
    ("Stock allauth: rest, ms", lambda one: total(one["allauth rest"]), 1),
    ("Stock allauth: rest a request (3 requests), ms", lambda one: rest_per_request(one, "allauth"), 2),
    (
        "Our rest a request, times stock allauth's",
        lambda one: rest_per_request(one, "ours") / rest_per_request(one, "allauth"),
        2,
    ),
    ("Registrations a second with a nearly free hash", lambda one: one["ours rest"]["per_second"], 1),
    (
        "CPU that other programs took meanwhile, % of the machine",
        lambda one: one["ours full"]["others_percent"],
        0,
    ),
    (
        "Load generator's own CPU a registration, ms",
        lambda one: one["ours full"]["cpu_ms"]["load generator"],
        1,
    ),
)


def row(*cells: str) -> str:
    """One line of a table."""
    return "| " + " | ".join(cells) + " |"


def costs(measured: dict[str, Any]) -> list[str]:
    """The first table."""
    lines = [row("", *measured), row("---", *("---:" for _ in measured))]
    for label, figure, digits in FIGURES:
        lines.append(row(label, *(spread(each["rounds"], figure, digits) for each in measured.values())))
    at_first = (f"{times_the_bare_form(each['first_seconds']):.2f}" for each in measured.values())
    return [*lines, row("Our rest a request, times the bare form's, in a server's first seconds", *at_first)]


def pages(measured: dict[str, Any]) -> list[str]:
    """The second table."""
    titles = [f"{kind}: {what}" for kind in measured for what in ("p50 / p99 ms", "statements")]
    lines = [row("page", *titles), row("---", *("---:" for _ in titles))]
    for page in PAGES:
        cells = []
        for each in measured.values():
            times = each["half_load"]["pages"].get(page)
            cells.append(f"{times['p50']:.0f} / {times['p99']:.0f}" if times else "")
            counted = each["statements"].get(page)
            cells.append(
                f"{counted['statements']} ({counted['of_which_transaction_control']})" if counted else ""
            )
        lines.append(row(page, *cells))
    return lines


def markdown(facts: dict[str, Any]) -> str:
    """The whole report."""
    conditions, measured = facts["conditions"], facts["databases"]
    half = ", ".join(
        f"{kind} {each['half_load']['per_second']:.1f} a second, {each['half_load']['visitors']} visitors"
        for kind, each in measured.items()
    )
    machine = f"{facts['machine']['cores']} cores, Python {facts['machine']['python']}"
    lines = [
        "# What a registration costs",
        "",
        f"Made by `make bench` on {machine}; 2 web processes of 8 threads, {conditions['records']:,} records on file.",
        f"Medians of {conditions['rounds']} rounds of {conditions['seconds']:.0f} seconds each, least and most in brackets,",
        f"after {conditions['warm_up_seconds']:.0f} seconds of each server that do not count.",
        "The load generator runs on the same cores.",
        "",
        *costs(measured),
        "",
        "The robot check ran at cost 1, so that solving it does not measure the visitor. Making a challenge at the default",
        f"cost takes the server {conditions['robot_check_ms_at_default_cost']:.1f} ms more, once a registration.",
        "",
        f"## Pages at half of saturation ({half})",
        "",
        "Statements are those that the database is sent, transaction control (in brackets) included.",
        "",
        *pages(measured),
        "",
    ]
    return "\n".join(lines)
