"""What is the same for all readers of a language is kept, and nothing else."""

import re
from pathlib import Path

import pytest
from django.template import Context, Engine, Template, TemplateSyntaxError
from django.template.base import NodeList
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import override

import kecs
from kecs.ui.once import MOST, Loader, Once, join

# What a part that is kept may depend on. Nothing of a person: her name would be kept in memory, and shown to others if two were alike.
OF_THE_PORTAL = {
    "asking", "help_email", "help_hours", "help_phone", "help_phone_link", "password_id", "rules", "ssn_notice",
    "step_number", "steps",
}  # fmt: skip
LOAD = "{% load i18n static %}"


def joined(source: str) -> NodeList:
    nodes = Engine.get_default().from_string(LOAD + source).nodelist
    join(nodes)
    return nodes


def test_the_portal_reads_its_templates_by_this_loader():
    assert [type(each) for each in Engine.get_default().template_loaders] == [Loader]


def test_text_translations_addresses_and_static_names_become_one_part():
    nodes = joined(
        """<a href="{% url 'help:help' %}">{% translate "Help" %}</a>{# why #}<img src="{% static 'ui/mark.svg' %}">"""
    )
    assert [type(node) for node in nodes] == [Once]


@pytest.mark.parametrize(
    "source",
    [
        "{{ name }}",
        "{% translate name %}",
        '{% translate "Help" as word %}',
        '{% translate "Help" context name %}',
        '{% translate "Help"|add:name %}',
        "{% url name %}",
        "{% url 'console:person' name %}",
        "{% url 'console:person' record_id=name %}",
        "{% url 'help:help' as address %}",
        "{% static name %}",
        "{% static 'ui/mark.svg' as address %}",
        "{% csrf_token %}",
        "{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}",
    ],
)
def test_what_depends_on_the_page_is_written_for_each(source):
    assert joined(source).get_nodes_by_type(Once) == []


def test_inside_of_conditions_loops_and_blocks_too():
    word = '{% translate "Help" %}'
    nodes = joined(
        f"{{% block b %}}{{% if a %}}{word}{{% else %}}{{% for x in y %}}{word}{{% empty %}}{word}{{% endfor %}}"
        "{% endif %}{% endblock %}"
    )
    assert len(nodes.get_nodes_by_type(Once)) == 3


def test_each_language_has_its_own():
    for language, word in [("en", "Help"), ("es", "Ayuda"), ("en", "Help"), ("es", "Ayuda")]:
        with override(language):
            assert word in render_to_string("help/help.html")


def test_parts_that_are_kept_depend_on_nothing_of_a_person():
    templates = [*Path(kecs.__file__).parent.rglob("templates/**/*")]
    sources = [each.read_text() for each in templates if each.is_file()]
    named = {
        name for source in sources for tag in re.findall(r"{% once(.*?) %}", source) for name in tag.split()
    }
    assert named == OF_THE_PORTAL


def once(names: str, inside: str) -> Template:
    return Engine.get_default().from_string(
        f"{{% load i18n once %}}{{% once {names} %}}{inside}{{% endonce %}}"
    )


def test_a_part_is_written_once_for_each_value():
    written = []

    class Watched(str):
        __slots__ = ()

        def __html__(self) -> str:
            written.append(str(self))
            return str(self)

    part = once("word", "[{{ word }}]")
    shown = [part.render(Context({"word": Watched(word)})) for word in ("a", "b", "a", "b", "a")]
    assert shown == ["[a]", "[b]", "[a]", "[b]", "[a]"]
    assert written == ["a", "b"]


def test_nothing_else_is_in_sight_inside_of_it():
    part = once("word", "[{{ word }}{{ name }}{{ request }}]")
    assert part.render(Context({"word": "a", "name": "Maria", "request": "r"})) == "[a]"


def test_lists_and_what_is_made_when_asked_for_are_values_too():
    part = once("words made", "{{ words|join:'-' }} {{ made }}")
    assert part.render(Context({"words": ["a", "b"], "made": lambda: "c"})) == "a-b c"
    assert part.render(Context({"words": ["a"], "made": lambda: "d"})) == "a d"


def test_what_cannot_be_compared_is_written_each_time():
    part = once("word", "[{{ word.a }}]")
    assert [part.render(Context({"word": {"a": value}})) for value in (1, 2)] == ["[1]", "[2]"]


def test_it_forgets_before_it_grows():
    part = once("word", "[{{ word }}]")
    [node] = part.nodelist.get_nodes_by_type(Once)
    assert [part.render(Context({"word": n})) for n in range(MOST + 2)] == [f"[{n}]" for n in range(MOST + 2)]
    assert isinstance(node, Once)
    assert len(node.written) <= MOST


@pytest.mark.parametrize(
    "inside", ["{% csrf_token %}", "{% if a %}{% csrf_token %}{% endif %}", "{% block b %}{% endblock %}"]
)
def test_it_holds_no_token_and_no_block(inside):
    with pytest.raises(TemplateSyntaxError):
        once("", inside)


def test_values_are_escaped_and_kept_apart_from_those_that_are_not():
    part = once("word", "{{ word }}")
    assert part.render(Context({"word": SafeString("<b>")})) == "<b>"
    assert part.render(Context({"word": "<b>"})) == "&lt;b&gt;"
    assert part.render(Context({"word": "<b>"}, autoescape=False)) == "<b>"
