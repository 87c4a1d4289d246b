"""Nova exportação, tab Exportar dados."""

from datetime import date
from typing import Any

from django import forms

from saude.comum.competencia import last_day
from saude.exportacao.models import Exportacao
from saude.registro.tipos import Tipo


class ExportacaoForm(forms.Form):
    escopo = forms.ChoiceField(
        label="Registros",
        choices=Exportacao.Escopo.choices,
        widget=forms.RadioSelect,
        initial=Exportacao.Escopo.NAO_EXPORTADOS,
    )
    tipo = forms.ChoiceField(label="Ficha", required=False, choices=[("", "Todas as fichas"), *Tipo.choices])
    inicio = forms.DateField(
        label="Período: de", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    fim = forms.DateField(label="até", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    chave = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("inicio"), data.get("fim")
        if start and end and end < start:
            self.add_error("fim", "O fim do período é anterior ao início.")
        return data

    def choice(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in ("escopo", "tipo", "inicio", "fim")}


def month_of(competencia: str) -> tuple[date, date]:
    return date(int(competencia[:4]), int(competencia[4:]), 1), last_day(competencia)
