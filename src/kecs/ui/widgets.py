"""The inputs that forms of every room use: how an answer is typed, filled in, and kept from being shown again."""

from typing import Any

from django import forms
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Attrs = dict[str, Any]


def with_defaults(attrs: Attrs | None, css: str, **defaults: str | bool) -> Attrs:
    """The caller's attributes over ours; both sets of CSS classes are kept."""
    given = dict(attrs or {})
    classes = f"{css} {given.pop('class', '')}".strip()
    return {"class": classes, **defaults, **given}


def tag_of(widget: dict[str, Any]) -> SafeString:
    """The element that Django's input.html writes, without a template: a page has up to eight, and each took 0.3 ms."""
    value = {} if widget["value"] is None else {"value": widget["value"]}
    return format_html(
        '<input type="{}" name="{}"{}>',
        widget["type"],
        widget["name"],
        attributes({**value, **widget["attrs"]}),
    )


def attributes(attrs: Attrs) -> SafeString:
    """As Django's flatatt writes them: those without a value last. Names are ours, and not escaped."""
    given = sorted(
        (value is True, name, value)
        for name, value in attrs.items()
        if value is not None and value is not False
    )
    return SafeString(
        "".join(
            [f" {name}" if bare else f' {name}="{conditional_escape(value)}"' for bare, name, value in given]
        )
    )


class OneTag(forms.widgets.Input):
    """An input that is one element and nothing around it."""

    def render(self, name: str, value: Any, attrs: Attrs | None = None, renderer: Any = None) -> SafeString:
        return tag_of(self.get_context(name, value, attrs)["widget"])


class Revealed(forms.widgets.Input):
    """An input that is dotted out, with a button that shows what is in it; the page's script makes it work."""

    def words(self) -> dict[str, str]:
        """What the button is called and what is said: `how`, `show`, `hide`, `shown`, `hidden`."""
        raise NotImplementedError

    def render(self, name: str, value: Any, attrs: Attrs | None = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<div class="kecs-reveal" data-reveal="{how}" data-show="{show}" data-hide="{hide}" data-shown="{shown}" '
            'data-hidden="{hidden}">{tag}<button class="kecs-reveal__button" type="button" hidden data-show-text="{short}" '
            'data-hide-text="{short_hide}">{short}</button><span class="usa-sr-only" role="status"></span></div>',
            tag=tag_of(self.get_context(name, value, attrs)["widget"]),
            short=_("Show"),
            short_hide=_("Hide"),
            **self.words(),
        )


class TextInput(OneTag, forms.TextInput):
    """One line of text."""

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(with_defaults(attrs, "usa-input"))


class NameInput(OneTag, forms.TextInput):
    """A part of a person's name; `autocomplete` is "given-name" or "family-name"."""

    def __init__(self, attrs: Attrs | None = None, *, autocomplete: str) -> None:
        super().__init__(with_defaults(attrs, "usa-input", autocomplete=autocomplete, spellcheck="false"))


class UsernameInput(OneTag, forms.TextInput):
    """A username, which no phone may "correct"."""

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(
            with_defaults(
                attrs,
                "usa-input",
                autocapitalize="none",
                autocomplete="username",
                autocorrect="off",
                spellcheck="false",
            )
        )


class EmailInput(OneTag, forms.EmailInput):
    """An e-mail address."""

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(
            with_defaults(attrs, "usa-input", autocapitalize="none", autocomplete="email", spellcheck="false")
        )


class DateInput(OneTag, forms.DateInput):
    """A birth date typed as one text, mm/dd/yyyy; the hint carries the format, no placeholder does.

    No `inputmode`: the guide asks for the slashes, and the numeric keypads of iPhones have none. Browsers
    fill in "bday" as YYYY-MM-DD, so a form that uses this reads that spelling too.
    """

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(
            with_defaults(attrs, "usa-input kecs-medium", autocomplete="bday"), format="%m/%d/%Y"
        )


class CheckboxInput(forms.CheckboxInput):
    """A box to tick; the field template puts its label after it."""

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(with_defaults(attrs, "usa-checkbox__input"))


class Radios(forms.RadioSelect):
    """A choice among a few, each inside its label, on a line of its own."""

    template_name = "ui/widgets/radios.html"


class NeverShownAgain(forms.TextInput):
    """An input that forgets what was typed: no answer of the server ever carries it back."""

    def get_context(self, name: str, value: Any, attrs: Attrs | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class LastFourInput(OneTag, NeverShownAgain):
    """The last four digits of a Social Security number.

    Not hidden while typing: four digits alone find nobody, and a slip that can be seen saves a failed search.
    """

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(
            with_defaults(
                attrs,
                "usa-input kecs-short",
                autocomplete="off",
                inputmode="numeric",
                maxlength="4",
                **{"data-secret": "1"},
            )
        )


class SsnInput(Revealed, NeverShownAgain):
    """A whole Social Security number, dotted out while typing, with a button that shows it.

    A text field dotted out by the style sheet, because browsers offer to keep what is in a password field.
    Hyphens or spaces may be typed: eleven characters.
    """

    def __init__(self, attrs: Attrs | None = None) -> None:
        super().__init__(
            with_defaults(
                attrs,
                "usa-input kecs-medium kecs-masked",
                autocomplete="off",
                inputmode="numeric",
                maxlength="11",
                spellcheck="false",
            )
        )

    def words(self) -> dict[str, str]:
        return {
            "how": "mask",
            "show": _("Show Social Security number"),
            "hide": _("Hide Social Security number"),
            "shown": _("Your Social Security number is shown"),
            "hidden": _("Your Social Security number is hidden"),
        }


class PasswordInput(Revealed, forms.PasswordInput):
    """A password with a show/hide button; `autocomplete` is "current-password" or "new-password".

    `again` marks the second box of a pair, so that its button has a name of its own. What was typed never comes back;
    only a password that we suggest may be put in, by `suggest`.
    """

    def __init__(
        self, attrs: Attrs | None = None, *, autocomplete: str = "current-password", again: bool = False
    ) -> None:
        self.again = again
        super().__init__(
            with_defaults(
                attrs, "usa-input", autocapitalize="none", autocomplete=autocomplete, spellcheck="false"
            ),
            render_value=False,
        )

    def suggest(self, password: str) -> None:
        """Stands in the box when the page is shown."""
        self.attrs["value"] = password

    def words(self) -> dict[str, str]:
        return {
            "how": "password",
            "show": _("Show repeated password") if self.again else _("Show password"),
            "hide": _("Hide repeated password") if self.again else _("Hide password"),
            "shown": _("Your password is shown"),
            "hidden": _("Your password is hidden"),
        }
