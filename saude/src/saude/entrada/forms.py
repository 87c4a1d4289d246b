from typing import Any
from urllib.parse import urlsplit

from django import forms

from saude.contas.models import Usuario
from saude.entrada.models import GovBr

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}


class CodigoForm(forms.Form):
    codigo = forms.CharField(
        max_length=40,
        label="Código",
        widget=forms.TextInput(attrs={**CODE, "inputmode": "text"}),
        help_text="Os 6 algarismos que o aplicativo autenticador mostra agora, ou um dos seus códigos de reserva.",
    )


class SenhaForm(forms.Form):
    """What changes how one enters asks for the password: a screen left open is not enough."""

    senha_atual = forms.CharField(
        label="Senha atual",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, usuario: Usuario, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.usuario = usuario

    def clean_senha_atual(self) -> str:
        password: str = self.cleaned_data["senha_atual"]
        if not self.usuario.check_password(password):
            raise forms.ValidationError("A senha não confere.")
        return password


class AplicativoForm(SenhaForm):
    nome = forms.CharField(
        max_length=60, label="Nome", initial="Meu celular", help_text="Para você reconhecer depois."
    )
    codigo = forms.CharField(
        max_length=12, label="Código que o aplicativo mostra", widget=forms.TextInput(attrs=CODE)
    )
    field_order = ("codigo", "nome", "senha_atual")


class ChaveForm(SenhaForm):
    nome = forms.CharField(max_length=60, label="Nome", initial="Este aparelho")
    field_order = ("nome", "senha_atual")


class EsquecidaForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        label="E-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class GovBrForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    emissor = forms.URLField(
        assume_scheme="https",
        label="Endereço do gov.br",
        help_text="Produção: https://sso.acesso.gov.br/ · testes: https://sso.staging.acesso.gov.br/",
    )
    api = forms.URLField(
        assume_scheme="https",
        label="Endereço dos níveis",
        help_text="Produção: https://api.acesso.gov.br/ · testes: https://api.staging.acesso.gov.br/",
    )
    segredo_novo = forms.CharField(
        required=False,
        max_length=500,
        strip=False,
        label="Segredo (client_secret)",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("ativo", "emissor", "api", "cliente", "segredo_novo", "nivel_minimo")

    class Meta:
        model = GovBr
        fields = ("ativo", "emissor", "api", "cliente", "nivel_minimo")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nivel_minimo"].help_text = "Contas gov.br abaixo dele não entram."
        if self.instance.segredo:
            self.fields["segredo_novo"].help_text = "Há um guardado, cifrado. Deixe vazio para conservá-lo."

    def clean_emissor(self) -> str:
        return self._secure("emissor")

    def clean_api(self) -> str:
        return self._secure("api")

    def _secure(self, name: str) -> str:
        address: str = self.cleaned_data[name]
        here = urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
        if not address.startswith("https://") and not here:
            raise forms.ValidationError("O endereço deve começar com https://.")
        return address

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        before = self.instance  # a kept secret is of its client, at its gov.br: for another it is asked anew
        same = (before.cliente, before.emissor) == (data.get("cliente"), data.get("emissor"))
        if data.get("ativo") and not data.get("segredo_novo") and not (before.segredo and same):
            self.add_error("segredo_novo", "Informe o client_secret que o gov.br deu a este sistema.")
        return data
