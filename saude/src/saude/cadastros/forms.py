import re
import uuid
from typing import Any

from django import forms

from ledi.documents import cnpj, cpf
from ledi.layouts import VERSIONS
from saude.cadastros.models import Especialidade, Instalacao
from saude.web.formulario import DataInput


class InstalacaoForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    cpf_cnpj = forms.CharField(label="CPF ou CNPJ", max_length=20)  # with the punctuation people type

    class Meta:
        model = Instalacao
        fields = (
            "nome_razao_social",
            "cpf_cnpj",
            "email",
            "telefone",
            "contra_chave",
            "uuid_instalacao",
            "versao_pec",
            "versao_ledi",
            "suporte_contato",
            "processar_app_na_chegada",
            "bloquear_nao_identificados",
            "exportar_vacinacao",
            "conferir_cadastros",
            "reenviar_mesmo_uuid",
        )
        help_texts = {
            "contra_chave": "Nome e versão do sistema, como vão no envelope de cada ficha.",
            "uuid_instalacao": "Identifica esta instalação no e-SUS. Mude só com orientação do suporte.",
            "suporte_contato": "Telefone ou e-mail da Central de Atendimento, mostrado quando uma ficha não processa.",
            "processar_app_na_chegada": "Desligado, os registros do Saúde Domiciliar ficam pendentes "
            "até o reprocessamento.",
            "bloquear_nao_identificados": "Ligado, atendimento sem CPF e sem CNS é inconsistência; "
            "desligado, é aviso.",
            "exportar_vacinacao": "As doses devem ir à RNDS (Portaria GM/MS 5.663/2024); a ficha de "
            "Vacinação é aceita, mas não substitui esse envio.",
            "conferir_cadastros": "Ligue quando todos os cadastros do município passarem por este sistema: "
            "a ficha que cita um cadastro não recebido aqui ganha um aviso.",
            "reenviar_mesmo_uuid": "Desligado (o indicado), a correção de uma ficha que o PEC recusou é um registro "
            "novo, com outro uuid. Ligado, a recusada também pode ser reaberta e ir de novo com o uuid que tinha.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = sorted(VERSIONS, key=lambda v: [int(p) for p in v.split(".")], reverse=True)
        self.fields["versao_ledi"] = forms.ChoiceField(
            label="Versão do LEDI", choices=[(v, v) for v in versions]
        )

        self.fields["versao_pec"].widget.attrs |= {
            "list": "versoes-do-pec",
            "placeholder": "5.5.26",
            "autocomplete": "off",
        }

    def clean_versao_pec(self) -> str:
        return str(self.cleaned_data["versao_pec"]).strip()

    def clean_cpf_cnpj(self) -> str:
        value = re.sub(r"[.\-/\s]", "", self.cleaned_data["cpf_cnpj"]).upper()
        if not (cpf.is_valid(value) or cnpj.is_valid(value)):
            raise forms.ValidationError("Não é um CPF nem um CNPJ válido: confira os dígitos.")
        return value

    def clean_telefone(self) -> str:
        value = re.sub(r"\D", "", self.cleaned_data["telefone"])
        if value and len(value) not in (10, 11):
            raise forms.ValidationError("Informe o DDD e o número: 10 ou 11 dígitos.")
        return value

    def clean_uuid_instalacao(self) -> str:
        try:
            return str(uuid.UUID(self.cleaned_data["uuid_instalacao"]))
        except ValueError:
            raise forms.ValidationError("Não é um UUID.") from None


class EspecialidadeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = Especialidade
        fields = ("codigo", "nome", "tipo")


class PrazoForm(forms.Form):
    data = forms.DateField(label="Data limite", widget=DataInput())  # type: ignore[assignment]  # no attribute
    motivo = forms.CharField(
        label="Motivo", max_length=200, help_text="A nota ou portaria que mudou o prazo, por exemplo."
    )


class FeriadoForm(forms.Form):
    data = forms.DateField(label="Data", widget=DataInput())  # type: ignore[assignment]  # no attribute
    nome = forms.CharField(label="Nome", max_length=80)
