from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Forms look as in templates/web/formulario/: label, help, widget, error beside the field."""

    form_template_name = "web/formulario/formulario.html"
    field_template_name = "web/formulario/campo.html"
