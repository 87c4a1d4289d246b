"""Forms of log-in and of the access manager. They check shape; the rules live in actions."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import QueryDict

from ledi.documents import cpf as documento
from ledi.documents.errors import DocumentError
from saude.acesso.permissoes import ENTIDADE_INTEIRA, PRESETS, Permissao
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas.models import Usuario
from saude.contas.presets import PresetSelect
from saude.contas.tentativas import Tentativa


class EntrarForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "Usuário ou senha não conferem.",
        "inactive": "Usuário ou senha não conferem.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Usuário"
        self.fields["password"].label = "Senha"

    def get_invalid_login_error(self) -> forms.ValidationError:
        if Tentativa(self.request, self.cleaned_data.get("username", "")).shut():
            return forms.ValidationError(
                f"Muitas tentativas com este usuário. Espere {settings.LOGIN_LOCK_MINUTES} minutos, use um navegador "
                "em que você já entrou, ou peça uma senha nova a quem administra o sistema.",
                code="locked",
            )
        return super().get_invalid_login_error()


class NovaSenhaForm(SetPasswordForm):  # type: ignore[type-arg]  # generic in the stubs only
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = "Senha nova"
        self.fields["new_password2"].label = "Senha nova, outra vez"
        for name in ("new_password1", "new_password2"):
            self.fields[name].help_text = ""  # the page lists the policy, and ticks it while one types


class TrocarSenhaForm(NovaSenhaForm, PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = "Senha atual"


class AcessoForm(forms.Form):
    """What a user may do and where."""

    area: "forms.ModelChoiceField[Estabelecimento]" = forms.ModelChoiceField(
        None,
        required=False,
        label="Área",
        empty_label="Todas as áreas",
        help_text="Limitado a uma área, o usuário só vê e trabalha o que é dela; Configurar e Administrar "
        "valem só com todas as áreas.",
    )
    preset = forms.ChoiceField(
        required=False,
        label="Grupo",
        widget=PresetSelect(
            attrs={"data-preenche": "permissoes", "data-so-todas": " ".join(sorted(ENTIDADE_INTEIRA))}
        ),
        choices=[("", "Personalizado"), *((name, name) for name in PRESETS)],
        help_text="O grupo marca as permissões abaixo; elas podem ser ajustadas. Ver vem com qualquer outra.",
    )
    permissoes = forms.MultipleChoiceField(
        choices=Permissao.choices,
        label="Permissões",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, entidade: Entidade, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = cast("forms.ModelChoiceField[Estabelecimento]", self.fields["area"])
        area.queryset = entidade.estabelecimentos.filter(ativo=True)

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not data.get("permissoes") and data.get("preset"):
            data["permissoes"] = list(PRESETS[data["preset"]])
        if not data.get("permissoes") and "permissoes" not in self.errors:
            self.add_error("permissoes", "Escolha um grupo ou ao menos uma permissão.")
        self._same_as_group(data)
        if data.get("permissoes") and Permissao.VER not in data["permissoes"]:
            data["permissoes"] = [
                Permissao.VER.value,
                *data["permissoes"],
            ]  # nobody works on what they can't see
        return data

    def _same_as_group(self, data: dict[str, Any]) -> None:
        """The group shown is the group given."""
        given, group = set(data.get("permissoes") or ()), PRESETS.get(data.get("preset") or "")
        out = ENTIDADE_INTEIRA if data.get("area") else frozenset[str]()
        if group and given and given - out | {Permissao.VER} != set(group) - out:
            self.add_error(
                "preset",
                "As permissões marcadas não são as deste grupo. Escolha Personalizado, ou marque as do grupo.",
            )


class CpfField(forms.CharField):
    """Eleven digits as a person types them, right by their check digits; empty is None."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(max_length=20, required=False, label="CPF", widget=widget, **kwargs)

    def clean(self, value: Any) -> str | None:
        text = documento.compact(super().clean(value))
        if not text:
            return None
        try:
            return documento.validate(text)
        except DocumentError as error:
            raise forms.ValidationError(
                "Este CPF não existe: confira os 11 dígitos no documento da pessoa."
            ) from error


def free_cpf(cpf: str | None, usuario: Usuario | None = None) -> str | None:
    """A person is one user in the whole installation."""
    others = Usuario.objects.filter(cpf=cpf)
    if usuario:
        others = others.exclude(pk=usuario.pk)
    if cpf and others.exists():
        raise forms.ValidationError(
            "Já há um usuário com este CPF. Se ele é de outra entidade, pergunte à pessoa o nome de usuário e "
            "use “Já tem usuário em outra entidade?”."
        )
    return cpf


class CpfForm(forms.Form):
    cpf = CpfField(help_text="Cada pessoa tem um só usuário no sistema.")

    def __init__(self, data: QueryDict | None = None, *, usuario: Usuario) -> None:
        super().__init__(data, initial={"cpf": usuario.cpf})
        self.usuario = usuario

    def clean_cpf(self) -> str | None:
        return free_cpf(self.cleaned_data["cpf"], self.usuario)


class NovoUsuarioForm(AcessoForm):
    nome = forms.CharField(max_length=150, label="Nome completo")
    username = forms.CharField(
        max_length=150,
        label="Usuário",
        validators=[UnicodeUsernameValidator()],
        help_text="Letras, números e @ . + - _",
    )
    cpf = CpfField(
        help_text="Cada pessoa tem um só usuário no sistema, mesmo que trabalhe em várias entidades."
    )
    email = forms.EmailField(required=False, label="E-mail")
    field_order = ("nome", "cpf", "username", "email", "area", "preset", "permissoes")

    def clean_cpf(self) -> str | None:
        return free_cpf(self.cleaned_data["cpf"])

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        if Usuario.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("Já existe um usuário com este nome.")
        return username


class UsuarioExistenteForm(AcessoForm):
    username = forms.CharField(max_length=150, label="Usuário")
    motivo = forms.CharField(
        max_length=200,
        required=False,
        label="Motivo",
        help_text="Só para quem administra a instalação: com o motivo, o acesso vale sem o consentimento da "
        "entidade de origem, e as duas o leem na auditoria.",
    )
    field_order = ("username", "area", "preset", "permissoes", "motivo")

    def clean_username(self) -> Usuario:
        user = Usuario.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError("Não há usuário ativo com este nome.")
        return user
