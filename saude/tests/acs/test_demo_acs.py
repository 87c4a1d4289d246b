"""The demonstration shows an ACS whose phone synchronised, and the coordinator what to do with it."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse
from html_lido import lido
from lotes import confirmar
from producao import cidadao, com_cpf, registro
from telefone import so_do_aparelho

from saude.acs.demo import load
from saude.acs.models import Aparelho
from saude.fichas.models import Ficha
from saude.processamento.actions import reprocess
from saude.site.demo_producao import load as load_town

pytestmark = pytest.mark.django_db


def test_an_acs_with_pendencias_and_a_free_code(novo_telefone):
    today = date(2026, 11, 20)
    lote = load_town(fichas=300, today=today)
    before = set(Ficha.objects.values_list("pk", flat=True))
    code = load(entidade=lote.entidade, today=today)
    sent = Ficha.objects.exclude(pk__in=before)
    assert sent.count() == 6 and {f.situacao for f in sent} == {"pendente"}
    assert novo_telefone().registrar(code).status_code == 201
    load(entidade=lote.entidade, today=today)
    assert sent.count() == 6 and Aparelho.objects.count() == 2
    reprocess(entidade=lote.entidade, ids=[f.pk for f in sent], by="teste")
    found = sorted(sent.values_list("situacao", flat=True))
    assert found == ["inconsistente"] + ["processada"] * 5


def test_the_coordinator_reprocesses_what_the_phone_sent(client, criar_usuario, entidade, telefone, lotacao):
    """From Sincronizações to Pendências, and back to the agent as a return."""
    whole, lacking = (so_do_aparelho(com_cpf(registro("FVD"))) for _ in range(2))
    del cidadao(lacking)["turno"]
    telefone.empurrar(whole, lacking)
    client.force_login(criar_usuario("Coordenador"))
    agents = client.get("/executando/sistema/sincronizacoes/").content.decode()
    (address,) = re.findall(r'href="(/pendencias/\?[^"]+)"', agents)
    page = client.get(html.unescape(address)).content.decode()
    assert "Aplicativo Saúde Domiciliar" in page and lotacao.profissional.nome in page
    form = {"situacao": "pendente", "filtro": f"profissional={lotacao.profissional.cns}&origem=app"}
    assert client.post(reverse("fichas:reprocessar"), form, follow=True).status_code == 200
    assert confirmar(client).total == 2
    assert sorted(Ficha.objects.values_list("situacao", flat=True)) == ["inconsistente", "processada"]
    agent = lido(client.get(f"/executando/sistema/sincronizacoes/{lotacao.pk}/"))
    assert "0 pendentes" in agent and "1 inconsistente" in agent
    assert f"retorno:{lacking['uuid']}" in telefone.puxar_tudo()[0]
