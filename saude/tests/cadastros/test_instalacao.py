from datetime import date

import pytest
from django.urls import reverse
from producao import cidadao, instalacao_digitada, receber, registro

from saude.atualizacao.versao import warnings
from saude.auditoria.models import Evento
from saude.cadastros.actions import save_especialidade, update_instalacao
from saude.cadastros.models import Especialidade, Instalacao
from saude.fichas.models import BlocoReprocessamento, Ficha
from saude.processamento.em_massa import reprocess_block


@pytest.mark.parametrize(
    ("values", "revisao"),
    [
        ({"email": "novo@timbo.example"}, 2),
        ({"versao_ledi": "7.2.2"}, 2),
        ({"suporte_contato": "Ramal 7"}, 1),
        ({"bloquear_nao_identificados": True}, 1),
        ({"email": "saude@timbo.example"}, 1),
    ],
)
def test_revision_rises_only_when_the_envelope_changes(entidade, values, revisao):
    saved = update_instalacao(by="teste", instalacao=entidade.instalacao, values=values)
    assert saved.revisao == revisao


def test_page_saves_and_records_the_fields_not_the_values(client, entidade, criar_usuario):
    client.force_login(criar_usuario("Administrador"))
    data = instalacao_digitada(entidade.instalacao, telefone="(47) 3382-0000", cpf_cnpj="83.102.764/0001-15")
    assert client.post(reverse("instalacao"), data).status_code == 302
    row = Instalacao.objects.get()
    assert (row.telefone, row.cpf_cnpj, row.revisao) == ("4733820000", "83102764000115", 2)
    assert Evento.objects.get(tipo="instalacao.alterada").detalhe == {"campos": ["telefone"]}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("cpf_cnpj", "83102764000116", "Não é um CPF nem um CNPJ válido"),
        ("uuid_instalacao", "abc", "Não é um UUID"),
        ("telefone", "123", "10 ou 11 dígitos"),
        ("versao_ledi", "1.0.0", "Faça uma escolha válida"),
    ],
)
def test_wrong_values_are_said_and_not_saved(client, entidade, criar_usuario, field, value, text):
    client.force_login(criar_usuario("Administrador"))
    data = instalacao_digitada(entidade.instalacao, **{field: value})
    assert text in client.post(reverse("instalacao"), data).content.decode()
    assert Instalacao.objects.get().revisao == 1


def test_old_version_warns(entidade):
    def version_warning(version: str) -> str:
        values = {"versao_ledi": version, "versao_pec": "5.5.26"}
        update_instalacao(by="teste", instalacao=entidade.instalacao, values=values)
        entidade.instalacao.refresh_from_db()
        return " ".join(a.texto for a in warnings(entidade, date(2026, 11, 24), administra=True))

    assert version_warning("8.7.0") == ""
    assert "12 meses" in version_warning("7.2.2")


def test_especialidade_through_the_page(client, entidade, outra_entidade, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    data = {"codigo": "225120", "nome": "Cardiologia", "tipo": "primaria"}
    client.post(reverse("especialidade_nova"), data)
    row = Especialidade.objects.get()
    again = client.post(reverse("especialidade_nova"), data).content.decode()
    assert "Já existe uma especialidade com este código." in again
    client.post(reverse("especialidade", args=[row.pk]), {**data, "tipo": "especializada", "codigo": "9"})
    row.refresh_from_db()
    assert (row.codigo, row.tipo) == ("225120", "especializada")
    other = save_especialidade(by="t", entidade=outra_entidade, codigo="1", nome="X", tipo="primaria")
    assert client.get(reverse("especialidade", args=[other.pk])).status_code == 404


def test_prazo_through_the_page(client, entidade, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    url = reverse("prazo", args=["202605"])
    assert 'value="2026-06-16"' in client.get(url).content.decode()
    client.post(url, {"data": "2026-06-18", "motivo": "Nota técnica"})
    assert entidade.prazos.get().data.isoformat() == "2026-06-18"
    client.post(reverse("prazo_restaurar", args=["202605"]))
    assert not entidade.prazos.exists()
    assert client.get(reverse("prazo", args=["202613"])).status_code == 404


def test_blocking_the_not_identified_acts_on_the_fichas_already_judged_and_back(entidade):
    seen = receber_sem_documento(entidade)
    assert Ficha.objects.get(uuid=seen).situacao == "processada"
    for blocked, situacao in ((True, "inconsistente"), (False, "processada")):
        values = {"bloquear_nao_identificados": blocked}
        update_instalacao(by="teste", instalacao=entidade.instalacao, values=values)
        for bloco in BlocoReprocessamento.objects.filter(feito_em=None):
            reprocess_block(bloco.pk)
        assert Ficha.objects.get(uuid=seen).situacao == situacao


def test_other_changes_of_the_installation_judge_nothing_again(entidade):
    receber_sem_documento(entidade)
    update_instalacao(by="teste", instalacao=entidade.instalacao, values={"email": "x@timbo.example"})
    assert not BlocoReprocessamento.objects.exists()


def receber_sem_documento(entidade) -> str:
    record = registro("FP")
    for name in ("cpfCidadao", "cnsCidadao"):
        cidadao(record).pop(name, None)
    receber(entidade, record)
    return record["uuid"]
