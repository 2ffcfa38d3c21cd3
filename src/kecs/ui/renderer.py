"""Renders every form of the project in our own way; named by the FORM_RENDERER setting.

`django.forms` must be in INSTALLED_APPS for its widget templates.
"""

from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

NOTHING = SafeString("")


class Renderer(TemplatesSetting):
    """Django's own renderer, but for fields, which it asks for by the name of a template: `group` writes them."""

    field_template_name = "ui/field"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """A field, or what else has a template."""
        if template_name == self.field_template_name:
            return group(context["field"])
        return super().render(template_name, context, request)


def group(field: BoundField) -> SafeString:
    """One field with its label, hint and error, without a template: a page has up to eight, and each took a quarter of a millisecond."""
    errors = field.errors
    optional = (
        NOTHING
        if field.field.required
        else format_html(' <span class="kecs-optional">{}</span>', _("(optional)"))
    )
    lead, tail, box = NOTHING, NOTHING, SafeString(field)
    if field.use_fieldset:
        described = field.aria_describedby
        lead = format_html(
            '<fieldset class="usa-fieldset"{}>\n<legend class="usa-legend">{}{}</legend>',
            format_html(' aria-describedby="{}"', described) if described else NOTHING,
            field.label,
            optional,
        )
        tail = SafeString("</fieldset>")
    elif field.widget_type == "checkbox":
        box = format_html(
            '<div class="usa-checkbox">{}<label class="usa-checkbox__label" for="{}">{}</label></div>',
            box,
            field.id_for_label,
            field.label,
        )
    elif field.label and field.id_for_label:
        lead = format_html(
            '\n<label class="usa-label" for="{}">{}{}</label>', field.id_for_label, field.label, optional
        )
    return format_html(
        '\n<div class="usa-form-group{}">\n{}\n{}\n{}\n{}\n{}\n</div>\n',
        " usa-form-group--error" if errors else "",
        lead,
        _hint(field),
        _said(errors, field.auto_id) if errors else NOTHING,
        box,
        tail,
    )


def _hint(field: BoundField) -> SafeString:
    if not field.help_text:
        return NOTHING
    text = SafeString(field.help_text)  # written by us, links and all
    return format_html('<div class="usa-hint" id="{}_helptext">{}</div>', field.auto_id, text)


def _said(errors: ErrorList, name: str) -> SafeString:
    """The errors of one field; the id is the one that Django names in aria-describedby."""
    told = format_html_join(
        "",
        '<p><span class="usa-sr-only">{}</span> {}</p>',
        ((_("Error:"), error) for error in errors),
    )
    return format_html(
        '<div class="usa-error-message"{}><div>{}</div></div>',
        format_html(' id="{}_error"', name) if name else NOTHING,
        told,
    )
