from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

#: of a field that may stay empty, and is asked for all the same
ASKED = "pedido"


def ask_for(field: forms.Field, yes: bool) -> None:
    """Do not say "(opcional)" beside it."""
    setattr(field, ASKED, yes)


def is_asked_for(field: forms.Field) -> bool:
    return field.required or bool(getattr(field, ASKED, False))


class FormRenderer(TemplatesSetting):
    """Forms look as in templates/web/formulario/: label, help, widget, error beside the field."""

    form_template_name = "web/formulario/formulario.html"
    field_template_name = "web/formulario/campo.html"


class DataInput(forms.DateInput):
    """The browser's date picker, which speaks ISO whatever the language."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)
