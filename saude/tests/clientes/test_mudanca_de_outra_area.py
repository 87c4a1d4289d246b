"""A registration corrected in one área rewrites no ficha of another: that waits for who works there."""

import json

import pytest
from producao import com_cpf, receber, registro

from ledi_gerador.documentos import cpf
from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente, MudancaEsperada
from saude.correcao.cliente import correct_client
from saude.fichas.models import Conteudo, Ficha

pytestmark = pytest.mark.django_db
A, B = "2513838", "2513846"
CPF, CERTO = cpf(345_678_901), cpf(567_890_123)


def em(cnes):
    record = com_cpf(registro(), CPF)
    old = record["uuid"]
    record["cnes"] = record["ficha"]["headerTransport"]["cnes"] = cnes
    record["uuid"] = record["ficha"]["uuidFicha"] = cnes + old[7:]
    record["contexto"] = {"clientes": [{"nome": "ZULMIRA QUERUBIM"}]}
    return record


@pytest.fixture
def postos(entidade):
    make = Estabelecimento.objects.create
    return {c: make(entidade=entidade, cnes=c, nome=f"UBS {c}") for c in (A, B)}


@pytest.fixture
def cliente(entidade, postos):
    receber(entidade, em(A), em(B))
    return Cliente.objects.get(cpf=CPF)


def texts():
    return {cnes: Conteudo.objects.get(ficha__cnes=cnes).registro for cnes in (A, B)}


def cpf_in(cnes):
    return json.loads(texts()[cnes])["ficha"]["visitasDomiciliares"][0]["cpfCidadao"]


def of(cnes, postos, criar_usuario, client, preset="Digitador"):
    user = criar_usuario(preset, username=f"{preset.lower()}-{cnes}", estabelecimento=postos[cnes])
    client.force_login(user)
    return user


def post(client, cliente):
    cliente.refresh_from_db()
    data = {
        "revisao": cliente.revisao, "nome": cliente.nome, "cpf": CERTO, "sexo": cliente.sexo or "",
        "nascimento": cliente.nascimento or "", "microarea": cliente.microarea,
    }  # fmt: skip
    return client.post(f"/clientes/{cliente.pk}/corrigir/", data, follow=True)


def test_only_the_fichas_of_the_own_area_are_rewritten(client, cliente, postos, criar_usuario):
    of(A, postos, criar_usuario, client)
    before, revision = texts(), Ficha.objects.get(cnes=B).revisao
    page = post(client, cliente)
    assert "1 ficha de outra área espera quem trabalha lá" in page.text
    assert cpf_in(A) == CERTO
    assert texts()[B] == before[B] and Ficha.objects.get(cnes=B).revisao == revision
    assert "de outra área" in client.get(f"/clientes/{cliente.pk}/").text
    waits = MudancaEsperada.objects.get()
    assert (waits.ficha.cnes, waits.decidida_em, "cpf" in waits.campos) == (B, None, True)
    client.post(f"/clientes/{cliente.pk}/mudancas/", {"resposta": "sim"})  # the author decides nothing there
    assert texts()[B] == before[B] and MudancaEsperada.objects.get().decidida_em is None
    assert CERTO not in str(list(Evento.objects.values_list("detalhe", flat=True)))


def test_who_works_there_sees_it_and_takes_it(client, cliente, postos, criar_usuario):
    of(A, postos, criar_usuario, client)
    post(client, cliente)
    of(B, postos, criar_usuario, client)
    assert "mudança de cadastro feita em outra área" in " ".join(client.get("/clientes/").text.split())
    assert "ZULMIRA" in client.get("/clientes/mudancas/").text
    assert "Aplicar às fichas" in client.get(f"/clientes/{cliente.pk}/").text
    client.post(f"/clientes/{cliente.pk}/mudancas/", {"resposta": "sim"})
    assert cpf_in(B) == CERTO
    assert MudancaEsperada.objects.get().aceita is True
    assert Evento.objects.filter(tipo="mudanca.aceita", alvo_id=str(cliente.pk)).count() == 1
    assert "Aplicar às fichas" not in client.get(f"/clientes/{cliente.pk}/").text


def test_who_works_there_may_leave_it_as_it_is(client, cliente, postos, criar_usuario):
    of(A, postos, criar_usuario, client)
    post(client, cliente)
    before = texts()
    of(B, postos, criar_usuario, client)
    client.post(f"/clientes/{cliente.pk}/mudancas/", {"resposta": "nao"})
    assert texts() == before and MudancaEsperada.objects.get().aceita is False


def test_who_only_reads_decides_nothing(client, cliente, postos, criar_usuario):
    of(A, postos, criar_usuario, client)
    post(client, cliente)
    of(B, postos, criar_usuario, client, preset="Consulta")
    assert client.post(f"/clientes/{cliente.pk}/mudancas/", {"resposta": "sim"}).status_code == 403
    assert client.get("/clientes/mudancas/").status_code == 403
    assert "Aplicar às fichas" not in client.get(f"/clientes/{cliente.pk}/").text


def test_who_works_everywhere_writes_all_and_nothing_waits(client, cliente, postos, criar_usuario):
    of(A, postos, criar_usuario, client)
    post(client, cliente)
    client.force_login(criar_usuario("Coordenador"))
    cliente.refresh_from_db()
    correct_client(
        cliente=cliente,
        changes={"nome_mae": "ANA QUERUBIM"},
        revisao=cliente.revisao,
        by=criar_usuario("Digitador"),
    )
    assert cpf_in(A) == cpf_in(B) == CERTO
    assert not MudancaEsperada.objects.filter(decidida_em=None).exists()


def test_two_corrections_wait_as_one(client, cliente, postos, criar_usuario):
    user = of(A, postos, criar_usuario, client)
    post(client, cliente)
    cliente.refresh_from_db()
    correct_client(
        cliente=cliente, changes={"telefone": "47999990000"}, revisao=cliente.revisao, by=user, cnes={A}
    )
    assert set(MudancaEsperada.objects.get().campos) >= {"cpf", "telefone"}
