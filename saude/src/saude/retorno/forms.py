"""An export marked as imported: what the PEC's list of lots says of it."""

from typing import Any

from django import forms

from saude.web.formulario import DataInput

MOST = 10_000_000


class MarcaForm(forms.Form):
    lote = forms.RegexField(
        r"^\s*\d{1,20}\s*$",
        label="Lote",
        error_messages={"invalid": "O lote é um número, como na lista do PEC."},
    )
    dia = forms.DateField(label="Data", widget=DataInput, help_text="A do lote, na lista do PEC.")
    validas = forms.IntegerField(label="Fichas válidas", min_value=0, max_value=MOST, help_text="“-” é 0.")
    invalidas = forms.IntegerField(label="Fichas inválidas", min_value=0, max_value=MOST)
    repetidas = forms.IntegerField(label="Fichas repetidas", min_value=0, max_value=MOST)
    total = forms.IntegerField(label="Total", min_value=1, max_value=MOST)

    def said(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        counts = {name: data[name] for name in ("validas", "invalidas", "repetidas", "total")}
        return {"lote": data["lote"].strip(), "data": data["dia"], **counts}
