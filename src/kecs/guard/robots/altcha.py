"""ALTCHA, self-hosted: the visitor's browser does a second of work; nothing leaves this installation.

A speed bump for scripts, not proof of a person. The limits carry the defence: see docs/adr/0004-robot-check.md.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, ClassVar

from altcha import Payload, create_challenge, verify_solution
from django.conf import settings
from django.http import HttpRequest

from kecs.guard.actions import count, use_up
from kecs.guard.crowds import times_the_work
from kecs.guard.limits import Limit
from kecs.guard.network import network_of
from kecs.guard.robot import Sources, Verdict, WidgetContext
from kecs.guard.session import remembered_visitor, visitor_of
from kecs.guard.stamps import stamp_for, verdict_on_stamp
from kecs.pii.fields import the_keyring

ALGORITHM = "PBKDF2/SHA-256"
# The browser tries counters from 0 up, each of KECS_ALTCHA_COST rounds, until it meets the one drawn here. A robot would begin at
# the least that can be drawn: what lies below costs people alone.
MOST_COUNTER = 240
LIFE = 10 * 60  # seconds; the script asks for a new challenge when one runs out under a slow typist
LONGEST_PAYLOAD = 4_000  # characters; ours have about 1,000
BY = "anonymous"


class AltchaRobot:
    """The native box; with script it starts the work, without script a stamped form takes its place."""

    csp: ClassVar[Sources] = {}

    def widget(self, request: HttpRequest) -> WidgetContext:
        """The box, its script, and the stamp for those who have none."""
        return WidgetContext(template="guard/robot.html", context={"stamp": stamp_for(request)})

    def verify(self, *, request: HttpRequest, form_data: Mapping[str, Any]) -> Verdict:
        """Judge the work if there is any, else the stamp."""
        payload = str(form_data.get("altcha") or "")
        if payload:
            return _verdict_on_work(request, payload)
        if form_data.get("robot") != "on":
            return Verdict.MISSING
        verdict = verdict_on_stamp(request=request, stamp=str(form_data.get("robot_stamp") or ""), by=BY)
        if verdict is not Verdict.PASSED:
            return verdict
        counted = count(limit=Limit.SEARCHES_WITHOUT_SCRIPT_PER_NETWORK, subject=network_of(request), by=BY)
        return Verdict.PASSED if counted.allowed else Verdict.TOO_MANY


def challenge_for(request: HttpRequest) -> dict[str, Any]:
    """A fresh challenge for this visitor, as the browser's script reads it."""
    challenge = create_challenge(
        ALGORITHM,
        settings.KECS_ALTCHA_COST * times_the_work(network_of(request)),
        counter=1 + secrets.randbelow(MOST_COUNTER),
        expires_at=int(time.time()) + LIFE,
        data={"visitor": remembered_visitor(request)},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("answer"),
    )
    answer: dict[str, Any] = challenge.to_dict()
    return answer


def _verdict_on_work(request: HttpRequest, payload: str) -> Verdict:
    if len(payload) > LONGEST_PAYLOAD:
        return Verdict.FAILED
    result = verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("answer"))
    if result.expired:
        return Verdict.EXPIRED
    if not result.verified:
        return Verdict.FAILED
    challenge = Payload.from_base64(payload).challenge
    signature, data, expires = challenge.signature, challenge.parameters.data, challenge.parameters.expires_at
    visitor = visitor_of(request)
    if not (signature and data and expires and visitor) or not compare_digest(
        str(data.get("visitor")), visitor
    ):
        return Verdict.FAILED
    # The signature and not the payload: one answered challenge can be written in many ways.
    unused = use_up(signature=signature, expires_at=datetime.fromtimestamp(expires, UTC), by=BY)
    return Verdict.PASSED if unused else Verdict.USED


def _secret(purpose: str) -> bytes:
    keyring = the_keyring()
    return keyring.derived(keyring.current, f"robot/{purpose}")
