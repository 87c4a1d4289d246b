import re
from typing import Any

from django import forms

from saude.correio.models import Servidor

HOST = re.compile(r"^(?!-)[A-Za-z0-9.-]{1,253}$")


class ServidorForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    senha_nova = forms.CharField(
        required=False,
        max_length=500,
        strip=False,
        label="Senha",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    apagar_senha = forms.BooleanField(required=False, label="Apagar a senha guardada")

    class Meta:
        model = Servidor
        fields = ("host", "porta", "seguranca", "usuario", "remetente")
        widgets = {"usuario": forms.TextInput(attrs={"autocomplete": "off"})}

    field_order = ("host", "porta", "seguranca", "usuario", "senha_nova", "apagar_senha", "remetente")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "remetente"
        ].help_text = "De quem as mensagens dizem que são, por exemplo saude@municipio.gov.br."
        if self.instance.senha:
            self.fields["senha_nova"].help_text = "Há uma guardada, cifrada. Deixe vazio para conservá-la."
        else:
            del self.fields["apagar_senha"]

    def clean_host(self) -> str:
        host: str = self.cleaned_data["host"].strip()
        if not HOST.match(host):
            raise forms.ValidationError(
                "Só o nome do servidor, sem “smtp://” nem a porta: smtp.municipio.gov.br."
            )
        return host

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("seguranca") == Servidor.Seguranca.NENHUMA and data.get("senha_nova"):
            self.add_error(
                "seguranca", "Sem segurança a senha seria lida por quem estiver na rede: use STARTTLS ou TLS."
            )
        return data


class TesteForm(forms.Form):
    para = forms.EmailField(label="Enviar um teste para")
