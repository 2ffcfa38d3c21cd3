"""Reads a page as a thief's script does: where it leads, what it lets one send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass(kw_only=True)
class Field:
    """One control of a form; `choices` where only some values are meant."""

    name: str
    kind: str
    value: str = ""
    choices: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Form:
    """Where it is sent, how, and with what."""

    action: str
    method: str
    is_multipart: bool
    fields: list[Field] = field(default_factory=list)
    buttons: list[Field] = field(default_factory=list)

    def as_shown(self) -> dict[str, str]:
        """What a browser would send if nobody typed anything and no button had a name."""
        return {
            each.name: each.value for each in self.fields if each.kind not in {"checkbox", "radio", "file"}
        }


class Reader(HTMLParser):
    """Collects links and forms of one page."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self.feed(html)
        self.close()

    def _own(self, target: str) -> str:
        """The path on this site, or nothing."""
        parts = urlsplit(urljoin(f"http://here{self.address}", target))
        if parts.netloc != "here" or parts.scheme != "http":
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element leads to or sends."""
        at = {name: value or "" for name, value in attrs}
        if tag == "a" and self._own(at.get("href", "")):
            self.links.add(self._own(at.get("href", "")))
        elif tag == "form":
            self._form = Form(
                action=self._own(at.get("action", "") or self.address),
                method=at.get("method", "get").upper(),
                is_multipart="multipart" in at.get("enctype", ""),
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, at)

    def _control(self, form: Form, tag: str, at: dict[str, str]) -> None:
        made = Field(name=at.get("name", ""), kind=at.get("type", tag), value=at.get("value", ""))
        if tag == "option" and self._select is not None:
            self._select.choices.append(made.value)
            if "selected" in at:
                self._select.value = made.value
        elif tag == "button" or (tag == "input" and made.kind in {"submit", "image"}):
            form.buttons.append(made)
        elif tag in {"input", "textarea", "select"} and made.name:
            same = next((old for old in form.fields if old.name == made.name), None)
            if made.kind == "radio" and same is not None:
                same.choices.append(made.value)
                return
            made.choices = [made.value] if made.kind == "radio" else []
            form.fields.append(made)
            self._select = made if tag == "select" else None

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None


def filled_in(form: Form, typed: dict[str, str]) -> dict[str, str]:
    """The form as somebody sends it who answers everything; `typed` says what goes into fields of these names."""
    content: dict[str, str] = {}
    for each in form.fields:
        if each.name in typed:
            content[each.name] = typed[each.name]
        elif each.kind in {"hidden", "submit"}:
            content[each.name] = each.value
        elif each.choices:
            content[each.name] = next((choice for choice in each.choices if choice), "")
        elif each.kind == "checkbox":
            content[each.name] = each.value or "on"
        elif each.kind == "email":
            content[each.name] = typed.get("email", "thief@example.org")
        elif each.kind == "password":
            content[each.name] = typed.get("password", "x")
        elif each.kind != "file":
            content[each.name] = each.value or "AAAA-1111"
    return content
