"""Each piece of the bars of the panel leads to its list, and the list has as many as the piece says."""

import re

import pytest
from django.test import Client
from html_lido import lido
from producao import com_cpf, exportar, quebrado, receber, registro

from saude.cadastros.models import Profissional
from saude.contas.models import Usuario

PANEL = "/executando/sistema/exportacao/"


@pytest.fixture
def chefe(entidade, criar_usuario) -> Client:
    client = Client()
    client.force_login(criar_usuario("Administrador"))
    return client


def test_pieces_lead_to_their_lists_with_as_many_fichas(entidade, chefe):
    receber(entidade, com_cpf(registro("FVD")), registro("FVD"))
    exportar(entidade)
    receber(entidade, *[registro("FVD") for _ in range(3)], *[quebrado("FVD") for _ in range(4)])
    receber(entidade, *[registro("FVD", origem="app") for _ in range(5)])
    html = lido(chefe.get(PANEL))
    told = {}
    for address, words in re.findall(r'<a\s+href="([^"]+)"\s+aria-label="([^"]+)"\s+class="p-parte"', html):
        told[address] = int(re.search(r": (\d+)\.", words)[1])
    assert sorted(told.values()) == [2, 3, 4, 5], told
    for address, n in told.items():
        listed = lido(chefe.get(address))
        assert listed.count('<th scope="row">') == n, (address, n)


def test_a_user_who_is_a_professional_finds_their_own_production(entidade, chefe):
    record = com_cpf(registro("FVD"))
    receber(entidade, record)
    cns = record["ficha"]["headerTransport"]["profissionalCNS"]
    mine = Profissional.objects.create(entidade=entidade, cns=cns, cpf="52998224725", nome="ANA AGENTE")
    address = f"/executando/sistema/producao/profissional/{mine.pk}/"
    assert "inha produção" not in lido(chefe.get("/executando/sistema/producao/"))
    Usuario.objects.filter(username="administrador").update(cpf="52998224725")
    page = lido(chefe.get("/executando/sistema/producao/"))
    assert address in page and "inha produção" in page
    assert "ANA AGENTE" in lido(chefe.get(address))
