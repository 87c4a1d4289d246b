"""Administrando > Instalação > PEC de destino."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ledi.errors import LediError
from ledi.pec.connection import tls_context
from saude.transmissao import actions
from saude.transmissao.models import Destino

LARGEST_CA = 64 * 1024


class DestinoForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    senha_nova = forms.CharField(
        required=False,
        max_length=500,
        strip=False,
        label="Senha da credencial",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = (
        "endereco", "usuario", "senha_nova", "conexoes", "prazo_horas", "autoridade", "entrada", "duplicada",
    )  # fmt: skip

    class Meta:
        model = Destino
        fields = ("endereco", "usuario", "autoridade", "conexoes", "prazo_horas", "entrada", "duplicada")
        widgets = {
            "endereco": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
            "usuario": forms.TextInput(attrs={"autocomplete": "off"}),
            "autoridade": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        }
        help_texts = {
            "endereco": "Como no navegador, com https://: https://pec.municipio.gov.br.",
            "usuario": "O que o PEC mostrou ao criar a credencial.",
            "autoridade": "Só se o certificado do PEC é assinado por uma autoridade do próprio município: cole o "
            "certificado dela em PEM.",
            "conexoes": "De 1 a 16. Mais vai mais depressa e pesa mais no PEC.",
            "prazo_horas": "Depois disso, uma ficha a que o PEC só responde com erro é dada como falha.",
            "entrada": "Só mude se o PEC recusar uma credencial certa.",
            "duplicada": "Separadas por vírgula; vazio: as que o sistema conhece. O PEC não documenta o que diz de uma "
            "ficha que já tem.",
        }

    def __init__(self, *args: Any, simulador: bool, **kwargs: Any) -> None:
        """`simulador`: may the address be this very machine, which only who runs the installation says."""
        super().__init__(*args, **kwargs)
        self._simulador = simulador
        if self.instance.senha:
            self.fields["senha_nova"].help_text = "Há uma guardada, cifrada. Deixe vazio para conservá-la."
        else:
            self.fields["senha_nova"].help_text = "O PEC a mostra uma vez só; perdida, gere outra credencial."

    def clean_endereco(self) -> str:
        address = actions.check_address(self.cleaned_data["endereco"])
        if address.startswith("http://") and not self._simulador:
            raise ValidationError(
                "Um PEC simulado nesta máquina só pode ser informado por quem administra a instalação. "
                "O PEC do município usa https://."
            )
        return address

    def clean_autoridade(self) -> str:
        text: str = self.cleaned_data["autoridade"].strip()
        if len(text) > LARGEST_CA or "PRIVATE KEY" in text:
            raise ValidationError("Cole só o certificado da autoridade, em PEM, sem chave privada.")
        if text:
            try:
                tls_context(text)
            except LediError as error:
                raise ValidationError(actions.sentence(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kept = self.instance  # still as it was saved
        same = all(getattr(kept, name) == data.get(name) for name in ("endereco", "usuario"))
        if not data.get("senha_nova") and not (same and kept.senha):
            self.add_error("senha_nova", "Informe a senha da credencial deste endereço e usuário.")
        return data
