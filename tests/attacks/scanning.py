"""`python -m tests.attacks.scanning`: Wapiti and sqlmap over the served portal, as a stranger, an educator, staff; scripts/scan calls it.

The two are tools, not parts of ours: they live in a folder of their own that is gone afterwards (`--tools` keeps it), and
their time is bounded. What they report and is none is in EXPLAINED (scan_tools.py), with the reason. Status 1 when anything else is found.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.people import PASSWORD
from benchmarks.servers import ROOT, database, folder_of_its_own
from tests.attacks.scan_tools import STARTS, sqlmap, wapiti

TOOLS = ("wapiti3==3.2.3", "sqlmap==1.10.10")
# --- Outside: tools, installation, server ------------------------------------------------------------------------


def install(folder: Path) -> Path:
    """The tools, in an environment of their own; the folder of their programs."""
    place = folder / "bin"
    if not (place / "wapiti").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(place / "pip"), "install", "--quiet", *TOOLS], check=True)
    return place


def main() -> int:
    """Install, serve, scan, tell."""
    parser = argparse.ArgumentParser(description="Wapiti and sqlmap over the served portal.")
    parser.add_argument("--tools", type=Path, help="folder that keeps the tools for the next time")
    parser.add_argument("--seconds", type=int, default=900, help="for each tool and each role (900)")
    parser.add_argument("--database", default="PostgreSQL", choices=["SQLite", "PostgreSQL"])
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--roles", nargs="+", choices=STARTS, default=list(STARTS))
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.inside:
        json.dump(list(scan(chosen.inside, chosen.tools, chosen.seconds, chosen.roles)), sys.stdout)
        return 0
    from tests.attacks.__main__ import served

    with tempfile.TemporaryDirectory(prefix="kecs-scan-") as folder:
        programs = install(chosen.tools or Path(folder))
        with database(chosen.database) as server, served(server) as (made, port):
            command = [sys.executable, "-m", "tests.attacks.scanning", "--inside", str(port)]
            command += ["--tools", str(programs), "--seconds", str(chosen.seconds), "--roles", *chosen.roles]
            done = subprocess.run(
                command, cwd=ROOT, env=made.environment, stdout=subprocess.PIPE, text=True, check=True
            )
            failures = failed_requests(made.folder / "web.log")
    runs = json.loads(done.stdout)
    return report(runs, failures, chosen.database, chosen.results)


def failed_requests(log: Path) -> list[str]:
    """Answers of 500, by the server's own log."""
    lines = [line for line in log.read_text().splitlines() if '"status": 5' in line or "Traceback" in line]
    return sorted({re.sub(r'"timestamp": "[^"]*", ', "", line) for line in lines})


def report(runs: list[dict[str, Any]], failures: list[str], kind: str, folder: Path) -> int:
    """Say and write what was found."""
    lines = [
        "# What Wapiti and sqlmap found",
        "",
        f"Made by `scripts/scan` against the portal on {kind}.",
        "",
    ]
    lines += [
        "| tool | as | requests or tests | findings | explained |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    found = 0
    notes = []
    for run in runs:
        true = [each for each in run["findings"] if not each["explained"]]
        found += len(true)
        lines.append(
            f"| {run['tool']} | {run['role']} | {run['did']} | {len(true)} | {len(run['findings']) - len(true)} |"
        )
        notes += [f"- {run['tool']}, {run['role']}: {each['what']}" for each in true]
        notes += [
            f"- a first suspicion of sqlmap, tried again by itself, {each}" for each in run.get("settled", [])
        ]
        notes += [
            f"- explained: {each['what']}: {each['explained']}"
            for each in run["findings"]
            if each["explained"]
        ]
    lines += ["", f"Answers of 500 meanwhile: {len(failures)}.", "", *sorted(set(notes)), *failures]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scan.md").write_text(text)
    (folder / "scan.json").write_text(
        json.dumps({"database": kind, "runs": runs, "failures": failures}, indent=1)
    )
    return 1 if found or failures else 0


# --- Inside: in the environment of the installation --------------------------------------------------------------


def scan(port: int, programs: Path, seconds: int, roles: list[str]) -> Iterator[dict[str, Any]]:
    """Each tool in each role."""
    import django

    django.setup()
    from tests.attacks.bars import QUICK
    from tests.attacks.browsers import get
    from tests.attacks.portal import Portal
    from tests.attacks.roads import put_on_file, register, to_match, victims

    portal = Portal(sizes=QUICK, port=port)
    known = victims(2 * len(roles))
    put_on_file(known)
    for number, (role, tool) in enumerate(product(roles, (wapiti, sqlmap))):
        sys.stderr.write(f"{tool.__name__} as {role} ...\n")
        browser = portal.browser(number)  # each its own: a tool that ends its session is in nobody's way
        get(browser, "/")
        if role == "searcher":
            to_match(browser, known[number].facts)
        if role in {"educator", "staff"}:
            register(browser, known[number].facts, username=f"scanned{number}")
        if role == "staff":
            to_the_desk(browser, f"scanned{number}")
        portal.forget_tries()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with folder_of_its_own() as folder:
            run = tool(port, programs, seconds, role, cookies, folder)
        # A tool that ended its own session has looked at less than it says.
        if get(browser, STARTS[role][0]).status != 200:
            run["did"] += "; its session ended meanwhile"
        portal.forget_tries()
        yield run


def to_the_desk(browser: Any, username: str) -> None:
    """Staff in every role, with an authenticator app: both steps are passed, and there is a case to work on."""
    from kecs.accounts.models import User
    from tests.attacks.browsers import get, post
    from tests.factories.factors import as_staff, code, with_app

    owner = User.objects.get(username=username)
    with_app(owner)
    as_staff(owner)
    asked = {
        "first_name": "Ann",
        "last_surname": "Scan",
        "birth_date": "01/02/1980",
        "email": "ann@example.org",
    }
    post(browser, "/register/no-ssn", {**asked, "telephone": "", "message": "Please help", "robot": "on"})
    post(browser, "/sign-out", {})
    post(browser, "/", {"login": username, "password": PASSWORD})
    post(browser, "/sign-in/second-step", {"code": code()})
    desk = get(browser, "/desk")
    if desk.status != 200:
        raise SystemExit(f"Staff did not get to the desk: {desk.status} {desk.location}")


if __name__ == "__main__":
    sys.exit(main())
