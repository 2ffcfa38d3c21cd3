"""Reads a page as a browser and a screen reader would, and names every rule of the house that it breaks."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

# Elements that never have an end tag.
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
UNLABELLED_INPUTS = frozenset({"hidden", "submit", "button", "reset", "image"})
# What differs each time that a page is served, in fields that nobody sees; no rule is about their values.
TOKENS = re.compile(r'(<input type="hidden" name="(?:csrfmiddlewaretoken|registration)" value=")[\w-]+(?=")')
# Drawn for each answer; and the seconds that are left of a session, which go by.
OF_THE_MOMENT = re.compile(
    r'((?:name="(?:csrfmiddlewaretoken|registration|robot_stamp)" value|data-session-end)=")[^"]+'
)
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SCRIPTS_THAT_ARE_DATA = frozenset({"application/json", "application/ld+json"})


def besides_ids(text: str) -> str:
    """Where four digits that are somebody's are looked for: an id may hold any four."""
    return UUIDS.sub("", text)


@dataclass(kw_only=True)
class Control:
    """A field of a form: its element and what may name it."""

    tag: str
    attributes: dict[str, str]
    inside_label: bool

    def __str__(self) -> str:
        return f"<{self.tag} name={self.attributes.get('name', '')!r} id={self.attributes.get('id', '')!r}>"


@dataclass
class Page(HTMLParser):
    """What one HTML page says of itself."""

    source: str
    language: str = ""
    title: str = ""
    headings: list[str] = field(default_factory=list)
    mains: int = 0
    ids: list[str] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    labelled: set[str] = field(default_factory=set)
    controls: list[Control] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    images_without_text: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element says."""
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        for name in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            self.references += [(name, target) for target in attributes.get(name, "").split()]
        self._note_inline(tag, attributes)
        match tag:
            case "html":
                self.language = attributes.get("lang", "")
            case "main":
                self.mains += 1
            case "h1":
                self.headings.append("")
            case "label":
                self.labelled.add(attributes.get("for", ""))
            case "form":
                self.forms.append(attributes)
            case "img" if "alt" not in attributes:
                self.images_without_text += 1
            case "input" | "select" | "textarea" if attributes.get("type", "") not in UNLABELLED_INPUTS:
                inside = "label" in self._open
                self.controls.append(Control(tag=tag, attributes=attributes, inside_label=inside))

    def _note_inline(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style":
            self.inline.append("<style>")
        if (
            tag == "script"
            and "src" not in attributes
            and attributes.get("type") not in SCRIPTS_THAT_ARE_DATA
        ):
            self.inline.append("<script>")
        for name, value in attributes.items():
            if name == "style" or name.startswith("on"):
                self.inline.append(f"<{tag} {name}=...>")
            if name in {"href", "action", "src", "formaction"} and value.strip().lower().startswith(
                "javascript:"
            ):
                self.inline.append(f"<{tag} {name}=javascript:...>")

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and those in it that were never closed."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Collect the words of title and headings."""
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if "h1" in self._open:
            self.headings[-1] += data


def words(text: str) -> str:
    """The text with its white space made single, as a reader sees it."""
    return " ".join(text.split())


def lasting(source: str) -> str:
    """The page without what differs each time that it is served: for comparing two."""
    return OF_THE_MOMENT.sub(r"\1", source)


def faults_of_page(source: str) -> list[str]:
    """Every rule that this page breaks, one sentence each."""
    return list(_faults(TOKENS.sub(r"\1", source)))


@lru_cache(maxsize=1_000)
def _faults(source: str) -> tuple[str, ...]:
    """Most pages that a test gets, another test has got before: reading one takes a quarter as long as making it."""
    page = Page(source)
    inline = [
        f"Inline code or style: {place}. The content security policy blocks it." for place in page.inline
    ]
    return (*faults_of_naming(page), *faults_of_ids(page), *faults_of_forms(page), *inline)


def faults_of_naming(page: Page) -> list[str]:
    """Language, title, the one heading, the one main part."""
    faults = []
    title, headings = words(page.title), [words(heading) for heading in page.headings]
    if not page.language:
        faults.append("<html> has no lang.")
    if page.mains != 1:
        faults.append(f"A page has one <main>, this has {page.mains}.")
    if len(headings) != 1 or not headings[0]:
        faults.append(f"A page has one <h1> with words in it, this has {headings}.")
    elif not title:
        faults.append("The title is empty.")
    elif headings[0] not in title and not title.startswith(("Error:", "Error\N{NO-BREAK SPACE}:")):
        faults.append(
            f"The title {title!r} neither holds the heading {headings[0]!r} nor starts with 'Error:'."
        )
    if page.images_without_text:
        faults.append(f"{page.images_without_text} image(s) without alt.")
    return faults


def faults_of_ids(page: Page) -> list[str]:
    """Unique ids, and references that lead somewhere."""
    faults = [
        f"The id {name!r} is there {count} times." for name, count in Counter(page.ids).items() if count > 1
    ]
    if "" in page.ids:
        faults.append("An id is empty.")
    known = set(page.ids)
    faults += [
        f"{name}={target!r} leads to no element." for name, target in page.references if target not in known
    ]
    return faults


def faults_of_forms(page: Page) -> list[str]:
    """A label for every field, and a form that knows where it goes."""
    faults = []
    for control in page.controls:
        attributes = control.attributes
        named = attributes.get("aria-label") or attributes.get("aria-labelledby")
        if not (named or control.inside_label or attributes.get("id") in page.labelled - {""}):
            faults.append(f"{control} has no label.")
    for form in page.forms:
        if "action" in form and not form["action"].strip():
            faults.append("A form has an empty action; leave it out, and the form goes to its own page.")
        if form.get("method", "get").lower() not in {"get", "post", "dialog"}:
            faults.append(f"A form has the method {form['method']!r}.")
        if form.get("action", "").startswith(("http:", "https:", "//")):
            faults.append(f"A form goes to another site: {form['action']}.")
    return faults


def faults_of_headers(response: HttpResponse) -> list[str]:
    """What the answer tells the browser: a strict policy, and to keep nothing."""
    faults = []
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        faults.append(f"The Content-Security-Policy is {policy!r}.")
    if "no-store" not in response.headers.get("Cache-Control", ""):
        faults.append(f"Cache-Control is {response.headers.get('Cache-Control')!r}, not no-store.")
    return faults


def faults_of(response: Any) -> list[str]:
    """Every rule that an answer breaks; answers that are not HTML pages break none."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    if 300 <= response.status_code < 400 or not response.content:
        return []
    return [*faults_of_headers(response), *faults_of_page(response.content.decode(response.charset))]


class PageFault(AssertionError):
    """A page broke rules of the house. The message lists them."""


class InspectingClient(Client):
    """Django's test client, for which every page must keep the rules of the house."""

    def request(self, **request: Any) -> Any:
        """Fetch, then look. Raises PageFault."""
        response = super().request(**request)
        faults = faults_of(response)
        if faults:
            where = f"{request['REQUEST_METHOD']} {request['PATH_INFO']} ({response.status_code})"
            raise PageFault("\n  ".join([f"The page at {where} breaks these rules:", *faults]))
        return response
