"""The scanners' ways in, and what is made of what they say; the scanners themselves run by scripts/scan."""

from kecs.records.models import Case
from tests.attacks.browsers import get
from tests.attacks.roads import put_on_file, register, victims
from tests.attacks.scan_tools import INNOCENT, Suspicion, suspicions_in, verdict_in
from tests.attacks.scanning import to_the_desk

SAID = """[1/2] Form:
POST http://127.0.0.1:1/forgot-password
POST data: csrfmiddlewaretoken=x&email=
[10:00:00] [INFO] POST parameter 'email' appears to be 'PostgreSQL > 8.1 stacked queries (comment)' injectable
[2/2] Form:
GET http://127.0.0.1:1/?next=
[10:00:01] [INFO] GET parameter 'next' appears to be 'AND boolean-based blind' injectable (with --string="a")
"""


def test_staff_who_scan_are_past_the_second_step_and_have_a_case(portal):
    [known] = victims(1)
    put_on_file([known])
    with portal.visit(1) as browser:
        register(browser, known.facts, username="scanned.staff")
        to_the_desk(browser, "scanned.staff")
        assert get(browser, "/desk").status == 200
    assert Case.objects.exists()


def test_a_suspicion_is_kept_with_its_form():
    data, stacked = "csrfmiddlewaretoken=x&email=", "PostgreSQL > 8.1 stacked queries (comment)"
    blind, site = "AND boolean-based blind", "http://127.0.0.1:1"
    assert suspicions_in(SAID) == [
        Suspicion(address=f"{site}/forgot-password", data=data, parameter="email", test=stacked),
        Suspicion(address=f"{site}/?next=", data="", parameter="next", test=blind),
    ]


def test_the_last_word_counts():
    first = "[INFO] POST parameter 'email' appears to be 'x' injectable\n"
    taken_back = first + "[WARNING] POST parameter 'email' does not seem to be injectable\n"
    assert verdict_in(taken_back).startswith(INNOCENT)
    assert verdict_in(taken_back + "POST parameter 'email' is vulnerable. Do you want").startswith(
        "is vulnerable"
    )
    assert verdict_in(first).startswith("not settled")
