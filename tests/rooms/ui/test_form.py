"""Every form shows labels, hints and errors so that eye, ear and finger find them."""

import re

import pytest
from django import forms
from django.template.loader import render_to_string

from kecs.ui.renderer import Renderer
from kecs.ui.widgets import (
    CheckboxInput,
    DateInput,
    EmailInput,
    LastFourInput,
    PasswordInput,
    SsnInput,
    TextInput,
)
from tests.inspection import Page, faults_of_forms, faults_of_ids

NEXT_STEP = "Enter your name as it is on your <certificate>."


class PersonForm(forms.Form):
    default_renderer = Renderer
    name = forms.CharField(label="Name", widget=TextInput(), error_messages={"required": NEXT_STEP})
    birth_date = forms.DateField(label="Date of Birth", help_text="mm/dd/yyyy", widget=DateInput())
    email = forms.EmailField(label="Email", widget=EmailInput(), required=False)
    agree = forms.BooleanField(
        label="I agree", widget=CheckboxInput(), error_messages={"required": "Tick it."}
    )
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect())
    page = forms.CharField(widget=forms.HiddenInput(), required=False)


class SecretForm(forms.Form):
    default_renderer = Renderer
    last4 = forms.CharField(label="Last 4", widget=LastFourInput())
    ssn = forms.CharField(label="Social Security Number", widget=SsnInput())
    password1 = forms.CharField(label="Password", widget=PasswordInput(autocomplete="new-password"))
    password2 = forms.CharField(label="Again", widget=PasswordInput(autocomplete="new-password", again=True))


def rendered(form: forms.Form) -> str:
    context = {"form": form, "submit_label": "Send"}
    return render_to_string("ui/error_summary.html", context) + render_to_string("ui/form.html", context)


def element(source: str, element_id: str) -> str:
    found = re.search(rf'<\w+[^>]*\bid="{element_id}"[^>]*>', source)
    assert found, element_id
    return found[0]


@pytest.mark.parametrize("data", [None, {}, {"name": "Ann", "birth_date": "13/13/2020", "email": "nowhere"}])
def test_every_field_has_a_label_and_every_reference_leads_somewhere(data):
    page = Page(rendered(PersonForm(data)))
    assert len(page.controls) == 6  # two of them radio buttons
    assert faults_of_forms(page) == []
    assert faults_of_ids(page) == []


def test_hint_and_error_are_read_with_the_field():
    source = rendered(PersonForm({"birth_date": "13/13/2020"}))
    assert 'aria-describedby="id_birth_date_helptext id_birth_date_error"' in element(source, "id_birth_date")
    assert 'aria-invalid="true"' in element(source, "id_birth_date")
    assert "aria-invalid" not in element(source, "id_email")


def test_the_summary_says_the_same_words_as_the_field_and_leads_to_it():
    form = PersonForm({"birth_date": "01/02/1980", "kind": "a"})
    form.add_error(None, "Your time is over.")
    source = rendered(form)
    summary, fields = source.split("<form", 1)
    escaped = NEXT_STEP.replace("<", "&lt;").replace(">", "&gt;")
    assert f'<a href="#id_name">{escaped}</a>' in summary
    assert '<a href="#id_agree">Tick it.</a>' in summary
    assert "<li>Your time is over.</li>" in summary
    assert escaped in fields
    assert fields.count("Tick it.") == 1
    assert 'role="alert"' in summary
    assert 'tabindex="-1"' in summary


def test_the_summary_leads_to_radio_buttons_too():
    source = rendered(PersonForm({}))
    targets = re.findall(r'<a href="#([^"]+)"', source)
    assert len(targets) == 4
    for target in targets:
        element(source, target)


def test_a_form_without_errors_has_no_summary():
    assert "There is a problem" not in rendered(PersonForm())


def test_what_was_typed_stays():
    source = rendered(PersonForm({"name": "María-José", "birth_date": "13/13/2020", "page": "p"}))
    assert 'value="María-José"' in source
    assert 'value="13/13/2020"' in source
    assert 'name="page" value="p"' in source


def test_only_what_may_be_left_out_is_marked():
    assert rendered(PersonForm()).count("(optional)") == 1


def test_the_label_of_a_checkbox_stands_behind_it():
    source = rendered(PersonForm())
    assert source.index('id="id_agree"') < source.index('for="id_agree"')
    assert source.count('for="id_agree"') == 1


def test_secrets_are_never_shown_again():
    typed = {
        "last4": "4821",
        "ssn": "900-12-4821",
        "password1": "Blue-Heron-7!",
        "password2": "Blue-Heron-8!",
    }
    for form in (SecretForm(typed), SecretForm(initial=typed)):
        form.is_valid()
        source = rendered(form)
        assert faults_of_forms(Page(source)) == []
        for secret in typed.values():
            assert secret not in source
        assert not re.search(r'<input[^>]*name="(last4|ssn|password\d)"[^>]*value=', source)


def test_browsers_are_told_what_to_keep_and_what_not():
    source = rendered(SecretForm())
    assert 'autocomplete="off"' in element(source, "id_last4")
    assert 'maxlength="4"' in element(source, "id_last4")
    # a password field would be offered to the browser's password store
    assert 'type="text"' in element(source, "id_ssn")
    assert 'autocomplete="new-password"' in element(source, "id_password1")


def test_each_show_button_has_a_name_of_its_own():
    names = re.findall(r'data-show="([^"]+)"', rendered(SecretForm()))
    assert names == ["Show Social Security number", "Show password", "Show repeated password"]


def test_a_widget_keeps_the_classes_and_attributes_of_its_caller():
    widget = TextInput({"class": "kecs-short", "autocomplete": "off"})
    assert widget.attrs == {"class": "usa-input kecs-short", "autocomplete": "off"}
