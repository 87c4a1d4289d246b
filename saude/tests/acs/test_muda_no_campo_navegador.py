"""With visits waiting on the phone the agent gets another microárea, another team, another phone: none is lost."""

import json

import pytest
from aplicativo import (
    SENHA,
    abrir,
    entrar,
    fechar,
    ir,
    nova_visita,
    parado,
    por_enviar,
    preencher_visita,
    salvar,
    sem_rede,
)
from django.utils import timezone
from producao import registro
from telefone import codigo

from saude.acs import pedidos_chave, territorio
from saude.acs.dispositivos import revoke
from saude.acs.models import Aparelho, PedidoChave
from saude.cadastros.models import Equipe, Lotacao
from saude.fichas.models import Conteudo, Ficha
from saude.recebimento.actions import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def digitar_codigo(page, lotacao):
    """The coordination gave another code, and it is typed before anything could be sent."""
    page.context.route("**/empurrar?**", lambda route: route.abort())
    page.context.set_offline(False)
    page.evaluate("location.hash = '#/entrar'")
    page.get_by_role("heading", name="Registrar este aparelho").wait_for()
    page.fill("#codigo", codigo(lotacao))
    page.get_by_role("button", name="Entrar").click()
    page.get_by_role("heading", name="Famílias").wait_for()


def enviar(page):
    page.context.unroute("**/empurrar?**")
    page.get_by_role("button", name="Sincronizar").click()
    por_enviar(page, 0)
    parado(page)  # and what the server has for the phone has come


def visitas():
    return [json.loads(text)["ficha"] for text in Conteudo.objects.values_list("registro", flat=True)]


def test_another_microarea_while_visits_and_a_draft_wait(celular, lotacao, entidade):
    home = registro("FCD")
    home["ficha"]["enderecoLocalPermanencia"] |= {"microArea": "01", "nomeLogradouro": "DAS ACACIAS"}
    receive(entidade=entidade, records=[home], origem="api")
    entrar(celular, lotacao)
    celular.get_by_text("Das Acacias").wait_for()
    sem_rede(celular)
    nova_visita(celular)
    nova_visita(celular)
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_text("Rascunho guardado").wait_for()
    Lotacao.objects.filter(pk=lotacao.pk).update(microarea="02")
    lotacao.refresh_from_db()
    digitar_codigo(celular, lotacao)
    celular.locator("#estado", has_text="2 visitas neste aparelho, por enviar · 1 rascunho").wait_for()
    assert not Ficha.objects.filter(tipo="FVD").exists()
    enviar(celular)
    assert Ficha.objects.filter(tipo="FVD").count() == 2
    celular.locator("#estado", has_text="1 rascunho").wait_for()
    celular.get_by_text(
        "Nenhum domicílio neste aparelho."
    ).wait_for()  # those of the microárea before are gone
    ir(celular, "#/mais")
    assert "Microárea\n02" in celular.locator("main").inner_text()
    ir(celular, "#/aparelho")
    celular.get_by_text("Rascunho", exact=True).click()
    salvar(celular)
    celular.get_by_text("Nada por enviar").wait_for()
    areas = [v["visitasDomiciliares"][0]["microArea"] for v in visitas() if "visitasDomiciliares" in v]
    assert areas == ["01", "01", "01"]  # where they were made


def test_another_team_and_the_visits_made_in_the_one_before_go_under_it(celular, lotacao, entidade):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    other = Equipe.objects.create(
        entidade=entidade,
        ine="0000000019",
        estabelecimento=lotacao.estabelecimento,
        nome="ESF Norte",
        tipo="70",
    )
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=timezone.localdate())
    new = Lotacao.objects.create(
        profissional=lotacao.profissional,
        estabelecimento=lotacao.estabelecimento,
        equipe=other,
        cbo="515105",
        microarea="03",
    )
    digitar_codigo(celular, new)
    por_enviar(celular, 1)
    enviar(celular)
    assert Ficha.objects.get().ine == lotacao.equipe.ine and Ficha.objects.get().situacao == "pendente"
    nova_visita(celular)
    por_enviar(celular, 0)
    assert set(Ficha.objects.values_list("ine", flat=True)) == {lotacao.equipe.ine, "0000000019"}
    assert not celular.get_by_text("Recusado", exact=True).count()


def test_another_phone_and_the_password_of_the_one_before_forgotten(celular, live_server, navegador, lotacao):
    """The phone in the drawer has a visit, nobody remembers its password, and it was revoked."""
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.reload()
    old = Aparelho.objects.get()
    context = navegador.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    new = abrir(context, live_server.url)
    entrar(new, lotacao)
    new.get_by_text("Você já usa outro aparelho").wait_for()
    nova_visita(new)
    por_enviar(new, 0)
    revoke(by="teste", aparelho=old)
    celular.context.set_offline(False)
    celular.get_by_role("button", name="Esqueci a senha").click()
    celular.get_by_role("button", name="Pedir outra senha").click()
    celular.get_by_text("Pedido feito").wait_for()
    pedidos_chave.allow(by="teste", pedido=PedidoChave.objects.get())
    celular.get_by_role("button", name="Já permitiram").click()
    celular.get_by_text("Escolha outra senha").wait_for()
    for field in ("#senha", "#senha2"):
        celular.fill(field, f"outra {SENHA}")
    celular.get_by_role("button", name="Guardar a senha").click()
    por_enviar(celular, 0)
    celular.get_by_text("O acesso deste aparelho foi revogado.").wait_for()
    assert sorted(Ficha.objects.values_list("situacao", flat=True)) == ["pendente", "pendente"]
    assert not new.falhas
    fechar(new)


def test_a_territory_fetched_anew_and_cut_in_the_middle_leaves_the_forms(celular, lotacao, monkeypatch):
    entrar(celular, lotacao)
    parado(celular)
    monkeypatch.setattr(territorio, "PAGE_BYTES", 2_000)
    pages = []

    def cut(route):
        pages.append(1)
        if len(pages) > 1:
            route.abort()
        else:
            route.continue_()

    celular.context.route("**/puxar?**", cut)
    celular.evaluate("import('/static/acs/banco.js').then((b) => b.gravarMeta('cursor', ''))")
    celular.get_by_role("button", name="Sincronizar").click()
    celular.get_by_text("Sem conexão com o servidor.").wait_for()
    assert len(pages) == 2
    nova_visita(celular)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1
