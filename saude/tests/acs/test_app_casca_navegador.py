"""The shell: a new version over waiting records, leaving the phone, installing, location, accessibility."""

import json

import pytest
from aplicativo import (
    abrir,
    destrancar,
    entrar,
    fechar,
    ir,
    loja_antiga,
    nova_visita,
    parado,
    por_enviar,
    preencher_visita,
    recarregar,
    salvar,
    sem_rede,
)
from producao import CPF, registro

from saude.acs import pedidos_chave, views
from saude.acs.models import Aparelho, PedidoChave
from saude.fichas.models import Conteudo, Ficha
from saude.recebimento.actions import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GUARDADOS = """caches.keys().then(async (nomes) => {
  const textos = [];
  for (const nome of nomes) {
    const cache = await caches.open(nome);
    for (const pedido of await cache.keys()) textos.push(await (await cache.match(pedido)).text());
  }
  return { nomes, texto: textos.join("") };
})"""
TUDO = """import('/static/acs/banco.js').then(async (b) => JSON.stringify(
  await Promise.all(['registros', 'territorio', 'meta', 'historico'].map((l) => b.todos(l)))))"""


# -- a new version


@pytest.fixture
def publicar(monkeypatch):
    """Publish another version of the app."""
    monkeypatch.setattr(views, "package", views.package.__wrapped__)

    def publish(text):
        real = views._text
        monkeypatch.setattr(views, "package", lambda: text)
        monkeypatch.setattr(views, "_text", lambda name: f"{real(name)}\n// {text}\n")

    return publish


def versoes_guardadas(page):
    return page.evaluate("caches.keys()")


def test_a_new_version_while_records_wait(celular, lotacao, publicar):
    entrar(celular, lotacao)
    (before,) = versoes_guardadas(celular)
    celular.context.route("**/empurrar?**", lambda route: route.abort())
    nova_visita(celular)
    publicar("9.9.9-nova")
    celular.evaluate("navigator.serviceWorker.ready.then((r) => r.update())")
    celular.get_by_text("Uma nova versão do aplicativo está pronta.").wait_for()
    assert set(versoes_guardadas(celular)) == {before, "acs-9.9.9-nova"}  # both whole, none mixed
    celular.evaluate("window.antes = true")
    celular.get_by_role("button", name="Atualizar agora").click()
    celular.wait_for_function("() => window.antes === undefined")
    destrancar(celular)
    por_enviar(celular, 1)
    assert versoes_guardadas(celular) == ["acs-9.9.9-nova"]
    sem_rede(celular)
    recarregar(celular)  # the new shell opens without network too
    por_enviar(celular, 1)
    celular.context.unroute("**/empurrar?**")
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_a_form_open_in_another_tab_is_not_taken_away(celular, lotacao, publicar):
    entrar(celular, lotacao)
    outra = abrir(celular.context, celular.base)
    ir(outra, "#/nova/FVD")
    preencher_visita(outra)
    outra.evaluate("window.antes = true")
    publicar("9.9.9-nova")
    celular.evaluate("navigator.serviceWorker.ready.then((r) => r.update())")
    celular.evaluate("window.antes = true")
    celular.get_by_role("button", name="Atualizar agora").click()
    celular.wait_for_function("() => window.antes === undefined")
    assert outra.evaluate("window.antes") and outra.get_by_label("Manhã").is_checked()
    salvar_e_recarregar(outra)
    por_enviar(outra, 0)
    assert Ficha.objects.count() == 1


def salvar_e_recarregar(page):
    page.get_by_role("button", name="Salvar no aparelho").click()
    page.wait_for_function("() => window.antes === undefined")  # the form was left: now it starts again


def de_portal(route):
    route.fulfill(status=200, content_type="text/html", body="<html><h1>Aceite os termos</h1></html>")


@pytest.mark.parametrize("fail", [lambda route: route.abort(), de_portal], ids=["cut", "portal"])
def test_a_new_version_that_does_not_come_whole_changes_nothing(celular, lotacao, publicar, fail):
    entrar(celular, lotacao)
    before = versoes_guardadas(celular)
    publicar("9.9.9-quebrada")
    celular.context.route("**/static/acs/telas.js", fail)
    ended = celular.evaluate(
        """navigator.serviceWorker.ready.then((r) => new Promise((ok) => {
          r.addEventListener('updatefound', () => {
            const nova = r.installing;
            nova.addEventListener('statechange', () => ok(nova.state));
          });
          r.update().catch(() => {});
        }))"""
    )
    assert ended == "redundant"
    sem_rede(celular)
    recarregar(celular)
    celular.get_by_role("heading", name="Famílias").wait_for()
    assert versoes_guardadas(celular) == before


# -- leaving


@pytest.fixture
def familia(entidade):
    home, person = registro("FCD"), registro("FCI")
    home["ficha"]["enderecoLocalPermanencia"]["microArea"] = "01"
    home["ficha"]["familias"] = [{"cpfResponsavel": CPF, "numeroMembrosFamilia": 1}]
    person["ficha"]["identificacaoUsuarioCidadao"] |= {"cpfCidadao": CPF, "nomeCidadao": "HELENA BITTENCOURT"}
    receive(entidade=entidade, records=[home, person], origem="api")
    return home, person


def test_leaving_wipes_the_phone(celular, lotacao, familia):
    entrar(celular, lotacao)
    nova_visita(celular)
    por_enviar(celular, 0)
    parado(celular)
    assert "HELENA" in celular.evaluate(TUDO)
    ir(celular, "#/mais")
    celular.get_by_role("link", name="Sair deste aparelho").click()
    celular.get_by_text("Tudo o que foi salvo já está no servidor.").wait_for()
    celular.get_by_role("button", name="Apagar tudo e sair").click()
    celular.get_by_text("Os dados foram apagados deste aparelho.").wait_for()
    assert json.loads(celular.evaluate(TUDO)) == [[], [], [], []]
    kept = celular.evaluate(GUARDADOS)
    assert kept["texto"].count("Saúde Domiciliar") and not any(
        word in kept["texto"]
        for word in ("HELENA", CPF, "acs_", lotacao.profissional.nome.upper(), lotacao.profissional.cns)
    )
    assert celular.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    assert Aparelho.objects.get().motivo_revogacao == "O agente saiu do aparelho"
    celular.reload()
    celular.get_by_label("Código do aparelho").wait_for()


def test_leaving_is_refused_while_records_wait_unless_confirmed(celular, lotacao):
    entrar(celular, lotacao)
    outra = abrir(celular.context, celular.base)
    sem_rede(celular)
    nova_visita(celular)
    ir(celular, "#/sair")
    celular.get_by_text("Ainda não foi enviado: 1 visita por enviar.").wait_for()
    wipe = celular.get_by_role("button", name="Apagar tudo e sair")
    assert wipe.is_disabled()
    celular.get_by_label("Quero apagar mesmo assim o que não foi enviado").check()
    wipe.click()
    celular.get_by_text("peça à coordenação que revogue o acesso").wait_for()
    assert json.loads(celular.evaluate(TUDO)) == [[], [], [], []]
    outra.get_by_label("Código do aparelho").wait_for()  # the other tab leaves too
    assert Aparelho.objects.get().revogado_em is None and not Ficha.objects.exists()


# -- location


def test_my_location_goes_with_the_visit(live_server, navegador, lotacao):
    context = navegador.new_context(
        locale="pt-BR", viewport={"width": 360, "height": 740},
        geolocation={"latitude": -26.8233, "longitude": -49.2711, "accuracy": 12}, permissions=["geolocation"],
    )  # fmt: skip
    page = abrir(context, live_server.url)
    entrar(page, lotacao)
    ir(page, "#/nova/FVD")
    preencher_visita(page)
    page.get_by_role("button", name="Usar minha localização").click()
    page.get_by_text("Latitude -26,8233, longitude -49,2711, com precisão de 12 m.").wait_for()
    salvar(page)
    por_enviar(page, 0)
    visit = json.loads(Conteudo.objects.get().registro)["ficha"]["visitasDomiciliares"][0]
    assert (visit["latitude"], visit["longitude"]) == (-26.8233, -49.2711)
    fechar(page)


def test_a_refused_permission_is_told_and_the_visit_goes_without(celular, lotacao):
    entrar(celular, lotacao)
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_role("button", name="Usar minha localização").click()
    celular.get_by_text("O acesso à localização foi negado.").wait_for()
    salvar(celular)
    por_enviar(celular, 0)
    visit = json.loads(Conteudo.objects.get().registro)["ficha"]["visitasDomiciliares"][0]
    assert "latitude" not in visit


# -- installing


def test_it_can_be_installed(celular):
    cdp = celular.context.new_cdp_session(celular)
    found = cdp.send("Page.getAppManifest")
    assert not found["errors"], found["errors"]
    manifest = json.loads(found["data"])
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/acs/", "/acs/", "standalone")
    problems = [e["errorId"] for e in cdp.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert set(problems) <= {"in-incognito"}  # what the test's own private window brings
    for icon in manifest["icons"]:
        assert celular.request.get(celular.base + icon["src"]).ok


# -- everybody


@pytest.mark.parametrize("tamanho", [(320, 640), (390, 844)])
def test_every_screen_without_barriers_and_without_sideways_scrolling(
    live_server, navegador, lotacao, familia, sem_barreiras, tamanho
):
    width, height = tamanho
    context = navegador.new_context(
        locale="pt-BR",
        viewport={"width": width, "height": height},
        is_mobile=True,
        has_touch=True,
        bypass_csp=True,
    )
    page = abrir(context, live_server.url)
    sem_barreiras(page)
    entrar(page, lotacao)
    sem_rede(page)
    nova_visita(page)
    home, person = (f["uuid"] for f in familia)
    screens = (
        "#/", f"#/domicilio/{home}", "#/nova", "#/nova/FVD", "#/nova/FCI", "#/nova/FCD", f"#/nova/FCD/{home}",
        f"#/nova/FCI/{home}/{person}", "#/aparelho", "#/mais", "#/senha", "#/sair",
    )  # fmt: skip
    for screen in screens:
        ir(page, screen)
        page.wait_for_timeout(500)
        page.locator("#estado", has_text="1 visita neste aparelho, por enviar").wait_for()
        vista(page, sem_barreiras, screen)
    fechar(page)


def vista(page, sem_barreiras, screen):
    """No barrier, in light and in dark; nothing wider than the phone, nothing smaller than a thumb."""
    sem_barreiras(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), screen
    small = page.evaluate(
        """[...document.querySelectorAll('button, a, summary, label.opcao, select, input')]
          .filter((e) => !['radio', 'checkbox'].includes(e.type))
          .filter((e) => e.checkVisibility()).map((e) => [e.innerText || e.id, e.getBoundingClientRect().height])
          .filter(([, alto]) => alto < 47.5)"""
    )
    assert not small, (screen, small)


@pytest.mark.parametrize("tamanho", [(320, 640), (390, 844)])
def test_every_screen_of_the_password_without_barriers(
    live_server, navegador, lotacao, telefone, sem_barreiras, tamanho
):
    """Activation, locked, wrong, forgotten, allowed, the key lost; and the first password of a store made before."""
    width, height = tamanho
    options = {
        "locale": "pt-BR", "viewport": {"width": width, "height": height}, "is_mobile": True, "has_touch": True,
        "bypass_csp": True,
    }  # fmt: skip
    context = navegador.new_context(**options)
    page = abrir(context, live_server.url)
    page.get_by_role("button", name="Entrar").click()
    page.get_by_text("Escreva uma senha").wait_for()
    vista(page, sem_barreiras, "ativar")
    entrar(page, lotacao)
    parado(page)
    page.reload()
    page.fill("#senha-de-abrir", "outra senha 1")
    page.get_by_role("button", name="Abrir", exact=True).click()
    page.get_by_text("Senha errada.").wait_for()
    vista(page, sem_barreiras, "trancada")
    page.get_by_role("button", name="Esqueci a senha").click()
    page.get_by_role("button", name="Pedir outra senha").wait_for()
    vista(page, sem_barreiras, "esqueci")
    page.get_by_role("button", name="Pedir outra senha").click()
    page.get_by_text("Pedido feito").wait_for()
    vista(page, sem_barreiras, "pedido feito")
    pedidos_chave.allow(by="teste", pedido=PedidoChave.objects.get())
    page.get_by_role("button", name="Já permitiram").click()
    page.get_by_text("Escolha outra senha").wait_for()
    vista(page, sem_barreiras, "permitida")
    page.evaluate(
        "import('/static/acs/cru.js').then((c) => c.transacaoCrua(['cofre'], 'readwrite', (l) => l.cofre.clear()))"
    )
    page.reload()
    page.get_by_text("A chave dos dados se perdeu").wait_for()
    vista(page, sem_barreiras, "sem chave")
    context.close()
    context = navegador.new_context(**options)
    loja_antiga(context.new_page(), live_server.url, telefone, registro("FVD"))
    page = abrir(context, live_server.url)
    page.get_by_text("Escolha uma senha para este aparelho").wait_for()
    vista(page, sem_barreiras, "primeira")
    context.close()
