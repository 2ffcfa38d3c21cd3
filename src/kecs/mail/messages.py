"""What a mail is before it is queued, and how a room makes one from its templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template import Context, Engine, TemplateDoesNotExist
from django.utils.translation import get_language

MAX_SUBJECT = 200
MAX_KIND = 64


class MessageRefused(ValueError):
    """This cannot become a mail. Names the part that is wrong, never its content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A mail to one address. Raises MessageRefused for an address or a header that is not exactly one.

    `kind` is the dotted word of the room that sends it ("accounts.confirm_email"); `text` and `html` say
    the same.
    """

    kind: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    language: str = ""  # of text; with it a mail without HTML of its own gets the same words as HTML

    def __post_init__(self) -> None:
        for name, value, longest in (("kind", self.kind, MAX_KIND), ("subject", self.subject, MAX_SUBJECT)):
            # A line break would start a header of the writer's choice.
            if not value.strip() or len(value) > longest or not value.isprintable():
                raise MessageRefused(name)
        try:
            validate_email(self.to)
        except ValidationError:
            # The validator's own error quotes the address.
            raise MessageRefused("to") from None
        if not self.text.strip():
            raise MessageRefused("text")


def render(kind: str, to: str, subject: str, template: str, context: Mapping[str, Any]) -> Message:
    """A message from `<template>.txt` and, where there is one, `<template>.html`, in the active language.

    Raises MessageRefused, and TemplateDoesNotExist when there is no text: some people read only that.
    """
    values = {**context, "subject": subject, "language": get_language() or "en"}
    return Message(
        kind=kind,
        to=to,
        subject=subject,
        text=_rendered(f"{template}.txt", values, escape=False),
        html=_html_of(template, values),
        language=str(values["language"]),
    )


def as_html(message: Message) -> str | None:
    """The text as a plain page, its links as links: no style, no image, nothing to fetch. None without a language to say it is in."""
    if message.html is not None or not message.language:
        return message.html
    values = {"subject": message.subject, "language": message.language, "text": message.text}
    return _rendered("mail/text.html", values, escape=True)


def _html_of(template: str, values: Mapping[str, Any]) -> str | None:
    name = f"{template}.html"
    try:
        Engine.get_default().get_template(name)
    except TemplateDoesNotExist:
        return None
    return _rendered(name, values, escape=True)


def _rendered(name: str, values: Mapping[str, Any], *, escape: bool) -> str:
    # Django escapes for HTML whatever the file is called: in plain text O'Brien would read O&#x27;Brien.
    rendered = Engine.get_default().get_template(name).render(Context(dict(values), autoescape=escape))
    return rendered.strip() + "\n"
