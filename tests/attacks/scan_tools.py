"""How Wapiti and sqlmap are called for scanning.py, and what is made of what they say."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


STARTS = {
    "stranger": ("/", "/register/search", "/forgot-password", "/forgot-username", "/register/no-ssn"),
    "searcher": ("/register/match", "/register/account"),
    "educator": ("/home", "/confirm-email/change", "/confirm-it-is-you", "/corrections", "/account/password"),
    "staff": ("/desk",),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that a tool reported."""

    tool: str
    role: str
    what: str
    explained: str = ""


def starts(role: str) -> tuple[str, ...]:
    """Where a tool begins in this role; for staff at every page of the desk that needs no number."""
    from tests.attacks.routes import routes

    desk = [route.address() for route in routes() if route.pattern.startswith("desk/") and not route.parts]
    return (*STARTS[role], *(desk if role == "staff" else ()))


def wapiti(port: int, programs: Path, seconds: int, role: str, cookies: str, folder: Path) -> dict[str, Any]:
    """Crawls and attacks what it finds; its own report is read."""
    out = folder / "wapiti.json"
    site = f"http://127.0.0.1:{port}"
    command = [
        str(programs / "python"),
        str(Path(__file__).with_name("gentle_wapiti.py")),
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
    command += [part for start in starts(role) for part in ("-s", site + start)]
    # Its own limits come to `seconds`; on a busy machine it needs as long again to put down what it found.
    said = run(command, 2 * seconds)
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
        did = "no report"
        findings.append(
            finding("wapiti", role, f"it ended without a report: {' '.join(said.split())[-160:]}")
        )
    return {
        "tool": "wapiti",
        "role": role,
        "did": did,
        "findings": [vars_of(each) for each in unique(findings)],
    }


def sqlmap(port: int, programs: Path, seconds: int, role: str, cookies: str, folder: Path) -> dict[str, Any]:
    """Every form that it finds from the role's pages on; then each first suspicion by itself, until sqlmap says yes or no."""
    findings: list[Finding] = []
    suspicions: list[Suspicion] = []
    tested = 0
    always = [
        "--level=3",
        "--risk=2",
        "--batch",
        "--flush-session",
        "--timeout=10",
        "--retries=1",
        "--disable-coloring",
    ]
    always += [
        "--cookie",
        cookies,
        "--output-dir",
        str(folder / "sqlmap"),
        "--ignore-code=401,403,404,405,429",
    ]
    for start in starts(role):
        command = [str(programs / "sqlmap"), "-u", f"http://127.0.0.1:{port}{start}", "--forms", "--crawl=1"]
        command += ["--threads=4", "--crawl-exclude=sign-out|setlang|static", "--skip=csrfmiddlewaretoken"]
        command += ["--time-limit", str(max(5, seconds // len(starts(role)))), *always]
        said = run(command, seconds)
        tested += len(re.findall(r"testing if \w+ parameter|parameter '[^']+' (?:does not seem|is)", said))
        suspicions += suspicions_in(said)
        findings += [
            finding("sqlmap", role, f"{start}: {line.strip()[:200]}")
            for line in said.splitlines()
            if re.search(r"is vulnerable\b|identified the following injection|^Parameter: ", line)
        ]
    settled = []
    for each in dict.fromkeys(suspicions):
        command = [str(programs / "sqlmap"), "-u", each.address, "-p", each.parameter, *always]
        command += ["--test-filter", each.test, "--time-sec=10"]
        said = run(command + (["--data", each.data] if each.data else []), SETTLED_IN)
        verdict = verdict_in(said)
        place = each.address.partition(str(port))[2] or "/"
        settled.append(f"{role}: {each.parameter} at {place} ({each.test}): {verdict}")
        if not verdict.startswith(INNOCENT):
            findings.append(finding("sqlmap", role, settled[-1]))
    return {
        "tool": "sqlmap",
        "role": role,
        "did": f"{tested} looks at parameters, {len(settled)} first suspicions settled",
        "settled": settled,
        "findings": [vars_of(each) for each in unique(findings)],
    }


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What sqlmap called injectable at a first look, the form in which it did, and its name for what it tried."""

    address: str
    data: str
    parameter: str
    test: str


SETTLED_IN = 600
# What sqlmap says in the end of a suspicion that was none.
INNOCENT = (
    "does not seem to be injectable",
    "false positive or unexploitable",
    "do not appear to be injectable",
)


def suspicions_in(said: str) -> list[Suspicion]:
    """With the form that was tested when sqlmap said so."""
    found, address, data = [], "", ""
    for line in said.splitlines():
        if form := re.match(r"(?:GET|POST) (http\S+)", line):
            address, data = form[1], ""
        elif line.startswith("POST data: "):
            data = line.removeprefix("POST data: ")
        elif suspect := re.search(r"parameter '([^']+)' appears to be '(.+)' injectable", line):
            found.append(Suspicion(address=address, data=data, parameter=suspect[1], test=suspect[2]))
    return found


def verdict_in(said: str) -> str:
    """The last word of sqlmap on a parameter, in its own words."""
    words = re.findall(
        rf"({'|'.join(INNOCENT)}|is vulnerable|identified the following injection)[^\n]*", said
    )
    return words[-1] if words else "not settled: " + " ".join(said.split())[-160:]


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
        text = (late.stdout or b"").decode(errors="replace")  # of text, too, it holds the bytes
        return f"{text}\nended by scan_tools.py after {late.timeout:.0f} seconds"
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
