"""What reCAPTCHA, hCaptcha and Turnstile share: a box of theirs, and one POST that asks them about its token."""

import json
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, ClassVar
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.http import HttpRequest

from kecs.guard.network import client_address
from kecs.guard.robot import Sources, Verdict, WidgetContext

TIME_OUT = 5.0  # seconds, for connecting and for each read
LONGEST_TOKEN = 8_000  # characters; the longest that any of them documents is 2,048
LONGEST_ANSWER = 64_000  # bytes

# Words of the services for a token that was good once. Other words about the token mean that it never was.
_SPENT = frozenset({"timeout-or-duplicate", "already-seen-response", "expired-input-response"})
_ABOUT_THE_TOKEN = frozenset({"invalid-input-response", "missing-input-response"})


class _NoRedirects(HTTPRedirectHandler):
    """The secret goes to the address that the operator wrote, and nowhere else."""

    def redirect_request(
        self, _req: Request, _fp: IO[bytes], _code: int, _msg: str, _headers: HTTPMessage, _newurl: str
    ) -> None:
        return None


class ThirdPartyRobot:
    """A check by a service. When the service does not answer, nobody passes: the verdict says so and why."""

    csp: ClassVar[Sources]
    verify_url: ClassVar[str]
    script_url: ClassVar[str]
    css_class: ClassVar[str]
    token_field: ClassVar[str]

    def widget(self, _request: HttpRequest) -> WidgetContext:
        """The service's box."""
        context = {
            "site_key": settings.KECS_ROBOT_SITE_KEY,
            "script_url": self.script_url,
            "css_class": self.css_class,
        }
        return WidgetContext(template="guard/third_party.html", context=context)

    def verify(self, *, request: HttpRequest, form_data: Mapping[str, Any]) -> Verdict:
        """Ask the service about the token."""
        token = str(form_data.get(self.token_field) or "")
        if not token:
            return Verdict.MISSING
        if len(token) > LONGEST_TOKEN:
            return Verdict.FAILED
        question = {"secret": settings.KECS_ROBOT_SECRET, "response": token}
        address = client_address(request)
        if address is not None:
            question["remoteip"] = str(address)
        answer = self._ask(question)
        if answer is None:
            return Verdict.UNAVAILABLE
        if answer.get("success") is True:
            return Verdict.PASSED
        codes = answer.get("error-codes")
        words = {str(code) for code in codes} if isinstance(codes, list) else set()
        if words & _SPENT:
            return Verdict.EXPIRED
        # Anything else is about our secret or their service: telling the person to tick again would help nobody.
        return Verdict.FAILED if words <= _ABOUT_THE_TOKEN else Verdict.UNAVAILABLE

    def _ask(self, question: Mapping[str, str]) -> dict[str, Any] | None:
        url = settings.KECS_ROBOT_VERIFY_URL or self.verify_url
        if not url.startswith(("https://", "http://")):
            return None
        post = Request(url, data=urlencode(question).encode(), headers={"Accept": "application/json"})  # noqa: S310 - checked above
        try:
            with build_opener(_NoRedirects).open(post, timeout=TIME_OUT) as reply:
                answer = json.loads(reply.read(LONGEST_ANSWER))
        except (OSError, HTTPException, ValueError, RecursionError):
            return None
        return answer if isinstance(answer, dict) else None
