"""What goes wrong in the field: the phone dies, is full, has a wrong clock; the network drops every second request."""

import json
from datetime import date, timedelta

import pytest
from aplicativo import (
    abrir,
    destrancar,
    encher,
    entrar,
    fechar,
    guardado,
    ir,
    ligar,
    matar,
    nova_visita,
    parado,
    por_enviar,
    preencher_visita,
    recarregar,
    salvar,
    sem_rede,
)

from saude.acs import versoes
from saude.acs.models import Envio
from saude.cadastros.models import Equipe
from saude.fichas.models import Conteudo, Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sincronizar(page):
    page.get_by_role("button", name="Sincronizar").click()


# -- two tabs of the same phone


def test_two_tabs_save_and_sync_at_once(celular, lotacao):
    entrar(celular, lotacao)
    outra = abrir(celular.context, celular.base)
    por_enviar(outra, 0)
    sem_rede(celular)
    for _ in range(3):
        nova_visita(celular)
        nova_visita(outra)
    por_enviar(celular, 6)
    por_enviar(outra, 6)
    celular.context.set_offline(False)
    for page in (celular, outra):  # both at once, besides what "online" starts by itself
        page.evaluate("import('/static/acs/sincronia.js').then((s) => { s.sincronizar({ manual: true }); })")
    por_enviar(celular, 0)
    por_enviar(outra, 0)
    assert Ficha.objects.count() == 6
    assert sum(Envio.objects.values_list("aceitos", flat=True)) == 6  # none of them twice
    assert not outra.falhas


def test_saved_in_one_tab_while_the_other_is_sending(celular, lotacao):
    entrar(celular, lotacao)
    outra = abrir(celular.context, celular.base)
    held = []

    def hold(route):
        if not held:
            held.append(route)  # the first tab's request hangs
        else:
            route.continue_()

    celular.context.route("**/empurrar?**", hold)
    nova_visita(celular)
    while not held:
        celular.wait_for_timeout(50)
    nova_visita(outra)
    por_enviar(outra, 2)
    held[0].continue_()
    por_enviar(outra, 0)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 2


def test_the_same_record_in_two_tabs_is_not_overwritten(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.get_by_text("Por enviar", exact=True).click()
    outra = abrir(celular.context, celular.url.split("/acs/")[0])
    outra.goto(celular.url)
    outra.get_by_label("Tarde").check()
    outra.get_by_text("Rascunho guardado").wait_for()
    celular.get_by_label("Noite").check()
    celular.get_by_text("Este registro mudou em outra aba.").wait_for()
    kept = celular.evaluate("import('/static/acs/banco.js').then((b) => b.todos('registros'))")
    assert [r["ficha"]["visitasDomiciliares"][0]["turno"] for r in kept] == [2]


def test_edited_while_it_is_being_sent(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.get_by_text("Por enviar", exact=True).click()
    celular.get_by_label("Manhã").wait_for()
    celular.context.set_offline(False)
    por_enviar(celular, 0)  # it went while it was open here
    celular.get_by_label("Noite").check()
    celular.get_by_text("Rascunho guardado").wait_for()
    salvar(celular)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1
    assert json.loads(Conteudo.objects.get().registro)["ficha"]["visitasDomiciliares"][0]["turno"] == 3


# -- the phone itself


def test_a_full_phone_is_told_keeps_the_text_and_still_sends(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_text("Rascunho guardado").wait_for()
    cdp = encher(celular, celular.base)
    record = celular.get_by_label("Número do prontuário", exact=False).first
    record.fill("12345")
    celular.get_by_text("Não há espaço no aparelho para guardar.").wait_for()
    celular.get_by_role("button", name="Salvar no aparelho").click()
    celular.get_by_text("O que você escreveu continua nesta tela: não a feche.").wait_for()
    assert record.input_value() == "12345"
    celular.context.set_offline(False)
    sincronizar(celular)
    por_enviar(celular, 0)  # no room even to keep the batch: it goes all the same, and leaves the phone
    assert Ficha.objects.count() == 1
    assert record.input_value() == "12345"
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": celular.base})  # photos were deleted
    salvar(celular)
    por_enviar(celular, 0)
    parado(celular)
    assert Ficha.objects.count() == 2


def test_killed_in_the_middle_of_a_visit(live_server, navegador, tmp_path, lotacao):
    """kill -9 of the whole browser: what was saved and the draft are there when it opens again."""
    folder = tmp_path / "perfil"
    process, context = ligar(navegador, folder)
    try:
        page = abrir(context, live_server.url)
        entrar(page, lotacao)
        sem_rede(page)
        nova_visita(page)
        ir(page, "#/nova/FVD")
        preencher_visita(page)
        page.get_by_label("Número do prontuário", exact=False).first.fill("777")
        guardado(page, "777")
        page.wait_for_url("**/acs/#/registro/*")
        where = page.url
    finally:
        matar(process)
    process, context = ligar(navegador, folder)
    try:
        page = context.new_page()
        context.set_offline(True)
        page.goto(where)
        destrancar(page)
        page.locator("#estado", has_text="1 visita neste aparelho, por enviar · 1 rascunho").wait_for()
        assert page.get_by_label("Número do prontuário", exact=False).first.input_value() == "777"
        assert page.get_by_label("Manhã").is_checked()
        salvar(page)
        page.context.set_offline(False)
        por_enviar(page, 0)
        assert Ficha.objects.count() == 2
        parado(page)
    finally:
        matar(process)


# -- clock and version

ATRASO = """
(() => {
  const real = Date, atraso = 3 * 86400e3;
  window.Date = class extends real {
    constructor(...a) { if (a.length) super(...a); else super(real.now() - atraso); }
    static now() { return real.now() - atraso; }
  };
})()
"""


def test_a_clock_three_days_behind(live_server, navegador, lotacao):
    context = navegador.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    context.add_init_script(ATRASO)
    page = abrir(context, live_server.url)
    entrar(page, lotacao)
    page.get_by_text("estava atrasado 3 dias").wait_for()
    sem_rede(page)
    ir(page, "#/nova/FVD")
    page.get_by_text("estava atrasado 3 dias").wait_for()  # beside the date, also without network
    today, behind = date.today(), date.today() - timedelta(days=3)
    assert page.get_by_label("Data da visita").input_value() == behind.isoformat()
    preencher_visita(page)
    page.get_by_label("Data da visita").fill(today.isoformat())  # in the future for this phone
    salvar(page)
    nova_visita(page)
    context.set_offline(False)
    por_enviar(page, 0)
    assert sorted(Ficha.objects.values_list("data", flat=True)) == [behind, today]
    assert all(abs(s + 259_200) < 60 for s in Envio.objects.values_list("desvio_segundos", flat=True))
    fechar(page)


def test_a_date_in_the_future_is_asked_about_and_may_be_sent(celular, lotacao):
    entrar(celular, lotacao)
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_label("Data da visita").fill((date.today() + timedelta(days=2)).isoformat())
    celular.get_by_role("button", name="Salvar no aparelho").click()
    celular.get_by_text("a data está no futuro").wait_for()
    celular.get_by_role("button", name="Salvar assim mesmo").click()
    celular.get_by_text("Confira o relógio do aparelho.").wait_for()
    assert Ficha.objects.count() == 1


def test_an_old_app_is_told_what_to_do(celular, lotacao, monkeypatch):
    entrar(celular, lotacao)
    monkeypatch.setattr(versoes, "MINIMA", "9.0.0")
    nova_visita(celular)
    celular.get_by_text("Esta versão do aplicativo é antiga.").wait_for()
    celular.get_by_role("button", name="Atualizar agora").wait_for()
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_old_data_are_told(celular, lotacao):
    entrar(celular, lotacao)
    assert not celular.get_by_text("dias atrás").count()
    celular.evaluate(
        "import('/static/acs/banco.js').then((b) => b.gravarMeta('sincronizado_em', Date.now() - 9 * 86400e3))"
    )
    sem_rede(celular)
    recarregar(celular)
    celular.get_by_text("são de 9 dias atrás").wait_for()


# -- network


def test_each_second_request_fails(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    for _ in range(3):
        nova_visita(celular)
    n = []

    def flaky(route):
        n.append(1)
        if len(n) % 2:
            route.abort()
        else:
            route.continue_()

    celular.context.route("**/api/acs/**", flaky)
    celular.context.set_offline(False)
    for _ in range(8):
        celular.wait_for_timeout(300)
        if celular.locator("#estado[data-por-enviar='0']").count():
            break
        sincronizar(celular)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 3 and len(n) >= 2


def test_the_answer_is_lost_each_time_then_it_is_the_same(celular, lotacao):
    """The server took it and the phone never heard, three times: sent anew in another batch it is "igual"."""
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    lost, better = [], []

    def lose(route):
        if better:
            route.continue_()
            return
        lost.append(route.fetch().json())
        route.abort()

    celular.context.route("**/empurrar?**", lose)
    celular.context.set_offline(False)
    while not lost:
        celular.wait_for_timeout(50)
    while len(lost) < 3:  # by hand, or by itself where the hand is slow
        parado(celular)
        sincronizar(celular)
        celular.wait_for_timeout(50)
    parado(celular)
    assert [a["repetido"] for a in lost][:3] == [False, True, True]
    # the batch itself was forgotten (another phone profile, say): the record alone is recognised
    celular.evaluate("import('/static/acs/banco.js').then((b) => b.gravarMeta('lote', null))")
    better.append(True)
    with celular.expect_response("**/empurrar?**") as answer:
        sincronizar(celular)
    assert answer.value.json()["registros"][0]["status"] == "igual"
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_one_refused_among_twenty_is_mended_and_sent(celular, lotacao, entidade):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.evaluate(
        """import('/static/acs/banco.js').then(async (b) => {
          const [um] = await b.todos('registros');
          for (let i = 1; i < 20; i++) {
            const uuid = um.uuid.slice(0, -12) + String(i).padStart(12, '0');
            const ficha = structuredClone(um.ficha);
            ficha.uuidFicha = uuid;
            if (i === 7) ficha.headerTransport.ine = '0000000019';
            await b.gravarRegistro({ ...um, uuid, ficha, carimbo: undefined }, null);
          }
        })"""
    )
    por_enviar(celular, 20)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    ir(celular, "#/aparelho")
    card = celular.locator("a.cartao", has_text="Recusado")
    assert "O INE do registro não é o da sua equipe." in card.inner_text() and card.count() == 1
    assert Ficha.objects.count() == 19
    assert "1 recusado" in celular.locator("#estado").inner_text()
    Equipe.objects.update(ine="0000000019")  # the coordination moved the agent; now the team is that one
    card.click()
    celular.get_by_text("O que corrigir").wait_for()
    celular.get_by_role("button", name="Salvar no aparelho").click()
    por_enviar(celular, 0)
    celular.get_by_text("Nada por enviar").wait_for()
    assert Ficha.objects.count() == 20


def test_a_token_used_on_another_phone(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.evaluate(
        """import('/static/acs/banco.js').then(async (b) => {
          const acesso = await b.meta('acesso');
          await b.gravarMeta('acesso', { ...acesso, instalacao: '00000000-0000-4000-8000-000000000000' });
        })"""
    )
    celular.context.set_offline(False)
    celular.get_by_text("Este acesso pertence a outro aparelho.").wait_for()
    celular.get_by_text("O que não foi enviado continua aqui.").wait_for()
    por_enviar(celular, 1)
    ir(celular, "#/")
    celular.get_by_text("Nenhum domicílio neste aparelho.").wait_for()  # citizens' data are gone
    assert not Ficha.objects.exists()


def test_what_is_missing_may_be_sent_all_the_same(celular, lotacao):
    """The server takes it (pendente); the phone asks, and does not hold it back."""
    entrar(celular, lotacao)
    ir(celular, "#/nova/FVD")
    celular.get_by_label("Manhã").check()
    celular.get_by_role("button", name="Salvar no aparelho").click()
    celular.get_by_text("1 campo precisa de atenção").wait_for()
    celular.get_by_role("button", name="Salvar assim mesmo").click()
    celular.get_by_text("Visita guardada neste aparelho.").wait_for()
    por_enviar(celular, 0)
    assert Ficha.objects.get().situacao == "pendente"
