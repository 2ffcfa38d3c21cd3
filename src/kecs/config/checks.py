"""What production refuses to start with, each with a sentence that says what to set."""

from collections.abc import Iterator
from importlib import import_module
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from kecs.accounts.breached import BreachedListBroken, glance
from kecs.accounts.passwords import Policy
from kecs.assurance.levels import EvidenceKind
from kecs.pii.fields import read_keyring
from kecs.pii.keyring import KeyringError

# Transports that hand the links in mails to whoever reads a folder or a log, or to nobody.
KEEP_MAIL = frozenset(
    {
        "kecs.mail.transports.EmlFileTransport",
        "kecs.mail.backend.OutboxBackend",
        *(
            f"django.core.mail.backends.{kind}.EmailBackend"
            for kind in ("console", "dummy", "filebased", "locmem")
        ),
    }
)
LEAST_SEARCH_MS = 100
LEAST_TOKEN = 32


def _unsafe() -> Iterator[str]:
    if settings.DEBUG:
        yield "KECS_DEBUG must be off: error pages would show personal data."
    if len(settings.SECRET_KEY) < 50 or settings.SECRET_KEY.startswith("not-set"):
        yield "Set KECS_SECRET_KEY to at least 50 random characters."
    if not settings.KECS_ORIGIN.startswith("https://"):
        yield "Set KECS_ORIGIN to the portal's https:// address; links in mails are built from it."
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield "Set KECS_ALLOWED_HOSTS to the portal's host names, without a wildcard."
    if not settings.KECS_AGENCY_NAME:
        yield "Set KECS_AGENCY_NAME."
    if not (settings.KECS_HELP_PHONE or settings.KECS_HELP_EMAIL):
        yield "Set KECS_HELP_PHONE or KECS_HELP_EMAIL: every page that refuses something names a person to ask."
    if not settings.DEFAULT_FROM_EMAIL:
        yield "Set KECS_MAIL_FROM to the no-reply address that mails come from."
    for part, text in settings.KECS_SSN_NOTICE.items():
        if not text or "DEMONSTRATION" in text:
            yield f"Set KECS_SSN_NOTICE_{part.upper()}: the Privacy Act notice before the SSN has no default text."
    if settings.KECS_ALLOW_NEVER_ISSUED_SSN:
        yield "KECS_ALLOW_NEVER_ISSUED_SSN must be off: those numbers are nobody's."
    yield from _outside_of_us()
    yield from _too_cheap()
    yield from _too_few_threads()
    yield from _weak_evidence()
    if not 0 < settings.KECS_IMPORT_MOST_BYTES <= settings.KECS_IMPORT_FOLDER_MOST_BYTES:
        yield "KECS_IMPORT_FOLDER_MOST_MB must be at least KECS_IMPORT_MOST_MB, and that more than 0: the folder must have room for one file."
    if settings.KECS_PASSWORD_POLICY not in list(Policy):
        yield f"KECS_PASSWORD_POLICY must be one of: {', '.join(Policy)}."
    yield from _breached_list_problem()
    yield from _metrics_problem()
    yield from _telemetry_problem()
    if settings.KECS_MAIL_TRANSPORT in KEEP_MAIL:
        yield "KECS_MAIL_TRANSPORT must send mail, not write it to files, to the log or nowhere."


def _outside_of_us() -> Iterator[str]:
    """The database, the mail server and the proxy."""
    if not settings.KECS_DATABASE_NAMED:
        yield "Set DATABASE_URL: a process without it would work on an empty database of its own, and nobody would notice."
    if settings.KECS_SMTP_SCHEME not in {"smtp", "smtp+starttls", "smtps"}:
        yield "KECS_SMTP_URL must begin with smtp://, smtp+starttls:// or smtps://; with anything else the password would travel in clear."
    if settings.KECS_TRUSTED_PROXIES < 1:
        yield "Set KECS_TRUSTED_PROXIES to how many proxies of yours stand in front: one of them ends TLS, and without it all visitors are one network."


def _too_cheap() -> Iterator[str]:
    """What measurements and tests set to spare time."""
    if settings.KECS_PASSWORD_HASH_COST != "full":
        yield "KECS_PASSWORD_HASH_COST must be full."
    if settings.KECS_SEARCH_TAKES_MS < LEAST_SEARCH_MS:
        yield f"KECS_SEARCH_TAKES_MS must be at least {LEAST_SEARCH_MS}: the work takes longer, and its time would tell what was found."


def _too_few_threads() -> Iterator[str]:
    """On opening day everybody chooses a password at once."""
    if settings.KECS_HASHES_AT_ONCE >= settings.KECS_WEB_THREADS:
        yield (
            f"KECS_HASHES_AT_ONCE ({settings.KECS_HASHES_AT_ONCE}) must be fewer than KECS_WEB_THREADS "
            f"({settings.KECS_WEB_THREADS}): else every thread of a web process can be at a password, and no page opens."
        )


def _weak_evidence() -> Iterator[str]:
    """What is no evidence opens no record; and without staff, whoever has no address on file stays outside."""
    unknown = sorted(set(settings.KECS_EVIDENCE) - set(EvidenceKind))
    if unknown:
        yield (
            f"KECS_EVIDENCE: {', '.join(unknown)} is no evidence. Facts about a person, the SSN among them, are for sale. "
            f"The kinds are: {', '.join(EvidenceKind)}."
        )
    if EvidenceKind.STAFF_CHECK not in settings.KECS_EVIDENCE:
        yield "KECS_EVIDENCE must name staff_check: who has no address on file can prove who she is to nobody else."


def _breached_list_problem() -> Iterator[str]:
    if not settings.KECS_BREACHED_PASSWORDS:
        return
    try:
        glance(Path(settings.KECS_BREACHED_PASSWORDS))
    except OSError:
        yield "KECS_BREACHED_PASSWORDS names a file that cannot be read. Correct it, or leave it blank."
    except BreachedListBroken as error:
        yield f"KECS_BREACHED_PASSWORDS: {error}"


def _metrics_problem() -> Iterator[str]:
    try:
        for network in settings.KECS_METRICS_FROM:
            ip_network(network)
    except ValueError:
        yield "KECS_METRICS_FROM must be addresses or networks, like 10.1.0.0/16, with commas between."
    if settings.KECS_METRICS_TOKEN and len(settings.KECS_METRICS_TOKEN) < LEAST_TOKEN:
        yield f"KECS_METRICS_TOKEN must be at least {LEAST_TOKEN} random characters, or blank."


def _telemetry_problem() -> Iterator[str]:
    if not settings.KECS_OTLP_ENDPOINT:
        return
    if not settings.KECS_OTLP_ENDPOINT.startswith(("https://", "http://")):
        yield "OTEL_EXPORTER_OTLP_ENDPOINT must be the http:// or https:// address of a collector that takes OTLP over HTTP."
    try:
        import_module("kecs.config.telemetry.export")
    except ImportError:
        yield (
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and what sends to it is not installed. "
            "Run: pip install --require-hashes -r requirements/telemetry.txt"
        )


def _keyring_problem() -> str | None:
    try:
        keyring = read_keyring()
    except KeyringError as error:
        return str(error)
    if keyring.label != "production":
        return "The keyring was made for development. Make one with: kecs keys create"
    return None


@register()
def production_is_safe(**_kwargs: Any) -> list[CheckMessage]:
    """All reasons at once, so that the operator mends them in one go."""
    if settings.KECS_MODE == "development":
        return []
    if settings.KECS_MODE != "production":
        return [Error("KECS_MODE must be production or development.", id="kecs.E000")]
    problems = list(_unsafe())
    keyring_problem = _keyring_problem()
    if keyring_problem:
        problems.append(keyring_problem)
    return [Error(problem, id=f"kecs.E{number:03}") for number, problem in enumerate(problems, start=1)]
