from typing import Any, cast

from django import forms

from ledi.layouts import VERSIONS
from ledi.versions import version_key
from saude.web.formulario import DataInput


class RegenerarForm(forms.Form):
    para = forms.ChoiceField(label="Versão do LEDI")
    inicio = forms.DateField(label="De", widget=DataInput())
    fim = forms.DateField(label="Até", widget=DataInput(), help_text="Datas dos atendimentos e cadastros.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        para = cast(forms.ChoiceField, self.fields["para"])
        para.choices = [(v, v) for v in sorted(VERSIONS, key=version_key, reverse=True)]
