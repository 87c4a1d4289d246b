from typing import Any, cast

from django import forms

from saude.auditoria.queries import Filters
from saude.auditoria.rotulos import ROTULOS
from saude.web.formulario import DataInput


class FiltrosForm(forms.Form):
    usuario = forms.CharField(required=False, max_length=150, label="Usuário")
    tipo = forms.ChoiceField(required=False, label="O que fez")
    alvo = forms.CharField(required=False, max_length=64, label="UUID ou número do alvo")
    de = forms.DateField(required=False, label="De", widget=DataInput())
    ate = forms.DateField(required=False, label="Até", widget=DataInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = sorted(ROTULOS.items(), key=lambda item: item[1])
        tipo = cast(forms.ChoiceField, self.fields["tipo"])
        tipo.choices = [("", "Tudo"), *labels]

    def filters(self) -> Filters:
        """The valid filters; what is wrong is shown beside its field and left out."""
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})
