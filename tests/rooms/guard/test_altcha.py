"""The self-hosted check: good for one visitor, once, for ten minutes; without script by a stamp."""

import base64
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from altcha import Challenge, Payload, derive_key_pbkdf2, solve_challenge
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kecs.guard.actions import purge
from kecs.guard.limits import RULES, Limit
from kecs.guard.models import RobotAnswer
from kecs.guard.robot import Verdict, the_robot_check
from kecs.guard.robots.altcha import LIFE, LONGEST_PAYLOAD, challenge_for

MakeRequest = Callable[..., HttpRequest]
Change = Callable[[dict[str, Any]], object]
pytestmark = pytest.mark.django_db


def solved(challenge: dict[str, Any]) -> str:
    """What the browser posts for a challenge."""
    given_challenge = Challenge.from_dict(challenge)
    solution = solve_challenge(given_challenge, derive_key_pbkdf2)
    assert solution is not None
    return Payload(given_challenge, solution).to_base64()


def verdict(request: HttpRequest, **form: str) -> Verdict:
    return the_robot_check().verify(request=request, form_data=form)


def stamp(request: HttpRequest) -> str:
    return str(the_robot_check().widget(request).context["stamp"])


def changed(payload: str, change: Change) -> str:
    content = json.loads(base64.b64decode(payload))
    change(content)
    return base64.b64encode(json.dumps(content).encode()).decode()


def test_work_done_passes(visitor: MakeRequest) -> None:
    assert verdict(visitor(), altcha=solved(challenge_for(visitor())), robot="on") is Verdict.PASSED


def test_the_payload_of_a_real_challenge_is_far_below_the_cap(visitor: MakeRequest) -> None:
    assert len(solved(challenge_for(visitor()))) < LONGEST_PAYLOAD / 2


def test_a_second_use_is_refused_however_it_is_written(visitor: MakeRequest) -> None:
    payload = solved(challenge_for(visitor()))
    assert verdict(visitor(), altcha=payload) is Verdict.PASSED
    assert verdict(visitor(), altcha=payload) is Verdict.USED
    rewritten = [
        base64.b64encode(json.dumps(json.loads(base64.b64decode(payload)), indent=1).encode()).decode(),
        changed(payload, lambda content: content["solution"].update(time=1.5)),
        changed(payload, lambda content: content.update(more=1)),
    ]
    for written in rewritten:
        assert written != payload
        assert verdict(visitor(), altcha=written) is Verdict.USED


@pytest.mark.django_db(transaction=True)
def test_of_many_uses_at_once_one_passes(visitor: MakeRequest) -> None:
    payload = solved(challenge_for(visitor()))
    verdicts: list[Verdict] = []
    door = threading.Barrier(8)

    def use() -> None:
        door.wait()
        try:
            verdicts.append(verdict(visitor(), altcha=payload))
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == [Verdict.PASSED] + [Verdict.USED] * 7


def test_another_visitor_cannot_use_it(visitor: MakeRequest) -> None:
    payload = solved(challenge_for(visitor()))
    stranger = visitor(SessionStore())
    assert verdict(stranger, altcha=payload) is Verdict.FAILED
    challenge_for(stranger)
    assert verdict(stranger, altcha=payload) is Verdict.FAILED
    assert verdict(visitor(), altcha=payload) is Verdict.PASSED


def test_it_survives_a_change_of_session_key(visitor: MakeRequest) -> None:
    request = visitor()
    request.session.create()
    payload = solved(challenge_for(request))
    before = request.session.session_key
    request.session.cycle_key()
    assert request.session.session_key != before
    assert verdict(request, altcha=payload) is Verdict.PASSED


def test_it_expires(visitor: MakeRequest, clock: Any) -> None:
    early, late = solved(challenge_for(visitor())), solved(challenge_for(visitor()))
    clock.forward(LIFE - 5)
    assert verdict(visitor(), altcha=early) is Verdict.PASSED
    clock.forward(10)
    assert verdict(visitor(), altcha=late) is Verdict.EXPIRED


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["challenge"]["parameters"].update(expiresAt=99999999999),
        lambda content: content["challenge"]["parameters"].pop("expiresAt"),
        lambda content: content["challenge"]["parameters"].update(cost=1),
        lambda content: content["challenge"]["parameters"].update(keyPrefix=""),
        lambda content: content["challenge"]["parameters"].pop("keySignature"),
        lambda content: content["challenge"]["parameters"]["data"].update(visitor="0" * 32),
        lambda content: content["challenge"]["parameters"].update(data=None),
        lambda content: content["challenge"].update(signature="0" * 64),
        lambda content: content["challenge"].update(signature=content["challenge"]["signature"].upper()),
        lambda content: content["challenge"].pop("signature"),
        lambda content: content["solution"].update(derivedKey="0" * 64),
        lambda content: content["solution"].update(derivedKey=7),
        lambda content: content.update(solution=[]),
        lambda content: content.update(challenge="x"),
    ],
)
def test_tampering_is_refused(visitor: MakeRequest, change: Change) -> None:
    payload = changed(solved(challenge_for(visitor())), change)
    assert verdict(visitor(), altcha=payload, robot="on") is Verdict.FAILED
    assert not RobotAnswer.objects.exists()


@pytest.mark.parametrize(
    "payload", ["x", "e30=", "W10=", "bnVsbA==", "é", "A" * (LONGEST_PAYLOAD + 1), "[" * 3000]
)
def test_rubbish_is_refused(visitor: MakeRequest, payload: str) -> None:
    assert verdict(visitor(), altcha=payload, robot="on") is Verdict.FAILED


WORDS = [
    "challenge",
    "solution",
    "parameters",
    "signature",
    "data",
    "expiresAt",
    "derivedKey",
    "counter",
    "algorithm",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    content=st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*WORDS, "nonce", "salt", "cost"]), inner)
        ),
        max_leaves=20,
    )
)
def test_no_json_breaks_it(visitor: MakeRequest, content: Any) -> None:
    payload = base64.b64encode(json.dumps(content).encode()).decode()
    assert verdict(visitor(), altcha=payload) in {Verdict.FAILED, Verdict.EXPIRED}


def test_a_box_not_ticked_is_missing(visitor: MakeRequest, clock: Any) -> None:
    given_stamp = stamp(visitor())
    clock.forward(6)
    assert verdict(visitor()) is Verdict.MISSING
    assert verdict(visitor(), robot_stamp=given_stamp) is Verdict.MISSING


def test_without_script_the_box_and_some_seconds_are_enough_once(visitor: MakeRequest, clock: Any) -> None:
    given_stamp = stamp(visitor())
    assert verdict(visitor(), robot="on", robot_stamp=given_stamp) is Verdict.TOO_QUICK
    clock.forward(6)
    assert verdict(visitor(), robot="on", robot_stamp=given_stamp) is Verdict.PASSED
    assert verdict(visitor(), robot="on", robot_stamp=given_stamp) is Verdict.USED


def test_a_stamp_is_good_for_two_hours_and_for_its_visitor(visitor: MakeRequest, clock: Any) -> None:
    old, new = stamp(visitor()), stamp(visitor())
    clock.forward(7190)
    assert verdict(visitor(SessionStore()), robot="on", robot_stamp=old) is Verdict.FAILED
    assert verdict(visitor(), robot="on", robot_stamp=old) is Verdict.PASSED
    clock.forward(20)
    assert verdict(visitor(), robot="on", robot_stamp=new) is Verdict.EXPIRED


@pytest.mark.parametrize(
    "damage", [str.swapcase, lambda text: text[:-1], lambda _text: "x" * 401, lambda _text: ""]
)
def test_a_stamp_that_is_not_ours_is_refused(
    visitor: MakeRequest, clock: Any, damage: Callable[[str], str]
) -> None:
    good = stamp(visitor())
    clock.forward(6)
    assert verdict(visitor(), robot="on", robot_stamp=damage(good)) is Verdict.FAILED
    assert verdict(visitor(), robot="on", robot_stamp=good) is Verdict.PASSED


def test_the_road_without_script_is_narrow(visitor: MakeRequest, clock: Any) -> None:
    most = RULES[Limit.SEARCHES_WITHOUT_SCRIPT_PER_NETWORK].most
    stamps = [stamp(visitor()) for _ in range(most + 2)]
    clock.forward(6)
    verdicts = [verdict(visitor(), robot="on", robot_stamp=one) for one in stamps[:-1]]
    assert verdicts == [Verdict.PASSED] * most + [Verdict.TOO_MANY]
    assert verdict(visitor(), altcha=solved(challenge_for(visitor()))) is Verdict.PASSED
    assert verdict(visitor(REMOTE_ADDR="192.0.2.9"), robot="on", robot_stamp=stamps[-1]) is Verdict.PASSED


def test_what_was_used_is_remembered_until_it_has_expired(visitor: MakeRequest) -> None:
    payload = solved(challenge_for(visitor()))
    assert verdict(visitor(), altcha=payload) is Verdict.PASSED
    answer = RobotAnswer.objects.get()
    assert purge(by="system:test") == 0
    assert verdict(visitor(), altcha=payload) is Verdict.USED
    assert purge(by="system:test", at=answer.expires_at) == 0
    assert purge(by="system:test", at=answer.expires_at.replace(year=answer.expires_at.year + 1)) == 1


def test_a_challenge_is_for_those_who_were_shown_the_box(client: Client, visitor: MakeRequest) -> None:
    refused = client.get("/robot/challenge")
    assert (refused.status_code, refused.json()) == (403, {"error": "no_session"})
    request = visitor()
    the_robot_check().widget(request)
    request.session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    answer = client.get("/robot/challenge")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Type"] == "application/json"
    assert verdict(request, altcha=solved(answer.json())) is Verdict.PASSED
    assert client.post("/robot/challenge").status_code == 405
