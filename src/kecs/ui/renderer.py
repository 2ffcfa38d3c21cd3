"""Renders every form of the project through our own templates; named by the FORM_RENDERER setting.

Our field template has its own name instead of overriding Django's, so that the order of INSTALLED_APPS
does not decide what a form looks like. `django.forms` must be in INSTALLED_APPS for its widget templates.
"""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's own renderer with our field template."""

    field_template_name = "ui/field.html"
