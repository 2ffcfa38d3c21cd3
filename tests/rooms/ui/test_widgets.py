"""Our inputs, which are written without a template, are the elements that Django's template writes."""

from html.parser import HTMLParser

import pytest
from django import forms

from kecs.ui import widgets


class Tag(HTMLParser):
    """The first element of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted(attrs, key=str)))


@pytest.mark.parametrize(
    "widget",
    [
        widgets.TextInput({"maxlength": 30, "required": True, "disabled": False}),
        widgets.NameInput(autocomplete="given-name"),
        widgets.UsernameInput(),
        widgets.EmailInput(),
        widgets.DateInput(),
        widgets.LastFourInput(),
    ],
    ids=lambda widget: type(widget).__name__,
)
@pytest.mark.parametrize("value", [None, "", "O'Brien <script>\"&", 0, "Ñandú"])
def test_an_input_is_the_element_that_djangos_template_writes(widget, value):
    attrs = {"id": "id_x", "aria-describedby": 'a"b', "aria-invalid": "true"}
    ours = widget.render("x", value, attrs)
    theirs = forms.widgets.Widget.render(widget, "x", value, attrs)
    assert Tag(ours).found == Tag(theirs).found
    assert len(Tag(ours).found) == 1
