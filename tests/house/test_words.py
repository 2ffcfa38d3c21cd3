"""Law: whatever the portal says in English it says in Spanish, whole, and with the same names put in.

Reads the code, the templates and the catalogue by itself: GNU gettext is needed for changing words, not for this.
`make messages` brings new words into the catalogue, where they then wait for somebody who writes Spanish.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.house.source import PACKAGE, Module, modules
from tests.plain_words import LEAST_EASE, reading_ease, syllables_in_spanish

CATALOGUE = PACKAGE / "locale" / "es" / "LC_MESSAGES" / "django.po"
CALLS = frozenset({"_", "gettext", "gettext_lazy"})
# Words that both languages share.
ALIKE = frozenset({"Error:"})

LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"(?<!\w)(?:gettext|_)\(({LITERAL})\)")
OTHER_CALL = re.compile(r"\b(?:n|p|np)gettext(?:_lazy)?\b")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%%")
TAG = re.compile(r"</?\w+[^>]*>")
ENDINGS = ".:,;?!…"
# A person is addressed as usted, on every page.
TOO_FAMILIAR = re.compile(r"\b(tú|tu|tus|te|ti|contigo|vos|vosotros|vosotras|vuestr[oa]s?)\b", re.IGNORECASE)


class NotCollected(Exception):
    """A text that this law cannot read; write it as one constant, or teach the law."""


# --- The words of the house --------------------------------------------------------------------------------------


def texts_of_module(module: Module) -> Iterator[str]:
    """Every text that a Python file has translated. Raises NotCollected."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            for name in node.names:
                if OTHER_CALL.fullmatch(name.name):
                    raise NotCollected(f"{module.at(node)}: {name.name}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            match node.args:
                case [ast.Constant(value=str(text))]:
                    yield text
                case _:
                    raise NotCollected(f"{module.at(node)}: the text is not one constant")


def texts_of_template(source: str, path: str = "") -> Iterator[str]:
    """Every text that a template has translated. Raises NotCollected."""
    calls = templatize(source, origin=path)
    if OTHER_CALL.search(calls):
        raise NotCollected(f"{path}: a plural or a context")
    for literal in TEMPLATE_CALL.findall(calls):
        yield ast.literal_eval(literal)


@cache
def texts() -> frozenset[str]:
    """All of them."""
    found = {text for module in modules() for text in texts_of_module(module)}
    for path in PACKAGE.rglob("templates/**/*.*"):
        found.update(texts_of_template(path.read_text(encoding="utf-8"), str(path)))
    return frozenset(found)


@cache
def catalogue() -> Catalog:
    """The Spanish words."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="es", abort_invalid=True)


# --- What a translation must keep --------------------------------------------------------------------------------


def endings(text: str) -> str:
    """The punctuation at the end; a greeting ends in a comma in English and in a colon in Spanish."""
    return "".join(re.findall(rf"[{ENDINGS}]+$", text)).replace(",", ":")


def marks_that_open(text: str) -> Iterable[str]:
    """Questions and exclamations that Spanish opens and does not close, or the other way round."""
    plain = re.sub(r"\(!, @[^)]*\)", "", text)
    for opening, closing in ("¿?", "¡!"):
        if plain.count(opening) != plain.count(closing):
            yield f"{opening} and {closing} do not go together"


def faults(english: str, spanish: str, *, fuzzy: bool = False) -> list[str]:
    """Everything that is wrong with the Spanish of one text."""
    if fuzzy:
        return ["guessed from a similar text and read by nobody (fuzzy)"]
    if not spanish.strip():
        return ["not translated"]
    found = list(marks_that_open(spanish))
    if spanish == english and english not in ALIKE:
        found.append("the same as the English")
    if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(spanish)):
        found.append("the names put in differ")
    if TAG.findall(english) != TAG.findall(spanish):
        found.append("the tags differ")
    if spanish != spanish.strip() or "  " in spanish:
        found.append("white space too much")
    if endings(english) != endings(spanish):
        found.append("it ends otherwise")
    if TOO_FAMILIAR.search(spanish):
        found.append("it says tú where it should say usted")
    return found


# --- The law -----------------------------------------------------------------------------------------------------


def test_every_text_is_in_the_catalogue():
    """Otherwise: make messages."""
    assert sorted(texts() - {str(message.id) for message in catalogue() if message.id}) == []


def test_the_catalogue_keeps_no_text_that_is_gone():
    """Otherwise: make messages."""
    assert sorted({str(message.id) for message in catalogue() if message.id} - texts()) == []
    assert sorted(str(key) for key in catalogue().obsolete) == []


def test_every_text_is_translated_whole():
    found = {
        str(message.id): wrong
        for message in catalogue()
        if message.id and (wrong := faults(str(message.id), str(message.string), fuzzy=message.fuzzy))
    }
    assert found == {}


def test_the_sentences_are_easy_to_read():
    """Labels and buttons, which are short, do not count."""
    sentences = [str(message.string) for message in catalogue() if str(message.string).endswith((".", "?"))]
    assert reading_ease(TAG.sub("", PLACEHOLDER.sub("", text)) for text in sentences) >= LEAST_EASE


def test_the_words_that_are_alike_are_still_used():
    assert texts() >= ALIKE


def test_no_text_begins_or_ends_with_a_space():
    """Translators lose them."""
    assert [text for text in texts() if text != text.strip()] == []


# --- The law can fail --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Search", ""),
        ("Search", "Search"),
        ("Hello %(name)s,", "Hola, %(nombre)s:"),
        ("Hello %(name)s,", "Hola:"),
        ("{met} rules", "{cumplidas} reglas"),
        ("<strong>Hello</strong>", "Hola"),
        ("Search", "Buscar "),
        ("Enter your name.", "Escriba su nombre"),
        ("Enter your name", "Escriba su nombre."),
        ("Is this you?", "Es usted?"),
        ("This is Me!", "Soy yo!"),
        ("Enter your name.", "Escribe tu nombre."),
    ],
)
def test_a_fault_is_seen(english, spanish):
    assert faults(english, spanish) != []


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("Search", "Buscar"),
        ("Hello %(name)s,", "Hola, %(name)s:"),
        ("Error:", "Error:"),
        ("a special character (!, @, #, $, etc)", "un carácter especial (!, @, #, $, etc.)"),
        ("This is Me!", "¡Soy yo!"),
    ],
)
def test_a_good_translation_has_no_fault(english, spanish):
    assert faults(english, spanish) == []


def test_a_guess_is_a_fault_even_when_it_reads_well():
    assert faults("Search", "Buscar", fuzzy=True) != []


@pytest.mark.parametrize(
    ("word", "count"),
    [("cuenta", 2), ("día", 2), ("ciudad", 2), ("aquí", 2), ("guion", 1), ("leer", 2), ("hoy", 1), ("y", 1)],
)
def test_syllables_are_counted(word, count):
    assert syllables_in_spanish(word) == count


def test_heavy_prose_is_seen():
    heavy = (
        "La administración departamental procederá consiguientemente a la correspondiente verificación documental "
        "de las credenciales profesionales previamente proporcionadas por los solicitantes."
    )
    assert reading_ease([heavy]) < LEAST_EASE < reading_ease(["Escriba su nombre. Use solo letras."])


def test_words_are_found_in_code():
    code = (
        'from django.utils.translation import gettext as _\nA = _("one")\nB = {1: gettext_lazy("t" "wo")}\n'
    )
    assert list(texts_of_module(Module.of("src/kecs/x/messages.py", code))) == ["one", "two"]


@pytest.mark.parametrize("code", ["_(name)", '_(f"{name}")', "from django.utils.translation import ngettext"])
def test_words_that_cannot_be_found_are_a_fault(code):
    with pytest.raises(NotCollected):
        list(texts_of_module(Module.of("src/kecs/x/messages.py", code)))


def test_words_are_found_in_templates():
    template = (
        "{% load i18n %}{% translate \"I'm not a robot\" %}{% translate 'done' as x %}"
        '{% blocktranslate trimmed %}\n  Step {{ step }}\n  "now"\n{% endblocktranslate %}{{ _("last") }}'
    )
    found = list(texts_of_template(template))
    assert found == ["I'm not a robot", "done", 'Step %(step)s "now"', "last"]


def test_a_plural_in_a_template_is_a_fault():
    template = "{% load i18n %}{% blocktranslate count n=n %}one{% plural %}many{% endblocktranslate %}"
    with pytest.raises(NotCollected):
        list(texts_of_template(template))


# --- Dates ---------------------------------------------------------------------------------------------------------

DATE_FORMATS = {
    "c",  # for machines
    "m/d/Y",
    "m/d/Y, g:i A",  # for educators
    "m/d/Y H:i",  # at the desk
    "H:i",
}


def test_dates_are_digits_in_both_languages():
    # A name of a month in a fixed order reads as English in Spanish.
    found = {
        (path.name, form)
        for path in PACKAGE.rglob("templates/**/*.html")
        for form in re.findall(r"\|date:[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert {each for each in found if each[1] not in DATE_FORMATS} == set()
    assert len(found) > len(DATE_FORMATS)
