"""The registration of a client."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from ledi.documents import cns as cns_document
from ledi.documents import cpf as cpf_document
from ledi.documents.errors import DocumentError
from ledi.tables import closed
from saude.clientes.models import Cliente
from saude.registro.leitura import DIGITS

DOCUMENTS = {
    "cpf": (cpf_document, "O CPF não confere. Verifique os 11 dígitos."),
    "cns": (cns_document, "O CNS não confere. Verifique os 15 dígitos."),
}


class ClienteForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    raca_cor = forms.TypedChoiceField(label="Raça/cor", required=False, coerce=int, empty_value=None)

    class Meta:
        model = Cliente
        fields = (
            "nome", "nome_social", "nascimento", "sexo", "cpf", "cns", "nome_mae", "desconhece_mae",
            "raca_cor", "telefone", "microarea",
        )  # fmt: skip
        widgets = {"nascimento": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        labels = {"cpf": "CPF", "cns": "CNS"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, f"{code} - {label}") for code, label in closed.labels("RacaCor").items()]
        raca_cor, sexo = (cast(forms.ChoiceField, self.fields[name]) for name in ("raca_cor", "sexo"))
        raca_cor.choices = [("", "Não informada"), *choices]
        sexo.choices = [("", "Não informado"), *list(cast(Iterable[Any], sexo.choices))[1:]]
        for name, size in (("cpf", 18), ("cns", 20)):
            # pasted with dots: the model's own limit counts digits only
            cast(forms.CharField, self.fields[name]).max_length = size
            self.fields[name].validators = []
            self.fields[name].widget.attrs |= {
                "maxlength": size,
                "data-teclas": "digitos",
                "data-cabem": {"cpf": 11, "cns": 15}[name],
                "inputmode": "numeric",
                "autocomplete": "off",
            }
        self.fields["nome"].required = True

    def clean_cpf(self) -> str:
        return self._document("cpf")

    def clean_cns(self) -> str:
        return self._document("cns")

    def _document(self, name: str) -> str:
        text = "".join(DIGITS.findall(self.cleaned_data.get(name) or ""))
        if not text:
            return ""
        module, message = DOCUMENTS[name]
        try:
            return str(module.validate(text))
        except DocumentError as error:
            raise forms.ValidationError(message) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("cpf", "cns"):
            if (value := data.get(name)) and (other := self._other(name, value)):
                self.add_error(name, f"Já é de outro cliente: {other} (código {other.pk}).")
        return data

    def _other(self, name: str, value: str) -> Cliente | None:
        same = Cliente.objects.filter(entidade=self.instance.entidade, mesclado_em=None, **{name: value})
        return same.exclude(pk=self.instance.pk).first()
