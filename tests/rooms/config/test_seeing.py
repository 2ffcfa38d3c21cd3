"""What whoever runs the portal sees: /readyz, /metrics, a number for each request."""

import json
import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.http import HttpResponse
from django.test import Client

from kecs.config import readiness
from kecs.config.backups.stream import Sealing
from kecs.config.backups.tables import _lines, tables
from kecs.config.checks import _telemetry_problem
from kecs.config.figures import COUNTED
from kecs.guard.queries import database_clock
from kecs.mail.models import OutboxMessage
from kecs.pii.fields import unseal_from
from kecs.registration import actions
from kecs.registration.actions import note_choice
from kecs.registration.flow import Choice
from tests.factories.mails import mails
from tests.factories.people import MARIA, Person, on_file
from tests.factories.visits import claim, registration_key, search, this_is_me
from tests.house.source import ROOT
from tests.inspection import InspectingClient
from tests.rooms.config.test_attack_secrets import CANARY, PASSWORD, SECRETS, found_in, log, whole_visit  # noqa: F401

pytestmark = pytest.mark.django_db
TOKEN = "0123456789" * 4


@pytest.fixture
def monitor(settings):
    """A client that may read the metrics."""
    settings.KECS_METRICS_TOKEN = TOKEN
    return Client(headers={"authorization": f"Bearer {TOKEN}"})


def numbers(client):
    """What /metrics says: name with labels, and value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


# --- Ready -------------------------------------------------------------------------------------------------------


def test_a_portal_that_can_work_is_ready():
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "keyring": "ok", "database": "ok", "migrations": "ok", "clock": "ok"},
    )


@pytest.mark.any_database("none is asked")
def test_without_a_database_it_is_not(monkeypatch):
    def gone():
        raise OperationalError("host=db.example.org user=web password=secret")

    monkeypatch.setattr(connection, "ensure_connection", gone)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "keyring": "ok", "database": "not reachable"},
    )


@pytest.mark.any_database("the database's clock is put wrong")
def test_a_clock_that_differs_is_told(monkeypatch):
    now = database_clock()
    monkeypatch.setattr(readiness, "database_clock", lambda: now + timedelta(hours=26))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["clock"]) == (503, "differs from the database's")


# --- Metrics -----------------------------------------------------------------------------------------------------


@pytest.mark.any_database("who may read")
@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 404),
        ({"authorization": f"Bearer {TOKEN}x"}, "127.0.0.1", 404),
        ({"authorization": f"Basic {TOKEN}"}, "127.0.0.1", 404),
        ({"authorization": "Bearer "}, "127.0.0.1", 404),
        ({"x-forwarded-for": "10.1.2.3"}, "127.0.0.1", 404),
        ({"authorization": f"Bearer {TOKEN}"}, "192.0.2.1", 200),
        ({}, "10.1.2.3", 200),
    ],
)
def test_only_the_monitor_reads_the_metrics(settings, headers, address, status):
    settings.KECS_METRICS_TOKEN, settings.KECS_METRICS_FROM = TOKEN, ["10.1.0.0/16"]
    assert Client(headers=headers, REMOTE_ADDR=address).get("/metrics").status_code == status


@pytest.mark.any_database("who may read")
def test_where_nothing_is_set_nobody_reads_them():
    assert Client().get("/metrics").status_code == 404
    assert Client(headers={"authorization": "Bearer "}).get("/metrics").status_code == 404


def test_the_ten_numbers(monitor):
    on_file(MARIA)
    search(InspectingClient(), MARIA, last4="1111")
    before = numbers(monitor)
    claim(InspectingClient(), MARIA)
    OutboxMessage.objects.update(queued_at=F("queued_at") - timedelta(hours=1))
    told = numbers(monitor)
    assert told['kecs_registration_registered_5m{outcome="one",road="claim"}'] == 1
    assert told['kecs_registration_search_made_5m{outcome="none"}'] == 1
    assert told["kecs_mail_waiting"] > 0
    assert 3_600 <= told["kecs_mail_oldest_seconds"] < 3_900
    assert told["kecs_mail_refused_5m"] == told["kecs_guard_limit_reached_5m"] == 0
    assert told["kecs_strict_mode"] == 0
    assert told["kecs_audit_rows"] > before["kecs_audit_rows"]
    assert told["kecs_web_processes"] >= 1
    assert "kecs_hashes_in_place" in told
    posted = 'kecs_request_seconds_count{method="POST",route="register/search"}'
    assert told[posted] == before[posted] + 1


@pytest.mark.any_database("the same on each")
def test_what_is_counted_is_a_word_of_a_closed_set(monitor):
    note_choice(choice=Choice.CREATE_NEW, by="anonymous")
    for code in COUNTED:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", code)
    assert not any("choice" in name for name in numbers(monitor))


# --- A number for each request -----------------------------------------------------------------------------------


@pytest.mark.any_database("headers")
@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (0, "0123456789abcdef" * 2, False),
        (1, "0123456789abcdef" * 2, True),
        (1, "maria@example.org", False),
        (1, "0123456789ABCDEF" * 2, False),
        (1, "", False),
    ],
)
def test_a_number_is_taken_from_our_own_proxy_only(settings, proxies, given, taken):
    settings.KECS_TRUSTED_PROXIES = proxies
    number = Client(headers={"x-request-id": given}).get("/healthz").headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{32}", number)
    assert (number == given) is taken


@pytest.mark.any_database("log lines")
def test_the_lines_of_a_request_carry_its_number(log):  # noqa: F811 - the fixture
    answer = Client().get("/register/search")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [said] = [line for line in lines if line["event"] == "request answered"]
    assert said["request_id"] == answer.headers["X-Request-ID"]
    assert (said["route"], said["method"], said["status"]) == ("register/search", "GET", 200)


# --- The canary --------------------------------------------------------------------------------------------------


@pytest.mark.any_database("what the house tells of itself")
def test_the_canary_is_in_nothing_that_leaves(log, monitor, monkeypatch, telemetry, tmp_path):  # noqa: F811 - the fixture
    """Logs, metrics, traces, mails, addresses, the page that asks to wait, a dump and a backup.

    tests/rooms/config/test_attack_secrets.py looks closer at addresses, audit rows, tables and failures.
    """
    pages = whole_visit()

    def gone(**facts):
        raise OperationalError(f"{CANARY} {facts} {PASSWORD}")

    monkeypatch.setattr(actions, "claim_and_create_account", gone)
    monkeypatch.setattr(actions, "contest_and_create_account", gone)
    browser = InspectingClient(raise_request_exception=False)
    other = Person(
        first_name="Quetzalli", last_surname="Vaxjomarina", ssn="915443328", email="other@example.org"
    )
    on_file(other)
    page = this_is_me(browser, other)
    form = {"registration": registration_key(page), **other.account(password1=PASSWORD, password2=PASSWORD)}
    waiting = browser.post("/register/account", form)
    assert waiting.status_code == 503
    assert found_in(waiting.content.decode()) == set()
    told = monitor.get("/metrics").content.decode()
    assert "kecs_answers_total" in told
    assert found_in(told) == set()
    assert found_in(log.getvalue()) == set()
    assert "request answered" in log.getvalue()
    for sent in mails():
        written = f"{sent.subject} {unseal_from(sent, 'body_sealed')}"
        assert found_in(written, but={"address"}) == set(), sent.kind
    for seen in pages:
        addresses = [seen.request["PATH_INFO"], *(to for to, _status in getattr(seen, "redirect_chain", []))]
        assert found_in(" ".join(addresses)) == set()
    spans, measured = telemetry()
    assert any(span.name == "POST register/account" for span in spans)
    assert any(span.name == "db INSERT" for span in spans)
    assert found_in("".join(span.to_json() for span in spans)) == set()
    assert "http.server.request.duration" in measured
    # Moments and durations are long numbers: four and five digits turn up in them by chance.
    assert found_in(measured, but={"last 4", "first digits"}) == set()
    rows = b"".join(line for table in tables() for line in _lines(table))
    dump = re.sub(rb"X'([0-9A-F]*)'", lambda found: bytes.fromhex(found[1].decode()), rows)
    facts = {
        "SSN",
        "SSN with hyphens",
        "birth date",
        "birth date as typed",
        "birth date as seven digits",
        "password",
    }
    assert b"Vaxjomarina" in dump  # names lie open in it, and so the backup is sealed
    assert found_in(dump.decode("latin-1"), {name: SECRETS[name] for name in facts}) == set()
    with (tmp_path / "backup").open("w+b") as file:
        sealing = Sealing(file, b"k" * 32)
        sealing.write(dump)
        sealing.finish()
    assert found_in((tmp_path / "backup").read_bytes().decode("latin-1"), but={"last 4"}) == set()


# --- Traces ------------------------------------------------------------------------------------------------------


@pytest.fixture
def telemetry(monkeypatch):
    """A collector in memory; called, it gives the spans that left and the metrics as text."""
    pytest.importorskip(
        "opentelemetry.sdk", reason="the extra telemetry is not installed: scripts/setup --dev"
    )
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from kecs.config.telemetry import middleware
    from kecs.config.telemetry.export import Redacting, instruments

    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    to = instruments(SimpleSpanProcessor(Redacting(exporter)), reader)
    monkeypatch.setattr(middleware, "_collector", lambda: to)

    def left():
        measured = reader.get_metrics_data()
        return exporter.get_finished_spans(), measured.to_json() if measured else ""

    left.to = to  # type: ignore[attr-defined]
    return left


def test_a_request_is_traced_by_route_number_and_first_words(telemetry):
    answer = Client(headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}).get(
        "/confirm-email/Zephyr-token?email=x@example.org"
    )
    spans, _measured = telemetry()
    request = spans[-1]
    assert request.name == "GET confirm-email/<str:token>"
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "confirm-email/<str:token>",
        "http.response.status_code": answer.status_code,
        "kecs.request_id": answer.headers["X-Request-ID"],
    }
    assert request.parent is None
    queries = spans[:-1]
    assert {span.parent.span_id for span in queries} == {request.context.span_id}
    assert {name for span in queries for name in span.attributes} == {"db.system.name", "db.operation.name"}
    assert {span.name.partition(" ")[0] for span in queries} == {"db"}


@pytest.mark.any_database("what leaves")
def test_of_what_is_not_on_the_list_nothing_leaves(telemetry):
    from opentelemetry.trace import Status, StatusCode

    with telemetry.to.tracer.start_as_current_span("ours", attributes={"url.query": "a=900554321"}) as span:
        span.set_attribute("http.route", "people/900-55-4321")
        span.record_exception(ValueError(PASSWORD))
        span.set_status(Status(StatusCode.ERROR, PASSWORD))
    telemetry.to.requests.record(1, {"http.route": "x", "url.path": "/people/900554321"})
    [left], measured = telemetry()
    assert left.attributes == {"http.route": "people/[redacted]"}
    assert (left.status.status_code, left.status.description, left.events) == (StatusCode.ERROR, None, ())
    assert "http.route" in measured
    assert "900554321" not in measured


@pytest.mark.any_database("what leaves")
def test_a_failure_is_traced_by_its_kind(telemetry, monkeypatch):
    from kecs.accounts import views

    def breaks(_token):
        raise RuntimeError(PASSWORD)

    monkeypatch.setattr(views, "digest_of_token", breaks)
    Client(raise_request_exception=False).get("/confirm-email/Zephyr-token")
    spans, measured = telemetry()
    assert spans[-1].attributes["error.type"] == "RuntimeError"
    assert "Zephyr" not in measured + "".join(span.to_json() for span in spans)


@pytest.mark.any_database("settings")
def test_without_a_collector_nothing_is_traced(settings):
    from django.core.exceptions import MiddlewareNotUsed

    from kecs.config.telemetry.middleware import Traced

    assert settings.KECS_OTLP_ENDPOINT == ""
    with pytest.raises(MiddlewareNotUsed):
        Traced(lambda _request: HttpResponse())
    settings.KECS_OTLP_ENDPOINT = "collector:4318"
    assert ["must be the http" in problem for problem in _telemetry_problem()] == [True]


# --- Ready to import ---------------------------------------------------------------------------------------------


@pytest.mark.any_database("files")
def test_dashboard_and_alarms_ask_for_numbers_that_there_are(monitor):
    claim_free = numbers(monitor)
    there = {name.partition("{")[0] for name in claim_free} | {"kecs_worker_seen_seconds", "up"}
    there |= {"kecs_audit_anchor_age_seconds"}
    runbook = (ROOT / "docs" / "runbooks" / "alarms.md").read_text(encoding="utf-8")
    alerts = (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8")
    dashboard = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(dashboard["panels"]) >= 10
    for text in [*asked, alerts]:
        assert set(re.findall(r"\bkecs_[a-z0-9_]+", text)) <= there
    alarms = re.findall(r"- alert: (\w+)", alerts)
    assert len(alarms) >= 8
    for alarm in alarms:
        assert f"## {alarm}" in runbook, alarm
