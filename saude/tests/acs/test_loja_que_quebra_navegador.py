"""The store of the phone when it is hurt: no room, two tabs, kill -9, a part of it cleared, another version's. Nothing
that was saved is lost, and what cannot be helped is said."""

import json
from contextlib import contextmanager

import pytest
from aplicativo import (
    NO_DISCO,
    SENHA,
    abrir,
    destrancar,
    encher,
    entrar,
    escolher_senha,
    fechar,
    ir,
    ligar,
    loja_antiga,
    matar,
    nova_visita,
    parado,
    por_enviar,
    recarregar,
    sem_rede,
)
from producao import registro

from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUTRA = "jaguatirica 31"
TAMANHO = {"width": 360, "height": 740}
#: this write (or deletion) of this row of the store of keys never ends: what was written before it in the same
#: transaction is not on the disk
PRENDER = """([metodo, chave]) => {
  const real = IDBObjectStore.prototype[metodo];
  IDBObjectStore.prototype[metodo] = function (...a) {
    if (this.name !== 'cofre' || (a[0].chave ?? a[0]) !== chave) return real.apply(this, a);
    window.preso = true;
    const girar = () => { this.get('nada').onsuccess = girar; };
    girar();
    return {};
  };
}"""
CRU = "import('/static/acs/cru.js').then((c) => c.transacaoCrua(%s, 'readwrite', async (l) => { %s }))"


@pytest.fixture
def antiga(live_server, navegador, telefone):
    """The app of before, not yet opened, with a visit not sent."""
    context = navegador.new_context(locale="pt-BR", viewport=TAMANHO)
    loja_antiga(context.new_page(), live_server.url, telefone, registro("FVD"))
    context.base = live_server.url
    yield context
    fechar(context.pages[0])


def com_rede(page):
    page.context.unroute("**/api/acs/**")
    page.get_by_role("button", name="Sincronizar").click()
    por_enviar(page, 0)
    parado(page)


def test_no_room_to_seal_it_opens_unsealed_sends_and_asks_again(antiga, telefone):
    page = abrir(antiga, antiga.base)
    page.get_by_text("Escolha uma senha para este aparelho").wait_for()
    cdp = encher(page, antiga.base)
    escolher_senha(page)
    page.get_by_text("Não há espaço no aparelho para cifrar o que está nele.").wait_for()
    assert telefone.token in page.evaluate(NO_DISCO)  # all as it was
    page.get_by_role("button", name="Continuar sem senha por agora").click()
    por_enviar(page, 1)
    ir(page, "#/mais")
    page.get_by_text("O que está neste aparelho não está cifrado.").wait_for()
    assert not page.get_by_role("button", name="Trancar agora").count()
    com_rede(page)
    assert Ficha.objects.count() == 1
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": antiga.base})
    page.reload()
    page.get_by_text("Escolha uma senha para este aparelho").wait_for()
    escolher_senha(page)
    page.get_by_role("heading", name="Famílias").wait_for()
    parado(page)
    assert telefone.token not in page.evaluate(NO_DISCO)
    assert not page.falhas


def test_two_tabs_choose_a_password_at_once_and_one_counts(antiga, telefone):
    uma, outra = abrir(antiga, antiga.base), abrir(antiga, antiga.base)
    for page, senha in ((uma, SENHA), (outra, OUTRA)):
        for campo in ("#senha", "#senha2"):
            page.fill(campo, senha)
    for page in (uma, outra):
        page.evaluate("setTimeout(() => document.querySelector('form button').click())")
    for page in (uma, outra):
        por_enviar(page, 1)  # the one that came second got the key of the other
    assert telefone.token not in uma.evaluate(NO_DISCO)
    outra.close()
    uma.reload()
    right = ""
    for senha in (SENHA, OUTRA):
        uma.fill("#senha-de-abrir", senha)
        uma.get_by_role("button", name="Abrir", exact=True).click()
        wrong = uma.get_by_text("Senha errada.")
        wrong.or_(uma.locator("#estado")).first.wait_for()
        if not wrong.count():
            right = senha
            break
    assert right
    por_enviar(uma, 1)
    com_rede(uma)
    assert Ficha.objects.count() == 1 and not uma.falhas


@contextmanager
def morre(navegador, pasta):
    """A browser of its own; it ends by kill -9, whatever it is doing."""
    process, context = ligar(navegador, pasta)
    try:
        yield context
    finally:
        matar(process)


def preso(page):
    page.wait_for_function("() => window.preso === true", polling=50)


def test_killed_while_sealing_while_changing_the_password_and_while_opening(
    live_server, navegador, telefone, tmp_path
):
    pasta = tmp_path / "perfil"
    with morre(navegador, pasta) as context:
        loja_antiga(context.new_page(), live_server.url, telefone, registro("FVD"))
        page = abrir(context, live_server.url)
        page.get_by_text("Escolha uma senha para este aparelho").wait_for()
        page.evaluate(PRENDER, ["put", "cofre"])
        escolher_senha(page)
        preso(page)
    with morre(navegador, pasta) as context:
        context.route("**/api/acs/**", lambda route: route.abort())
        page = abrir(context, live_server.url)
        page.get_by_text("Escolha uma senha para este aparelho").wait_for()
        assert telefone.token in page.evaluate(NO_DISCO)  # none of it was sealed
        escolher_senha(page)
        por_enviar(page, 1)
        assert telefone.token not in page.evaluate(NO_DISCO)
        ir(page, "#/senha")
        page.fill("#senha-atual", SENHA)
        for campo in ("#senha", "#senha2"):
            page.fill(campo, OUTRA)
        page.evaluate(PRENDER, ["put", "cofre"])
        page.get_by_role("button", name="Trocar a senha", exact=True).click()
        preso(page)
    with morre(navegador, pasta) as context:
        context.route("**/api/acs/**", lambda route: route.abort())
        page = abrir(context, live_server.url)
        page.get_by_text("Neste aparelho: 1 registro por enviar ou terminar.").wait_for()
        page.evaluate(PRENDER, ["delete", "tentativas"])
        page.fill("#senha-de-abrir", SENHA)
        page.get_by_role("button", name="Abrir", exact=True).click()
        preso(page)
    with morre(navegador, pasta) as context:
        page = abrir(context, live_server.url)
        destrancar(page)  # the password of before
        por_enviar(page, 0)
        parado(page)
    assert Ficha.objects.count() == 1


def test_the_shell_thrown_away_by_the_system_and_no_network(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.evaluate("caches.keys().then((nomes) => Promise.all(nomes.map((n) => caches.delete(n))))")
    celular.reload()
    celular.get_by_text("os registros guardados continuam no aparelho").wait_for()
    celular.context.set_offline(False)
    celular.reload()
    destrancar(celular)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def test_the_key_thrown_away_by_the_system_is_said_and_the_phone_begins_anew(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.evaluate(CRU % ("['cofre']", "await l.cofre.clear();"))
    celular.reload()
    celular.get_by_text("A chave dos dados se perdeu").wait_for()
    celular.get_by_text("Não há como abrir nem enviar 1 registro que estava aqui.").wait_for()
    celular.context.set_offline(False)
    celular.get_by_role("button", name="Apagar o que restou e começar de novo").click()
    celular.get_by_label("Código do aparelho").wait_for()
    entrar(celular, lotacao)
    nova_visita(celular)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


def estragar(page, *lojas):
    """One bit of the first row of each."""
    bit = "const [linha] = await l[loja].getAll(); linha.cifra[20] ^= 1; await l[loja].put(linha);"
    page.evaluate(CRU % (json.dumps(lojas), f"for (const loja of {json.dumps(lojas)}) {{ {bit} }}"))
    recarregar(page)


def test_leaving_says_what_the_phone_damaged_before_anything_is_removed(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    nova_visita(celular)
    estragar(celular, "registros")
    wipe = celular.get_by_role("button", name="Apagar tudo e sair")
    ir(celular, "#/sair")
    celular.get_by_text("Ainda não foi enviado: 1 visita por enviar.").wait_for()
    celular.get_by_text("1 registro se estragou neste aparelho.").wait_for()
    assert wipe.is_disabled()
    ir(celular, "#/")
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    parado(celular)
    ir(celular, "#/sair")  # nothing waits to be sent, and one is lost all the same
    celular.get_by_text("1 registro se estragou neste aparelho.").wait_for()
    assert celular.get_by_text("já está no servidor").count() == 0
    assert celular.get_by_role("button", name="Enviar antes de sair").count() == 0 and wipe.is_disabled()
    celular.get_by_label("Quero apagar mesmo assim o que não foi enviado").check()
    wipe.click()
    celular.get_by_text("Os dados foram apagados deste aparelho.").wait_for()
    celular.get_by_label("Código do aparelho").wait_for()
    assert Ficha.objects.count() == 1


def test_one_damaged_row_holds_back_none_of_the_others(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    nova_visita(celular)
    estragar(celular, "registros", "territorio")
    ir(celular, "#/aparelho")
    celular.get_by_text("1 registro se estragou neste aparelho").wait_for()
    por_enviar(celular, 1)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    parado(celular)
    assert Ficha.objects.count() == 1
    celular.get_by_text("1 registro se estragou neste aparelho").wait_for()  # it is not wiped
    whole = celular.evaluate(
        "import('/static/acs/banco.js').then(async (b) => [(await b.todos('territorio')).length, "
        "(await b.item('perfil'))?.cbo])"
    )
    assert whole[0] > 5 and whole[1] == "515105"  # what comes from the server came again


def test_an_old_app_over_the_store_of_a_newer_one_touches_nothing(live_server, navegador):
    """A service worker that still serves the app of before."""
    context = navegador.new_context(locale="pt-BR", viewport=TAMANHO)
    page = context.new_page()
    page.goto(f"{live_server.url}/acs/manifesto.webmanifest")
    page.evaluate(
        """() => new Promise((ok) => {
          const pedido = indexedDB.open('saude-domiciliar', 99);
          pedido.onupgradeneeded = () => pedido.result.createObjectStore('registros', { keyPath: 'uuid' })
            .put({ uuid: 'a', visita: 1 });
          pedido.onsuccess = () => { pedido.result.close(); ok(); };
        })"""
    )
    page = abrir(context, live_server.url)
    page.get_by_text("é de uma versão mais nova do aplicativo. Ligue a internet.").wait_for()
    page.get_by_text("o que foi salvo continua no aparelho").wait_for()
    kept = page.evaluate(
        """() => new Promise((ok) => {
          const pedido = indexedDB.open('saude-domiciliar');
          pedido.onsuccess = () => {
            const tudo = pedido.result.transaction('registros').objectStore('registros').getAll();
            tudo.onsuccess = () => { ok([pedido.result.version, JSON.stringify(tudo.result)]); };
          };
        })"""
    )
    assert kept == [99, json.dumps([{"uuid": "a", "visita": 1}], separators=(",", ":"))]
    assert not page.falhas, page.falhas
    context.close()
