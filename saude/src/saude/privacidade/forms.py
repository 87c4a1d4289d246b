from typing import Any

from django import forms

from saude.privacidade.models import MAXIMO, MINIMO, Encarregado, Guarda
from saude.privacidade.queries import terms


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
