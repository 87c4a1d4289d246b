"""The app on a phone, in a real Chromium, with the network cut."""

from datetime import timedelta

import pytest
from aplicativo import (
    entrar,
    guardado,
    ir,
    nova_visita,
    parado,
    por_enviar,
    preencher_cidadao,
    recarregar,
    salvar,
)
from django.utils import timezone
from playwright.sync_api import expect
from producao import CPF

from saude.acs.dispositivos import revoke
from saude.acs.models import Aparelho
from saude.cadastros.models import Equipe, Lotacao
from saude.fichas.models import Ficha
from saude.processamento.actions import reprocess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_days_without_network_then_everything_arrives_once(celular, lotacao, entidade):
    entrar(celular, lotacao)
    celular.context.set_offline(True)
    nova_visita(celular)
    recarregar(celular)
    por_enviar(celular, 1)
    outra = celular.context.new_page()
    outra.goto(celular.url)
    por_enviar(outra, 1)
    assert not Ficha.objects.exists()
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    ficha = Ficha.objects.get()
    assert (ficha.tipo, ficha.origem, ficha.situacao) == ("FVD", "app", "pendente")
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    ficha.refresh_from_db()
    assert ficha.situacao == "processada", list(ficha.inconsistencias.values_list("codigo", "mensagem"))


def test_a_new_citizen_made_without_network(celular, lotacao, entidade):
    entrar(celular, lotacao)
    celular.context.set_offline(True)
    ir(celular, "#/nova/FCI")
    preencher_cidadao(celular, CPF)
    expect(celular.get_by_label("Nome do pai", exact=True)).to_be_hidden()
    salvar(celular)
    celular.get_by_text("Por enviar", exact=True).wait_for()
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    ficha = Ficha.objects.get(tipo="FCI")
    reprocess(entidade=entidade, ids=[ficha.pk], by="teste")
    ficha.refresh_from_db()
    assert ficha.situacao == "processada", list(ficha.inconsistencias.values_list("codigo", "mensagem"))


def test_a_draft_survives_closing_the_page(celular, lotacao):
    entrar(celular, lotacao)
    ir(celular, "#/nova/FCI")
    celular.get_by_label("Nome do cidadão").fill("MARIA DA SILVA")
    guardado(celular, "MARIA DA SILVA")
    outra = celular.context.new_page()
    outra.goto(celular.url.split("#")[0] + "#/aparelho")
    outra.get_by_role("heading", name="No aparelho").wait_for()  # the open tab gave it the key
    celular.goto("about:blank")
    outra.get_by_text("Rascunho", exact=True).click()
    expect(outra.get_by_label("Nome do cidadão")).to_have_value("MARIA DA SILVA")


def test_refused_comes_back_with_the_reason_and_stays(celular, lotacao):
    entrar(celular, lotacao)
    celular.context.set_offline(True)
    nova_visita(celular)
    Equipe.objects.update(ine="0000000019")  # the team changed while the phone was away
    celular.context.set_offline(False)
    celular.get_by_text("O INE do registro não é o da sua equipe.").wait_for()
    expect(celular.get_by_text("Recusado", exact=True)).to_be_visible()
    assert not Ficha.objects.exists()


def test_a_revoked_phone_sends_what_was_written_before_and_keeps_the_rest(celular, lotacao):
    entrar(celular, lotacao)
    celular.context.set_offline(True)
    nova_visita(celular)
    revoke(by="teste", aparelho=Aparelho.objects.get())
    celular.context.set_offline(False)
    celular.get_by_text("O acesso deste aparelho foi revogado.").wait_for()
    por_enviar(celular, 0)
    assert Ficha.objects.get().situacao == "pendente"
    Aparelho.objects.update(revogado_em=timezone.now() - timedelta(days=3))
    nova_visita(celular)  # of today: after the revocation
    ir(celular, "#/aparelho")
    celular.get_by_text("depois da revogação do acesso deste aparelho").wait_for()
    celular.get_by_role("link", name="Digitar novo código").click()
    celular.get_by_text("Neste aparelho: 1 recusado").wait_for()
    entrar(celular, lotacao)
    assert Ficha.objects.count() == 2


def test_a_dismissed_agent_reads_why_and_what_was_done_before_arrives(celular, lotacao):
    entrar(celular, lotacao)
    celular.context.set_offline(True)
    nova_visita(celular)
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=timezone.localdate())
    celular.context.set_offline(False)
    celular.get_by_text("Sua lotação não está mais no CNES").first.wait_for()
    assert Ficha.objects.get().situacao == "pendente"


def test_connection_dropped_after_the_server_took_it(celular, lotacao):
    entrar(celular, lotacao)
    cut = []

    def drop(route):
        if cut:
            route.continue_()
            return
        cut.append(route.fetch().status)  # the server has it, the phone never hears
        route.abort()

    celular.context.route("**/empurrar?**", drop)
    nova_visita(celular)
    por_enviar(celular, 1)
    parado(celular)
    celular.get_by_role("button", name="Sincronizar").click()
    por_enviar(celular, 0)
    assert cut == [200] and Ficha.objects.count() == 1


def test_required_fields_are_asked_before_saving(celular, lotacao):
    entrar(celular, lotacao)
    ir(celular, "#/nova/FVD")
    celular.get_by_role("button", name="Salvar no aparelho").click()
    celular.get_by_text("Preencha este campo.").first.wait_for()
    celular.get_by_label("Ausente").check()
    expect(celular.get_by_label("Vacina")).to_be_hidden()
