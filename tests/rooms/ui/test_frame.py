"""The frame holds every page, also those for which nothing else works any more."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from kecs.ui.context import site
from tests.inspection import Page, faults_of_page

ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_keeps_the_rules_and_offers_a_next_step_without_any_context(name):
    source = get_template(name).render()
    assert faults_of_page(source) == []
    assert 'class="usa-button" href="/"' in source


def test_errors_are_named_in_the_title():
    class NameForm(forms.Form):
        name = forms.CharField()

    assert Page(render_to_string("404.html", {"form": NameForm({})})).title.startswith("Error: ")
    assert not Page(render_to_string("404.html", {"form": NameForm()})).title.startswith("Error")


def test_the_steps_say_in_words_where_one_is():
    source = render_to_string("404.html", {"steps": ["Find", "Check", "Account"], "step_number": 2})
    assert "Step 2 of 3" in source
    assert "<strong>Check</strong>" in source
    assert source.count("segment--complete") == 1
    assert faults_of_page(source) == []


def test_help_is_shown_when_there_is_some(settings):
    settings.KECS_AGENCY_NAME = "Department of Education"
    settings.KECS_HELP_PHONE = "+1 (502) 555-0142"
    settings.KECS_HELP_EMAIL = settings.KECS_HELP_HOURS = ""
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    context = site(request)
    source = render_to_string("404.html", context)
    assert 'href="tel:+15025550142"' in source
    assert "mailto:" not in source
    assert "Sign out" not in source
    settings.KECS_HELP_PHONE = ""
    assert "Need help?" not in render_to_string("404.html", site(request))


def test_password_rules_carry_their_patterns():
    rules = [{"text": "one number", "pattern": r"\p{N}"}, {"text": "not your name", "pattern": ""}]
    source = render_to_string("ui/password_rules.html", {"rules": rules, "password_id": "id_new"})
    assert r'<li data-pattern="\p{N}">one number</li>' in source
    assert "<li>not your name</li>" in source
    assert 'data-password-rules="id_new"' in source


@pytest.mark.parametrize(("kind", "role"), [("error", "alert"), ("success", "status"), ("info", "status")])
def test_only_an_error_interrupts(kind, role):
    assert f'role="{role}"' in render_to_string("ui/alert.html", {"kind": kind, "body": "So."})


def test_an_alert_shows_text_as_text():
    assert "<b>" not in render_to_string("ui/alert.html", {"body": "<b>"})
