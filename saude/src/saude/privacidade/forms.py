from datetime import date
from typing import Any

from django import forms

from saude.cadastros.models import Entidade
from saude.cadastros.tempo import local_today
from saude.privacidade.models import MAXIMO, MINIMO, Encarregado, Guarda, Partilha
from saude.privacidade.queries import terms
from saude.web.formulario import DataInput


class GuardaForm(forms.Form):
    """Days for each kind of copy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, days in terms().items():
            self.fields[kind.value] = forms.IntegerField(
                label=Guarda(kind).label, min_value=MINIMO, max_value=MAXIMO, initial=days,
                help_text=f"dias, de {MINIMO} a {MAXIMO}",
            )  # fmt: skip


class EncarregadoForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Encarregado
        fields = ("nome", "contato")


class PartilhaForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Partilha
        fields = ("data", "com_quem", "o_que", "base")
        widgets = {"data": DataInput()}
        help_texts = {
            "com_quem": "o órgão, a pessoa ou o sistema; sem o nome de cidadãos",
            "base": "por exemplo: requisição do Ministério Público nº …; LGPD, art. 11, II, “a”",
        }

    def __init__(self, *args: Any, entidade: Entidade, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = local_today(entidade)

    def clean_data(self) -> date:
        day: date = self.cleaned_data["data"]
        if day > self.today:
            raise forms.ValidationError("A data ainda não chegou: anote o que já foi entregue.")
        return day


class AnonimizarForm(forms.Form):
    revisao = forms.IntegerField(widget=forms.HiddenInput)
    fichas = forms.IntegerField(widget=forms.HiddenInput)
    confirmo = forms.BooleanField(
        label="Li o que será apagado e sei que não pode ser desfeito",
        error_messages={"required": "Marque que leu: o que for apagado não volta."},
    )
