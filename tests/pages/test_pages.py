"""Every page in every state, in both languages: it is on the list, speaks one language, and speaks plainly."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.source import PACKAGE, ROOT
from tests.house.test_words import ALIKE, catalogue
from tests.pages import account, desk, front_door
from tests.pages.reading import measured, sentences_in, sentences_of
from tests.pages.visit import SCENES, Scene, Shown, Walked, Written, keep, walk
from tests.plain_words import HARDEST, LEAST_EASE
from tests.spanish import ENGLISH, STOP_WORDS, Words

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.any_database("the words of pages, which other tests fetch from both databases"),
]
ROOMS_OF_SCENES = (front_door, account, desk)
KEPT = ROOT / "build" / "pages"

# Addresses that never answer with a page of their own, each with its reason. The console's repairs are `person_repair`.
NO_PAGE: dict[str, str] = {
    "accounts:cancel_recovery_link": "takes the token out of the address",
    "accounts:choose_primary": "a button; leads back to the list",
    "accounts:confirm_email_link": "takes the token out of the address",
    "accounts:disown_link": "takes the token out of the address",
    "accounts:end_other_sessions": "a button; leads back to the list",
    "accounts:end_session": "a button; leads back to the list",
    "accounts:passkey_options": "for a script",
    "accounts:passkey_sign_in": "a button; leads back to the first page",
    "accounts:recovery_codes_file": "a file",
    "accounts:recovery_link": "takes the token out of the address",
    "accounts:remove_address": "a button; leads back to the list",
    "accounts:resend_confirmation": "a button; leads back to the Home Page",
    "accounts:resend_link": "a button; leads back to the list",
    "accounts:session_extend": "for a script; a button without",
    "accounts:session_left": "for a script",
    "accounts:suggest_password": "for a script",
    "accounts:undo_link": "takes the token out of the address",
    "assurance:letter": "a button; leads back to the page",
    "assurance:not_me_link": "takes the token out of the address",
    "assurance:send_code": "a button; leads back to the page",
    "console:recoveries": "leads to the cases",
    "console:import_discard": "a button; leads back to the list",
    "console:import_progress": "for a script",
    "console:import_rejects": "a file",
    "console:import_stop": "a button; leads back to the page",
    "console:posted": "a button; leads back to the list",
    "console:reopen": "a button; leads back to the case",
    "console:take_case": "a button; leads back to the case",
    "console:take_recovery": "a button; leads back to the page",
    "corrections:documents": "a button; leads back to the request",
    "corrections:not_me_link": "takes the token out of the address",
    "corrections:withdraw": "a button; leads back to the request",
    "guard:challenge": "for a script",
    "healthz": "for a machine",
    "metrics": "for a machine",
    "readyz": "for a machine",
    "registration:invited_link": "takes the token out of the address",
    "registration:register": "leads to the search",
    "set_language": "a button; leads back to where it was pressed",
}


# Templates that are no page: `walk` writes every mail that no scene sends from its template.
NOT_DRAWN = frozenset({"mail/base.html", "mail/text.html"})


def names(resolver: Any, space: str = "") -> Iterator[str]:
    """Every address of the portal, by name."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}"


def not_on_the_list(walked: Walked) -> list[str]:
    """Addresses, templates of pages and templates of mails that no scene shows; and reasons that nobody needs any more."""
    addresses, shown = set(names(get_resolver())), {page.view for page in walked.shown}
    found = [f"no scene shows {name}" for name in sorted(addresses - shown - NO_PAGE.keys())]
    found += [f"{name} shows a page" for name in sorted(NO_PAGE.keys() & shown)]
    found += [f"{name} is gone" for name in sorted(NO_PAGE.keys() - addresses)]
    for path in sorted(PACKAGE.rglob("templates/**/*.*")):
        name = str(path.relative_to(next(each for each in path.parents if each.name == "templates")))
        if name not in walked.templates | NOT_DRAWN and "/mail/" not in name:
            found.append(f"no scene uses the template {name}")
    return found


# --- Language ----------------------------------------------------------------------------------------------------

NOT_SAID = re.compile(r"https?://\S+|\S+@\S+|\S+\.(?:csv|jpg|gif)")
SPANISH = {str(message.string) for message in catalogue() if message.id} - ALIKE
SPANISH_STOP_WORDS = re.compile(
    r"\b(el|los|las|una|usted|su|sus|es|está|para|por|con|que|del|al|esta|este|puede|correo|cuenta|expediente|"
    r"contraseña|enlace|página|nombre|apellidos|escriba|presione|elija)\b",
    re.IGNORECASE,
)
# In each language: texts of the catalogue as they stand, which catches labels, and the small words of any sentence.
OF_THE_OTHER = {"en": (SPANISH, SPANISH_STOP_WORDS), "es": (ENGLISH, STOP_WORDS)}


@cache
def other_language_in(piece: str, language: str) -> bool:
    """Whether the piece is in the language that this is not. Most pieces stand on every page, and are read once."""
    texts, stop_words = OF_THE_OTHER[language]
    return piece in texts or bool(stop_words.search(NOT_SAID.sub(" ", piece)))


def language_faults(walked: Walked, language: str) -> Iterator[str]:
    """Each page and each mail that says a word in the other language."""
    for page in walked.shown:
        words = Words(page.html)
        if words.language != language:
            yield f"{page.name}: lang={words.language!r}"
        if page.view in SHOW_MAILS:
            continue
        said = [piece for piece in words.pieces if IN_BOTH not in piece and piece not in COLUMNS]
        if left := [piece for piece in said if other_language_in(piece, language)]:
            yield f"{page.name}: {left[:4]}"
    for mail in walked.written:
        lines = mail.text.splitlines()
        if is_mixed(mail, language) or mail.kind in TO_STRANGERS:
            continue
        if left := [line for line in [mail.subject, *lines] if other_language_in(line, language)]:
            yield f"mail {mail.kind}: {left[:4]}"


# Who reads at an address on file is unknown: the subject of such a mail says the same in both languages, and so does its text.
IN_BOTH = " / "
# To somebody who reads Spanish in whatever language the scene is: tests/factories/desk.py, no_ssn.
TO_ANA = frozenset({"console.request_refused", "console.account_invited"})


def is_mixed(mail: Written, language: str) -> bool:
    """Whether it speaks both languages, or another than the scene's, as it should."""
    return IN_BOTH in mail.subject or (language == "en" and mail.kind in TO_ANA)


# Letters too.
TO_STRANGERS = frozenset({"assurance.letter"})
# They show staff what will be sent, in the languages of those who get it.
SHOW_MAILS = frozenset({"console:case", "console:letter", "console:recovery"})
# Of a file of records, as the file has them.
COLUMNS = frozenset({"email", "deceased"})


# --- Plain words -------------------------------------------------------------------------------------------------


def figures(walked: Walked, language: str) -> dict[str, float]:
    """The grade or the ease of each page and mail that has sentences enough; of several alike, the hardest."""
    told: list[tuple[str, list[str]]] = [(page.name, sentences_of(page)) for page in walked.shown]
    told += [
        (f"mail {mail.kind}", sentences_in(mail)) for mail in walked.written if not is_mixed(mail, language)
    ]
    found: dict[str, float] = {}
    for name, sentences in told:
        figure = measured(sentences, language)
        if figure is not None:
            harder = max if language == "en" else min
            found[name] = harder(figure, found.get(name, figure))
    return found


def by_page(walked: Walked, measures: dict[str, float], language: str) -> dict[str, float]:
    """The hardest state of each page, and each mail; the document shows these."""
    views = {page.name: page.view for page in walked.shown}
    found: dict[str, float] = {}
    for name, figure in measures.items():
        page = views.get(name, name)
        found[page] = (max if language == "en" else min)(figure, found.get(page, figure))
    return found


def hard(found: dict[str, float], language: str) -> list[str]:
    """Those that ask too much."""
    if language == "en":
        return [f"{name}: grade {figure:.1f}" for name, figure in found.items() if figure > HARDEST]
    return [f"{name}: ease {figure:.0f}" for name, figure in found.items() if figure < LEAST_EASE]


# --- What went wrong ---------------------------------------------------------------------------------------------


def silent_titles(walked: Walked) -> list[str]:
    """Pages with errors whose title does not begin with the word."""
    return [
        page.name
        for page in walked.shown
        if "data-error-summary" in page.html and not re.search(r"<title>\s*Error:", page.html)
    ]


# --- The test ----------------------------------------------------------------------------------------------------


@pytest.fixture
def _still(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    """One half minute of the authenticator apps, and a folder of its own."""
    from kecs.accounts.factors import totp

    step = totp.step_at(datetime.now(UTC))
    monkeypatch.setattr(totp, "step_at", lambda _now: step)
    settings.KECS_VAR_DIR = tmp_path


def scenes_of(language: str) -> list[Scene]:
    """All in Spanish; in English those of educators, unless `scripts/pages` asks for the whole: the desk takes half the time."""
    if language == "es" or os.environ.get("PAGES") == "whole":
        return SCENES
    return [each for each in SCENES if each.__module__ != desk.__name__]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.usefixtures("_still")
def test_every_page_and_mail(language: str):
    assert len(SCENES) > 40
    walked = walk(language, scenes_of(language))
    keep(walked, KEPT / language)
    measures = figures(walked, language)
    (KEPT / language / "figures.json").write_text(
        json.dumps(by_page(walked, measures, language)), encoding="utf-8"
    )
    found = {
        "not on the list": not_on_the_list(walked) if scenes_of(language) == SCENES else [],
        "twice the same name": sorted(twice([page.name for page in walked.shown])),
        "the other language": list(language_faults(walked, language)),
        "hard to read": hard(measures, language),
        "title without Error": silent_titles(walked),
    }
    told = "\n".join(f"{what}:\n  " + "\n  ".join(lines) for what, lines in found.items() if lines)
    assert not told, told


def twice(given: list[str]) -> set[str]:
    """Those that come more than once."""
    return {name for name in given if given.count(name) > 1}


# --- It can fail -------------------------------------------------------------------------------------------------


def shown(html: str) -> Walked:
    page = Shown(view="home:home", state="x", language="en", path="/", status=200, html=html)
    mail = Written(kind="k", language="en", subject="Hello", text="Escriba su nombre.")
    return Walked([page], [mail], frozenset())


def test_each_fault_is_seen():
    long = (
        "Notwithstanding considerable administrative difficulties, authorization necessitates documentation "
        * 6
    )
    walked = shown(
        f"<html lang=en><title>A</title><main><p>Su cuenta</p><p>{long}.</p><div data-error-summary></div></main>"
    )
    assert len(list(language_faults(walked, "en"))) == 2
    assert hard(figures(walked, "en"), "en")
    assert silent_titles(walked)
    assert "no scene shows home:record" in not_on_the_list(walked)
    assert "no scene uses the template home/home.html" in not_on_the_list(walked)
