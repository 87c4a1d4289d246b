"""Words and numbers the coordinator reads: the same number for eye and screen reader, no word that contradicts."""

import pytest
from django.urls import reverse
from html_lido import lido
from producao import com_cpf, receber, registro

from saude.cadastros.models import Equipe, Estabelecimento
from saude.clientes.models import Cliente
from saude.fichas.models import Ficha
from saude.painel.templatetags.painel import na_ordem_das_fichas


def test_kinds_follow_the_order_of_every_page():
    counts = {"FAC": 1, "FAD": 2, "MCA": 3, "FCZM": 4, "XXX": 5}
    assert na_ordem_das_fichas(counts) == [("FAD", 2), ("FAC", 1), ("FCZM", 4), ("MCA", 3), ("XXX", 5)]


@pytest.fixture
def coordenador(client, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    return client


@pytest.mark.django_db
def test_one_of_a_kind_is_said_in_the_singular(coordenador, entidade):
    receber(entidade, registro("FVD"))
    page = coordenador.get(reverse("painel:painel")).content.decode()
    assert "1 processado em " in page and "0 inconsistências em " in page


@pytest.mark.django_db
def test_a_client_with_a_header_at_fault_is_not_called_right(coordenador, entidade):
    record = com_cpf(registro("FVD"), "52998224725")
    post = Estabelecimento.objects.create(entidade=entidade, cnes=record["cnes"], nome="UBS Centro")
    Equipe.objects.create(entidade=entidade, estabelecimento=post, ine=record["ine"], nome="ESF Centro")
    record["contexto"] = {
        "clientes": [{"nome": "MARIA DA SILVA SOUZA", "nascimento": "1985-03-20", "sexo": 1}]
    }
    record["ine"] = record["ficha"]["headerTransport"]["ine"] = "0000999991"
    receber(entidade, record)
    assert Ficha.objects.get().situacao == "inconsistente"
    page = lido(coordenador.get(reverse("clientes:detalhe", args=[Cliente.objects.get().pk])))
    assert "Nada a corrigir nos dados deste cliente" in page and "Nenhuma inconsistência" not in page


@pytest.mark.django_db
def test_correcting_a_client_keeps_the_way_back(coordenador, entidade):
    cliente = Cliente.objects.create(entidade=entidade, nome="MARIA DA SILVA SOUZA")
    back = "/executando/sistema/exportacao/202610/inconsistencias/?guia=clientes"
    page = coordenador.get(reverse("clientes:detalhe", args=[cliente.pk]), {"voltar": back})
    assert "corrigir/?voltar=/executando" in page.content.decode()
    form = {"nome": "MARIA DA SILVA", "revisao": cliente.revisao, "sexo": "", "raca_cor": ""}
    address = reverse("clientes:corrigir", args=[cliente.pk])
    saved = coordenador.post(f"{address}?voltar={back}", form)
    assert saved.status_code == 302 and "voltar=%2Fexecutando" in saved.url
    away = coordenador.post(
        f"{address}?voltar=https://fora.example/", form | {"revisao": cliente.revisao + 1}
    )
    assert away.status_code == 302 and "voltar" not in away.url


@pytest.mark.django_db
def test_pendencias_that_stay_lead_to_the_central_de_atendimento(coordenador, entidade):
    address = reverse("painel:detalhe", args=["202609", "pendencias"])
    assert "Nenhuma pendência nesta competência" in coordenador.get(address).content.decode()
    receber(entidade, registro("FVD", origem="app"))
    entidade.instalacao.suporte_contato = "Ramal 7"
    entidade.instalacao.save()
    page = lido(coordenador.get(address))
    assert "Reprocessar registros" in page and "Central de Atendimento (<b>Ramal 7</b>)" in page
