"""What all checks share: a box with the guide's words, a sentence a verdict, settings that production refuses."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.core.checks import run_checks
from django.http import HttpRequest
from django.template.loader import render_to_string
from pytest_django.fixtures import Settings

from kecs.guard.robot import ROBOTS, Verdict, csp_needs, sentence, the_robot_check

MakeRequest = Callable[..., HttpRequest]


def refusals(settings: Settings, **values: object) -> set[str]:
    for key, value in values.items():
        setattr(settings, key, value)
    return {problem.id or "" for problem in run_checks() if (problem.id or "").startswith("kecs.guard.")}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["altcha", "null"])
def test_the_box_has_the_words_of_the_guide_and_needs_no_script(
    settings: Settings, visitor: MakeRequest, name: str
) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.KECS_ROBOT = name
    widget = the_robot_check().widget(visitor())
    html = unescape(render_to_string(widget.template, {"robot": widget.context}))
    assert re.search(r'<label [^>]*for="id_robot">I\'m not a robot</label>', html)
    assert re.search(r'<input [^>]*type="checkbox"[^>]* id="id_robot"', html)
    assert "aria-invalid" not in html
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", html)
    wrong = render_to_string(widget.template, {"robot": widget.context, "error": "Say <so>."})
    assert 'aria-describedby="id_robot_error"' in wrong
    assert "Say &lt;so&gt;." in wrong


def test_every_verdict_but_passed_has_a_sentence_that_says_what_to_do() -> None:
    assert sentence(Verdict.PASSED) == ""
    told = [sentence(verdict) for verdict in Verdict if verdict is not Verdict.PASSED]
    assert len(set(told)) == len(Verdict) - 1
    for text in told:
        assert re.search(r"\b(Check the box|wait|Turn on|try again)\b", text)


def test_the_null_check_passes_everything(settings: Settings, visitor: MakeRequest) -> None:
    settings.KECS_ROBOT = "null"
    assert the_robot_check().verify(request=visitor(), form_data={}) is Verdict.PASSED


def test_production_refuses_a_check_that_does_not_check(settings: Settings) -> None:
    assert refusals(settings, KECS_MODE="development", KECS_ROBOT="null") == set()
    assert refusals(settings, KECS_MODE="production") == {"kecs.guard.E002"}
    assert refusals(settings, KECS_ROBOT="recapcha") == {"kecs.guard.E001"}
    keys = {"KECS_ROBOT_SITE_KEY": "", "KECS_ROBOT_SECRET": ""}
    assert refusals(settings, KECS_ROBOT="recaptcha", **keys) == {"kecs.guard.E003"}
    assert refusals(settings, KECS_ROBOT_SITE_KEY="key", KECS_ROBOT_SECRET="secret") == set()
    assert refusals(settings, KECS_ROBOT_VERIFY_URL="http://proxy.example.org/") == {"kecs.guard.E004"}
    assert refusals(settings, KECS_ROBOT_VERIFY_URL="", KECS_ROBOT="altcha") == {"kecs.guard.E005"}
    assert refusals(settings, KECS_ALTCHA_COST=5000) == set()


@pytest.mark.parametrize("name", ROBOTS)
def test_our_own_checks_need_nothing_from_elsewhere(name: str) -> None:
    assert (csp_needs(name) == {}) == (name in {"altcha", "null"})
