"""`python -m tests.attacks.scanning`: Wapiti and sqlmap over the served portal, as a stranger and as an educator; scripts/scan calls it.

The two are tools, not parts of ours: they live in a folder of their own that is gone afterwards (`--tools` keeps it), and
their time is bounded. What they report and is none is in EXPLAINED, with the reason. Status 1 when anything else is found.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.servers import ROOT, database, folder_of_its_own

TOOLS = ("wapiti3==3.2.3", "sqlmap==1.10.10")
# Without those that ask a server on the internet (ssrf, xxe, log4shell, wapp) or need its list of pages (nikto).
MODULES = (
    "backup,buster,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,"
    "shellshock,sql,timesql,upload,xss"
)
# What a tool reports and is none: its words, and why.
EXPLAINED = {
    "Secure Flag cookie": "served without TLS here; with an https origin cookies are __Host- and Secure (tests/rooms/config/test_attack_headers.py)",
    "Strict-Transport-Security": "served without TLS here; sent with an https origin (the same tests)",
    "Unencrypted Channels": "served without TLS here, on this machine's own address",
    "X-XSS-Protection": "a header that browsers have dropped; the Content-Security-Policy does its work",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that a tool reported."""

    tool: str
    role: str
    what: str
    explained: str = ""


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
    known = victims(3)
    put_on_file(known)
    for number, role in enumerate(roles):
        browser = portal.browser(number)
        get(browser, "/")
        sys.stderr.write(f"as {role} ...\n")
        if role == "searcher":
            to_match(browser, known[1].facts)
        if role == "educator":
            register(browser, known[2].facts, username="scanned")
        portal.forget_tries()
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        with folder_of_its_own() as folder:
            yield wapiti(port, programs, seconds, role, cookies, folder)
            portal.forget_tries()
            yield sqlmap(port, programs, seconds, role, cookies, folder)
            portal.forget_tries()


STARTS = {
    "stranger": ("/", "/register/search", "/forgot-password", "/forgot-username", "/register/no-ssn"),
    "searcher": ("/register/match", "/register/account"),
    "educator": ("/home", "/confirm-email/change", "/confirm-it-is-you", "/corrections", "/account/password"),
}


def wapiti(port: int, programs: Path, seconds: int, role: str, cookies: str, folder: Path) -> dict[str, Any]:
    """Crawls and attacks what it finds; its own report is read."""
    out = folder / "wapiti.json"
    site = f"http://127.0.0.1:{port}"
    command = [
        str(programs / "wapiti"),
        "-u",
        f"{site}/",
        "--scope",
        "domain",
        "-m",
        MODULES,
        "-f",
        "json",
        "-o",
        str(out),
    ]
    command += [
        "--flush-session",
        "--no-bugreport",
        "-x",
        f"{site}/sign-out",
        "-x",
        f"{site}/static/*",
        "-d",
        "6",
    ]
    command += [
        "--max-scan-time",
        str(seconds // 3),
        "--max-attack-time",
        str(max(3, seconds // 30)),
        "--tasks",
        "8",
    ]
    command += ["--store-session", str(folder), "--store-config", str(folder), "-C", cookies, "-v", "1"]
    command += [part for start in STARTS[role] for part in ("-s", site + start)]
    said = run(command, seconds)
    findings = []
    did = "?"
    if out.exists():
        told = json.loads(out.read_text())
        did = str(told.get("infos", {}).get("crawled_pages_nbr", "?")) + " pages"
        for group in ("vulnerabilities", "anomalies"):
            for kind, cases in told.get(group, {}).items():
                findings += [
                    finding("wapiti", role, f"{kind}: {case['method']} {case['path']}: {case['info'][:160]}")
                    for case in cases
                ]
    else:
        did = f"no report: {said[-300:]}"
    return {
        "tool": "wapiti",
        "role": role,
        "did": did,
        "findings": [vars_of(each) for each in unique(findings)],
    }


def sqlmap(port: int, programs: Path, seconds: int, role: str, cookies: str, folder: Path) -> dict[str, Any]:
    """Every form that it finds from the role's pages on."""
    findings: list[Finding] = []
    tested = suspected = 0
    for start in STARTS[role]:
        command = [
            str(programs / "sqlmap"),
            "-u",
            f"http://127.0.0.1:{port}{start}",
            "--forms",
            "--crawl=1",
            "--batch",
        ]
        command += [
            "--level=3",
            "--risk=2",
            "--flush-session",
            "--threads=4",
            "--timeout=10",
            "--retries=1",
            "--cookie",
            cookies,
        ]
        command += [
            "--output-dir",
            str(folder / "sqlmap"),
            "--crawl-exclude=sign-out|setlang|static",
            "--skip=csrfmiddlewaretoken",
        ]
        command += [
            "--time-limit",
            str(max(5, seconds // len(STARTS[role]))),
            "--disable-coloring",
            "--ignore-code=401,403,404,405,429",
        ]
        said = run(command, seconds)
        tested += len(re.findall(r"testing if \w+ parameter|parameter '[^']+' (?:does not seem|is)", said))
        # What "appears to be injectable" at a first look is tried again by sqlmap itself; what it then stands by is a finding.
        suspected += len(re.findall(r"appears to be .*injectable", said))
        findings += [
            finding("sqlmap", role, f"{start}: {line.strip()[:200]}")
            for line in said.splitlines()
            if re.search(r"is vulnerable\b|identified the following injection|^Parameter: ", line)
        ]
    return {
        "tool": "sqlmap",
        "role": role,
        "did": f"{tested} looks at parameters, {suspected} first suspicions",
        "findings": [vars_of(each) for each in unique(findings)],
    }


def run(command: list[str], seconds: int) -> str:
    """What it said; ended when its time is over."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as late:
        return str(late.stdout or "")
    return done.stdout + done.stderr


def finding(tool: str, role: str, what: str) -> Finding:
    """With its explanation, if there is one."""
    return Finding(
        tool=tool,
        role=role,
        what=what,
        explained=next((why for word, why in EXPLAINED.items() if word in what), ""),
    )


def unique(findings: list[Finding]) -> list[Finding]:
    """Each once."""
    return list(dict.fromkeys(findings))


def vars_of(each: Finding) -> dict[str, str]:
    """For JSON."""
    return {"what": each.what, "explained": each.explained}


if __name__ == "__main__":
    sys.exit(main())
