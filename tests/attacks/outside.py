"""`python -m tests.attacks.outside`: production behind the shipped nginx settings, as testssl.sh and MDN's HTTP Observatory see it.

Needs root, for ports 80 and 443 on loopback; nginx, openssl and testssl.sh (Debian's packages of these names); node and npm, by
which the Observatory is installed into a folder that is gone afterwards (`--tools` keeps it). The certificate comes from an
authority made a moment before, so what testssl says of certificates is said of that one, and is not counted; all else is.
nginx's own logs are read as well. Writes benchmarks/results/outside.md; status 1 when testssl finds anything of MEDIUM or worse,
the grade is not A+, or a log tells a secret.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.servers import BIN, ROOT, database, folder_of_its_own
from kecs.pii.keyring import Keyring
from tests.rooms.config.checking import environment_of

HOST = "portal.example.org"  # as in deploy/nginx.conf
WEB_PORT = 8001  # as in deploy/kecs-upstream.conf
METRICS_TOKEN = "0123456789" * 4
OBSERVATORY = "@mdn/mdn-http-observatory@1.4.8"
# Of the throw-away certificate and its name: who signed it, where it is revoked, what DNS says of it.
OF_THE_CERTIFICATE = ("cert", "OCSP", "CRL", "DNS_CAA", "certificate_transparency")
COUNTS = frozenset({"MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN"})
NGINX = """
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log;
events {{ worker_connections 256; }}
http {{ include {folder}/kecs.conf; include {folder}/kecs-metrics.conf; }}
"""
# The name of the portal stands in no DNS: it is here.
HERE = """
import dns from "node:dns";
dns.lookup = (host, options, done) => (
  (done ?? options)(...((options.all ? [null, [{ address: "127.0.0.1", family: 4 }]] : [null, "127.0.0.1", 4])))
);
"""


def run(*words: str | Path, **options: Any) -> str:
    """A program that must succeed; what it said."""
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise SystemExit(f"{words[0]} {words[1]}: status {done.returncode}: {done.stdout}{done.stderr}")
    return str(done.stdout)


def certificate(folder: Path) -> Path:
    """An authority's, and one it signed for the portal, beside each other; the authority's path."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    authority, request = folder / "authority.pem", folder / "request.pem"
    run("openssl", "req", "-x509", *curve, "-keyout", folder / "authority.key", "-out", authority,
        "-days", "90", "-subj", "/CN=Made a moment ago")  # fmt: skip
    run("openssl", "req", *curve, "-keyout", folder / "privkey.pem", "-out", request, "-subj", f"/CN={HOST}")
    (folder / "names").write_text(f"subjectAltName=DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    run("openssl", "x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder / "authority.key",
        "-CAcreateserial", "-days", "90", "-extfile", folder / "names", "-out", folder / "fullchain.pem")  # fmt: skip
    return authority


@contextmanager
def portal(folder: Path, url: str) -> Iterator[None]:
    """In production, by its own gunicorn settings."""
    Keyring.create(folder / "keyring.json", label="production")
    environment = environment_of(
        folder,
        DATABASE_URL=url,
        KECS_ORIGIN=f"https://{HOST}",
        KECS_ALLOWED_HOSTS=HOST,
        KECS_TRUSTED_PROXIES="1",
        KECS_BIND=f"127.0.0.1:{WEB_PORT}",
        KECS_METRICS_TOKEN=METRICS_TOKEN,
    )
    run(BIN / "kecs", "migrate", env=environment, cwd=ROOT)
    command = [str(BIN / "gunicorn"), "-c", "python:kecs.config.gunicorn", "kecs.config.wsgi:application"]
    with (
        (folder / "web.log").open("ab") as log,
        subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log) as web,
    ):
        try:
            yield
        finally:
            web.terminate()


@contextmanager
def nginx(folder: Path) -> Iterator[None]:
    """By the shipped settings, word for word but for the folders in them."""
    for name in ("nginx.conf", "kecs-proxy.conf", "kecs-upstream.conf", "kecs-metrics.conf"):
        text = (ROOT / "deploy" / name).read_text()
        for theirs in ("/etc/nginx/", "/etc/ssl/kecs/", "/var/log/nginx/", "/run/"):
            text = text.replace(theirs, f"{folder}/")
        (folder / ("kecs.conf" if name == "nginx.conf" else name)).write_text(text)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
    words = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    run(*words, "-t")
    with subprocess.Popen([*words, "-g", "daemon off;"]) as proxy:
        try:
            _until_it_answers(folder)
            yield
        finally:
            proxy.terminate()


def _until_it_answers(folder: Path) -> None:
    trust, deadline = ssl.create_default_context(cafile=str(folder / "authority.pem")), time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPSConnection(HOST, context=trust, timeout=5)
        try:
            plain = socket.create_connection(("127.0.0.1", 443), timeout=5)
            connection.sock = trust.wrap_socket(plain, server_hostname=HOST)
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.3)
    raise SystemExit(f"The portal did not answer: {(folder / 'web.log').read_text()[-1500:]}")


# --- The two who look --------------------------------------------------------------------------------------------


def testssl(folder: Path) -> tuple[list[str], list[str], int]:
    """What it found of MEDIUM or worse; what of that is said of the certificate; how many checks it made."""
    said = folder / "testssl.json"
    subprocess.run(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--ip", "127.0.0.1",
         "--add-ca", folder / "authority.pem", "--jsonfile", said, HOST],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    checks = json.loads(said.read_text())
    serious = [each for each in checks if each["severity"] in COUNTS]
    told = {each["id"]: f"{each['id']} ({each['severity']}): {each['finding']}" for each in serious}
    of_it = [text for name, text in told.items() if name.startswith(OF_THE_CERTIFICATE)]
    return [text for text in told.values() if text not in of_it], of_it, len(checks)


def in_the_logs(folder: Path) -> list[str]:
    """Which secrets of an address nginx wrote down, on either port, of requests that it passed on, refused, or could not read."""
    token, asked = "t0kEn-" + "x" * 37, "SECRET-IN-A-QUERY"
    trust = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    for page in ("/confirm-email", "/forgot-password/1", "/recover/stop", "", "/desk/people"):
        path = f"{page}/{token}?q={asked}"
        for port, body in ((80, b""), (443, b""), (443, b"x" * 200_000)):
            plain = socket.create_connection(("127.0.0.1", port), timeout=10)
            line = trust.wrap_socket(plain, server_hostname=HOST) if port == 443 else plain
            head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nReferer: https://{HOST}{path}\r\nContent-Length: {len(body)}\r\n\r\n"
            with line, suppress(OSError):  # it may hang up on the long body
                line.sendall(head.encode() + body)
                line.recv(100)
    time.sleep(1)
    text = "".join(file.read_text() for file in (folder / "kecs.log", folder / "kecs.error.log"))
    if "/confirm-email/*" not in text:
        raise SystemExit("nginx wrote no log of what was asked.")
    return [secret for secret in (token, asked, "127.0.0.1") if secret in text]


def metrics_are_shut() -> None:
    """The numbers are at their own address for whoever shows the token, and nowhere else. Raises SystemExit."""
    token = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    asked: list[tuple[int, dict[str, str], int]] = [(9101, token, 200), (9101, {}, 404), (443, token, 404)]
    for port, headers, wanted in asked:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        if port == 443:
            context = ssl._create_unverified_context()  # noqa: S323 - loopback
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        path = "/metrics" if port == 443 else f"/{WEB_PORT}/metrics"
        connection.request("GET", path, headers={"Host": HOST, **headers})
        answer = connection.getresponse()
        if answer.status != wanted or (wanted == 200 and b"kecs_answers_total" not in answer.read()):
            raise SystemExit(f"/metrics on port {port}: {answer.status}, not {wanted}")
        connection.close()


def observatory(folder: Path, tools: Path) -> dict[str, Any]:
    """Its scan: grade, score, and each test."""
    package = tools / "node_modules" / "@mdn" / "mdn-http-observatory"
    if not package.exists():
        run("npm", "install", "--prefix", tools, "--ignore-scripts", "--no-audit", "--no-fund", OBSERVATORY)
        # Domains that browsers know to be on HTTPS, which it would fetch: ours is none of them, and gets no credit for it.
        (package / "conf" / "hsts-preload.json").write_text("{}")
    (folder / "here.mjs").write_text(HERE)
    told: dict[str, Any] = json.loads(
        run(
            "node",
            "--import",
            folder / "here.mjs",
            package / "src" / "scan.js",
            HOST,
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(folder / "authority.pem")},
        )
    )
    return told


def report(found: list[str], of_it: list[str], checks: int, seen: dict[str, Any], written: list[str]) -> str:
    """As Markdown."""
    scan = seen["scan"]
    lines = [
        "# What the outside sees of the shipped nginx settings",
        "",
        "Made by `python -m tests.attacks.outside`: production on PostgreSQL behind `deploy/nginx.conf`, on loopback, with a certificate",
        "of an authority made for the purpose.",
        "",
        f"- testssl.sh {version_of_testssl()}: {checks} checks, {len(found)} findings of MEDIUM or worse.",
        f"- {OBSERVATORY}: {scan['grade']}, score {scan['score']}, {scan['testsPassed']} of {scan['testsQuantity']} tests passed.",
        f"- Keys of links, queries and addresses of visitors in nginx's logs: {', '.join(written) or 'none'}.",
        "",
        "| the Observatory's test | result | passed |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {test['result']} | {'yes' if test['pass'] else 'NO'} |"
            for name, test in seen["tests"].items()
        ),
        "",
        *(f"- testssl: {each}" for each in found),
        *(f"- not counted, for it is the throw-away certificate's: {each}" for each in of_it),
    ]
    return "\n".join(lines).rstrip() + "\n"


def version_of_testssl() -> str:
    """As it says itself."""
    said = subprocess.run(["testssl", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"testssl\S*\s+(\d[\w.]+)", said.stdout)
    return found[1] if found else "of an unknown version"


def main() -> int:
    """Serve, look, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--tools", type=Path, help="folder that keeps the Observatory for the next time")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    chosen = parser.parse_args()
    missing = [name for name in ("nginx", "openssl", "testssl", "node", "npm") if not shutil.which(name)]
    if missing or os.geteuid():
        raise SystemExit(
            f"Needs root, for ports 80 and 443, and these programs: {', '.join(missing) or 'all there'}."
        )
    with (
        tempfile.TemporaryDirectory(prefix="kecs-outside-") as tools,
        folder_of_its_own() as folder,
        database("PostgreSQL") as server,
    ):
        certificate(folder)
        with portal(folder, server.new(folder)), nginx(folder):
            seen = observatory(folder, chosen.tools or Path(tools))
            found, of_it, checks = testssl(folder)
            written = in_the_logs(folder)
            metrics_are_shut()
        text = report(found, of_it, checks, seen, written)
    sys.stdout.write(text)
    (chosen.results / "outside.md").write_text(text)
    return 1 if found or written or seen["scan"]["grade"] != "A+" else 0


if __name__ == "__main__":
    sys.exit(main())
