"""Forms of the API's keys. What a form does not send is as it is filled in."""

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms

from saude.cadastros.models import Entidade
from saude.cadastros.tempo import local_today
from saude.contas.models import ApiToken, Escopo, Usuario
from saude.contas.queries import last_day, who_may_answer
from saude.contas.tokens import last_end, usual_end
from saude.web.formulario import DataInput

if TYPE_CHECKING:
    _OneUser = forms.ModelChoiceField[Usuario]
else:
    _OneUser = forms.ModelChoiceField

MAY = {
    "enviar ler": "Enviar e ler",
    "enviar": "Só enviar registros",
    "ler": "Só ler o que foi recebido",
}


class PessoaField(_OneUser):
    def label_from_instance(self, obj: Usuario) -> str:
        return f"{obj.nome} ({obj.username})" if obj.nome else obj.username


class AlcanceForm(forms.Form):
    """Until when a key is good, what it may do, who answers for it."""

    ate = forms.DateField(
        label="Vale até", widget=DataInput(), help_text="Até o fim deste dia, no município."
    )
    escopos = forms.ChoiceField(label="Pode", choices=MAY.items(), initial=" ".join(Escopo.values))
    responsavel = PessoaField(
        None,
        required=False,
        label="Responsável",
        empty_label="Ninguém",
        help_text="Se esta pessoa for desativada ou perder o acesso aqui, o token para até que outra responda por ele.",
    )

    def __init__(self, data: Any = None, *, entidade: Entidade, usual: dict[str, Any], **kwargs: Any) -> None:
        self.today = local_today(entidade)
        if data is not None:
            data = data.copy()
            for name, value in usual.items():
                data.setdefault(name, "" if value is None else str(value))
        super().__init__(data, initial=usual, **kwargs)
        cast(PessoaField, self.fields["responsavel"]).queryset = who_may_answer(entidade)
        self.fields["ate"].widget.attrs |= {"min": str(self.today), "max": str(last_end(self.today))}

    def clean_ate(self) -> date:
        day: date = self.cleaned_data["ate"]
        if day < self.today:
            raise forms.ValidationError("Este dia já passou.")
        if day > last_end(self.today):
            raise forms.ValidationError(f"Um token vale no máximo até {last_end(self.today):%d/%m/%Y}.")
        return day

    def clean_escopos(self) -> list[str]:
        return str(self.cleaned_data["escopos"]).split()


class TokenForm(AlcanceForm):
    nome = forms.CharField(max_length=80, label="Nome", help_text="O sistema que vai usar, por exemplo.")
    limite_por_minuto = forms.IntegerField(
        min_value=1, max_value=100_000, initial=600, label="Pedidos por minuto"
    )
    field_order = ("nome", "limite_por_minuto", "ate", "escopos", "responsavel")


def usual_of(entidade: Entidade, user: Usuario) -> dict[str, Any]:
    """Filled in for a new key: twelve months, both scopes, who makes it."""
    return {
        "ate": usual_end(local_today(entidade)),
        "escopos": " ".join(Escopo.values),
        "responsavel": user.pk,
    }


def present_of(token: ApiToken) -> dict[str, Any]:
    """Filled in for a key that is there. One that ended, or has no end, gets the usual."""
    today = local_today(token.entidade)
    day = last_day(token)
    return {
        "ate": day if day and day >= today else usual_end(today),
        "escopos": " ".join(token.escopos),
        "responsavel": token.responsavel_id,
    }
