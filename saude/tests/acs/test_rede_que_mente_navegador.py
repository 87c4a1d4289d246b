"""Between the phone and the server: a portal, a pause that is asked for, half an answer, a body too big, a refusal that
the agent mends; and a clock that is years off."""

import gzip
import json
from datetime import timedelta

import pytest
from aplicativo import (
    SENHA,
    abrir,
    entrar,
    esperando,
    fechar,
    ir,
    nova_visita,
    parado,
    por_enviar,
    preencher_visita,
    recarregar,
    salvar,
    sem_rede,
)
from django.utils import timezone
from telefone import V1, codigo

from saude.acs.models import Aparelho, Envio
from saude.cadastros.models import Lotacao
from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMPURRAR = f"**{V1}/empurrar**"
SOZINHO = "import('/static/acs/sincronia.js').then((s) => s.sincronizar())"


def corpo(request):
    data = request.post_data_buffer
    return json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)


def test_a_server_that_takes_only_small_bodies_gets_smaller_ones(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    for _ in range(3):
        nova_visita(celular)
    sizes = []

    def small(route):
        sizes.append(len(corpo(route.request)["registros"]))
        if sizes[-1] > 1:
            route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        else:
            route.continue_()

    celular.context.route(EMPURRAR, small)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    parado(celular)
    assert Ficha.objects.count() == 3 and sizes == [3, 2, 1, 1, 1]  # at once, without a wait for each
    nova_visita(celular)
    por_enviar(celular, 0)


@pytest.mark.parametrize("pausa", ["1800", "date"])
def test_a_pause_that_the_server_asks_for_is_kept_unless_the_agent_taps(celular, lotacao, pausa):
    entrar(celular, lotacao)
    parado(celular)
    sem_rede(celular)
    nova_visita(celular)
    calls = []
    when = timezone.now() + timedelta(minutes=30)
    text = when.strftime("%a, %d %b %Y %H:%M:%S GMT") if pausa == "date" else pausa

    def busy(route):
        calls.append(1)
        route.fulfill(
            status=503, headers={"Retry-After": text}, content_type="text/html", body="<h1>503</h1>"
        )

    celular.context.route(EMPURRAR, busy)
    celular.context.set_offline(False)
    celular.get_by_text("O servidor do município está com um problema.").wait_for()
    parado(celular)
    before = len(calls)
    celular.evaluate(
        SOZINHO
    )  # what the app does by itself: every few minutes, when it is looked at, after a save
    celular.evaluate("window.dispatchEvent(new Event('online'))")
    parado(celular)
    assert len(calls) == before
    por_enviar(celular, 1)
    celular.context.unroute(EMPURRAR)
    celular.get_by_role("button", name="Sincronizar").click()
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


@pytest.mark.parametrize("pausa", ["0", "-5", "amanhã", "Mon, 01 Jan 2001 00:00:00 GMT"])
def test_a_pause_that_is_none_holds_nothing_back(celular, lotacao, pausa):
    entrar(celular, lotacao)
    parado(celular)
    sem_rede(celular)
    nova_visita(celular)
    calls = []

    def busy(route):
        calls.append(1)
        if len(calls) > 1:
            route.continue_()
            return
        route.fulfill(status=429, headers={"Retry-After": pausa.encode("ascii", "ignore").decode()}, body="")

    celular.context.route(EMPURRAR, busy)
    celular.context.set_offline(False)
    celular.get_by_text("O servidor pediu uma pausa").wait_for()
    parado(celular)
    celular.evaluate(SOZINHO)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_half_an_answer_and_the_same_batch_goes_again(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    answers = []

    def half(route):
        answer = route.fetch()
        answers.append(answer.json())
        if len(answers) > 1:
            route.fulfill(response=answer)
            return
        whole = answer.body()
        route.fulfill(status=200, content_type="application/json", body=whole[: len(whole) // 2])

    celular.context.route(EMPURRAR, half)
    celular.context.set_offline(False)
    celular.get_by_text("A resposta não veio do servidor do município.").wait_for()
    por_enviar(celular, 1)
    parado(celular)
    celular.get_by_role("button", name="Sincronizar").click()
    por_enviar(celular, 0)
    parado(celular)
    assert [a["repetido"] for a in answers] == [False, True] and Ficha.objects.count() == 1


def test_a_portal_answers_the_code_and_the_territory(celular, lotacao):
    """The network of a square: every address is its page, with 200. The code is not used up, nothing is forgotten."""

    def portal(route):
        route.fulfill(status=200, content_type="text/html", body="<html><h1>Aceite os termos</h1></html>")

    celular.context.route("**/api/acs/**", portal)
    celular.fill("#codigo", codigo(lotacao))
    for campo in ("#senha", "#senha2"):
        celular.fill(campo, SENHA)
    celular.get_by_role("button", name="Entrar").click()
    celular.get_by_text("A resposta não veio do servidor do município.").wait_for()
    celular.context.unroute("**/api/acs/**")
    celular.get_by_role("button", name="Entrar").click()  # the same code, still good
    celular.locator("#estado", has_text="Tudo enviado").wait_for()
    parado(celular)
    celular.context.route("**/api/acs/**", portal)
    nova_visita(celular)
    celular.get_by_text("A resposta não veio do servidor do município.").wait_for()
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)  # the forms are still here
    salvar(celular)
    por_enviar(celular, 2)
    celular.context.unroute("**/api/acs/**")
    celular.get_by_role("button", name="Sincronizar").click()
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 2 and Aparelho.objects.count() == 1


def test_refused_mended_on_the_phone_and_sent_again(celular, lotacao):
    """The lotação ended yesterday and the visit bears today: the agent reads why, puts the right day, and it goes."""
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    yesterday = timezone.localdate() - timedelta(days=1)
    Lotacao.objects.filter(pk=lotacao.pk).update(fim=yesterday)
    celular.context.set_offline(False)
    celular.locator("#estado", has_text="1 recusado").wait_for()
    parado(celular)
    ir(celular, "#/aparelho")
    card = celular.locator("a.cartao", has_text="Recusado")
    assert "depois do fim da sua lotação no CNES" in card.inner_text()
    card.click()
    celular.get_by_text("O que corrigir").wait_for()
    celular.get_by_label("Data da visita").fill(yesterday.isoformat())
    celular.get_by_label("Data da visita").blur()
    salvar(celular)
    celular.get_by_text("Nada por enviar").wait_for()
    ficha = Ficha.objects.get()
    assert (ficha.data, ficha.situacao) == (yesterday, "pendente")


# -- a clock that is years off

RELOGIO = """
(() => {
  const real = Date, desvio = %s * 86400e3;
  window.Date = class extends real {
    constructor(...a) { if (a.length) super(...a); else super(real.now() + desvio); }
    static now() { return real.now() + desvio; }
  };
})()
"""
TENTATIVAS = """(linha) => import('/static/acs/cru.js').then((c) =>
  c.transacaoCrua(['cofre'], 'readwrite', async (l) => {
    if (linha) await l.cofre.put({ chave: 'tentativas', ...linha });
    return l.cofre.get('tentativas');
  }))"""


@pytest.mark.parametrize(("dias", "dito"), [(7305, "adiantado 20 anos"), (-20000, "atrasado 55 anos")])
def test_a_clock_years_off_loses_nothing(live_server, navegador, lotacao, dias, dito):
    context = navegador.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    context.add_init_script(RELOGIO % dias)
    page = abrir(context, live_server.url)
    entrar(page, lotacao)
    page.get_by_text(dito).wait_for()
    sem_rede(page)
    ir(page, "#/nova/FVD")
    preencher_visita(page)
    page.get_by_label("Data da visita").fill(timezone.localdate().isoformat())
    salvar(page)
    recarregar(page)
    por_enviar(page, 1)
    context.set_offline(False)
    por_enviar(page, 0)
    assert Ficha.objects.get().data == timezone.localdate()
    assert abs(Envio.objects.get(aceitos=1).desvio_segundos - dias * 86400) < 120
    fechar(page)


def test_wrong_passwords_under_a_clock_years_ahead_wait_once_and_not_for_years(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    now = celular.evaluate("Date.now()")
    celular.evaluate(TENTATIVAS, {"n": 7, "em": now + 20 * 365 * 86_400_000})
    celular.reload()
    celular.fill("#senha-de-abrir", SENHA)
    celular.get_by_role("button", name="Abrir", exact=True).click()
    esperando(celular, 120)
    noted = celular.evaluate(TENTATIVAS, None)
    assert noted["n"] == 7 and noted["em"] <= celular.evaluate("Date.now()")  # the wait has begun
    celular.evaluate(TENTATIVAS, {"n": 7, "em": noted["em"] - 121_000})  # and two minutes later it is over
    recarregar(celular)
    por_enviar(celular, 1)
