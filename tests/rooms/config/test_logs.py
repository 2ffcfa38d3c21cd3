"""Logs: one line of JSON each, known keys only, nothing of a person and no token in it."""

import json
import logging

import pytest
from django.test import Client


def test_what_looks_personal_is_taken_out(written):
    logging.getLogger("library").warning("found %s born %s", "900-55-4321", "04/09/1985")
    line = json.loads(written.getvalue())
    assert line["event"] == "found [redacted] born [redacted]"
    assert line["level"] == "warning"


def test_an_exception_is_named_without_its_message(written):
    try:
        raise ValueError("maria@example.org typed Brisk-Otter7")
    except ValueError:
        logging.getLogger("library").exception("it broke")
    line = json.loads(written.getvalue())
    assert line["exception_type"].startswith("ValueError at ")
    assert "Brisk" not in written.getvalue()
    assert "maria" not in written.getvalue()


def test_a_key_that_is_not_on_the_list_is_dropped(written):
    import structlog

    structlog.get_logger("kecs.test").warning("counted", count=3, ssn="900554321", typed="María")
    line = json.loads(written.getvalue())
    assert line["count"] == 3
    assert "900554321" not in written.getvalue()
    assert "typed" not in line


def test_one_event_is_one_line(written):
    logging.getLogger("library").warning("first\nsecond\x1b[31m\r\nthird")
    assert len(written.getvalue().splitlines()) == 1


@pytest.mark.django_db
def test_a_page_that_breaks_is_named_by_its_route_and_not_by_its_path(written, monkeypatch):
    from kecs.accounts import views

    def breaks(_token):
        raise RuntimeError("SecretTokenInTheMail")

    monkeypatch.setattr(views, "digest_of_token", breaks)
    answer = Client(raise_request_exception=False).get("/confirm-email/SecretTokenInTheMail")
    assert answer.status_code == 500
    assert "SecretToken" not in written.getvalue()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    [failed] = [line for line in lines if line["event"] == "request failed"]
    assert failed["route"] == "confirm-email/<str:token>"
    assert failed["exception_type"].startswith("RuntimeError at ")


def test_a_made_up_host_is_not_repeated(written):
    Client().get("/", headers={"host": "evil.example.net"})
    assert "evil" not in written.getvalue()
    assert "request failed" in written.getvalue()
