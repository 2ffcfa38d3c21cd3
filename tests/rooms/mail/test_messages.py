"""Messages made from a room's templates."""

from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist
from django.utils import translation
from pytest_django.fixtures import Settings

from kecs.mail.messages import render


@pytest.fixture
def templates(settings: Settings, tmp_path: Path) -> Path:
    """A folder of templates beside those of the rooms."""
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]}]
    return tmp_path


def test_text_alone_is_enough_and_is_not_escaped(templates: Path) -> None:
    (templates / "hello.txt").write_text("\n\nHello {{ name }},\n{{ link }}\n\n\n")
    message = render(
        "test.hello",
        "pat@example.org",
        "Hello",
        "hello",
        {"name": "Pat O'Brien", "link": "https://x/?a=1&b=2"},
    )
    assert (message.text, message.html) == ("Hello Pat O'Brien,\nhttps://x/?a=1&b=2\n", None)


def test_html_is_escaped_and_says_its_language(templates: Path) -> None:
    (templates / "hello.txt").write_text("Hola {{ name }}")
    (templates / "hello.html").write_text(
        '{% extends "mail/base.html" %}{% block body %}<p>Hola {{ name }}</p>{% endblock %}'
    )
    with translation.override("es"):
        message = render("test.hello", "pat@example.org", "Hola & adiós", "hello", {"name": "<b>Pat</b>"})
    assert message.html is not None
    assert "<p>Hola &lt;b&gt;Pat&lt;/b&gt;</p>" in message.html
    assert '<html lang="es">' in message.html
    assert "<title>Hola &amp; adiós</title>" in message.html
    assert not any(part in message.html for part in ("<img", "<script", "style=", "http"))


def test_a_mail_without_text_is_a_mistake(templates: Path) -> None:
    (templates / "hello.html").write_text("<p>Hello</p>")
    with pytest.raises(TemplateDoesNotExist, match=r"hello\.txt"):
        render("test.hello", "pat@example.org", "Hello", "hello", {})


def test_html_whose_parent_is_missing_is_a_mistake(templates: Path) -> None:
    (templates / "hello.txt").write_text("Hello")
    (templates / "hello.html").write_text('{% extends "no/such.html" %}')
    with pytest.raises(TemplateDoesNotExist, match=r"no/such\.html"):
        render("test.hello", "pat@example.org", "Hello", "hello", {})
