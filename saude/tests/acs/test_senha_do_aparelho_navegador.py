"""The password of the phone in a real browser: nothing is readable without it, and nothing is lost for it."""

import pytest
from aplicativo import (
    NO_DISCO,
    SENHA,
    abrir,
    destrancar,
    entrar,
    esperando,
    fechar,
    ir,
    loja_antiga,
    nova_visita,
    por_enviar,
    preencher_visita,
    recarregar,
    sem_rede,
)
from producao import registro

from saude.acs import pedidos_chave
from saude.acs.models import Aparelho, PedidoChave
from saude.auditoria.models import Evento
from saude.fichas.models import Ficha

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def tentar(page, senha):
    page.fill("#senha-de-abrir", senha)
    page.get_by_role("button", name="Abrir", exact=True).click()


def test_asked_without_network_wrong_ones_wait_and_wipe_nothing(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    disk = celular.evaluate(NO_DISCO)
    for secret in ("acs_", lotacao.profissional.cns, "visitasDomiciliares", "UBS Centro", SENHA):
        assert secret not in disk, secret
    celular.reload()
    celular.get_by_text("Neste aparelho: 1 registro por enviar ou terminar.").wait_for()
    for wrong in ("outra senha 1", "outra senha 2"):
        tentar(celular, wrong)
        celular.get_by_text("Senha errada. O que está no aparelho continua nele.").wait_for()
    # as if three more had been tried just now, by whoever closed the app after each
    celular.evaluate(
        """import('/static/acs/cru.js').then((c) => c.transacaoCrua(['cofre'], 'readwrite',
          (l) => l.cofre.put({ chave: 'tentativas', n: 7, em: Date.now() })))"""
    )
    celular.reload()
    tentar(celular, SENHA)
    esperando(celular, 120)  # the right one too
    celular.evaluate(
        """import('/static/acs/cru.js').then((c) => c.transacaoCrua(['cofre'], 'readwrite',
          (l) => l.cofre.put({ chave: 'tentativas', n: 7, em: Date.now() - 121e3 })))"""
    )
    recarregar(celular)
    por_enviar(celular, 1)
    celular.context.set_offline(False)
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1


ESCOLHER = ("#senha", "#senha2")


def test_a_store_made_before_is_sealed_without_loss_also_when_it_breaks_in_the_middle(
    live_server, navegador, telefone
):
    """The app of before, with a visit not sent; its browser ends while the rows are being sealed."""
    record = registro("FVD")
    context = navegador.new_context(locale="pt-BR", viewport={"width": 360, "height": 740})
    loja_antiga(context.new_page(), live_server.url, telefone, record)  # days without a network
    page = abrir(context, live_server.url)
    page.get_by_text("Escolha uma senha para este aparelho").wait_for()
    page.evaluate(
        """() => { const real = IDBObjectStore.prototype.put;
          IDBObjectStore.prototype.put = function (...a) {
            if (this.name === 'cofre') throw new DOMException('fim', 'UnknownError');  // the last of all rows
            return real.apply(this, a);
          }; }"""
    )
    for campo in ESCOLHER:
        page.fill(campo, SENHA)
    page.get_by_role("button", name="Guardar a senha").click()
    page.locator("form .erro:not([hidden])").wait_for()
    assert telefone.token in page.evaluate(NO_DISCO)  # all as it was
    page.reload()
    for campo in ESCOLHER:
        page.fill(campo, SENHA)
    page.get_by_role("button", name="Guardar a senha").click()
    por_enviar(page, 1)
    assert telefone.token not in page.evaluate(NO_DISCO)
    recarregar(page)
    por_enviar(page, 1)
    context.unroute("**/api/acs/**")
    page.get_by_role("button", name="Sincronizar").click()
    por_enviar(page, 0)
    assert Ficha.objects.get().uuid == record["uuid"]
    fechar(page)


def test_forgotten_asked_allowed_and_the_visit_not_sent_arrives(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.reload()
    celular.context.set_offline(False)
    celular.get_by_role("button", name="Esqueci a senha").click()
    celular.get_by_role("button", name="Pedir outra senha").click()
    celular.get_by_text("Pedido feito").wait_for()
    asked = PedidoChave.objects.get()
    assert celular.locator(".numero").inner_text() == asked.numero
    celular.get_by_role("button", name="Já permitiram").click()
    celular.get_by_text("Ainda não foi permitido.").wait_for()
    celular.reload()  # the request outlives the app
    celular.get_by_text(asked.numero).wait_for()
    pedidos_chave.allow(by="teste", pedido=asked)
    celular.get_by_role("button", name="Já permitiram").click()
    celular.get_by_text("Escolha outra senha").wait_for()
    for campo in ESCOLHER:
        celular.fill(campo, "jaguatirica 31")
    celular.get_by_role("button", name="Guardar a senha").click()
    por_enviar(celular, 0)
    assert Ficha.objects.count() == 1
    assert Evento.objects.filter(tipo="acs.chave_entregue").exists()
    celular.reload()
    tentar(celular, SENHA)
    celular.get_by_text("Senha errada.").wait_for()
    destrancar(celular, "jaguatirica 31")


def test_idle_it_locks_in_every_tab_and_keeps_what_was_typed(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    ir(celular, "#/nova/FVD")
    preencher_visita(celular)
    celular.get_by_label("Número do prontuário", exact=False).first.fill("777")
    outra = celular.context.new_page()
    outra.goto(celular.url.split("#")[0])
    outra.get_by_role("heading", name="Famílias").wait_for()  # the open tab gave it the key
    celular.evaluate(
        """() => { const real = Date.now; Date.now = () => real() + 11 * 60e3;
          document.dispatchEvent(new Event('visibilitychange')); }"""
    )
    celular.get_by_text("O aplicativo está trancado").wait_for()
    outra.get_by_text("O aplicativo está trancado").wait_for()
    assert "777" not in celular.content()
    celular.evaluate("import('/static/acs/sincronia.js').then((s) => s.sincronizar({ manual: true }))")
    destrancar(outra)
    field = celular.get_by_label("Número do prontuário", exact=False).first
    field.wait_for()
    assert field.input_value() == "777" and celular.get_by_label("Manhã").is_checked()


def test_stolen_locked_and_revoked_it_sends_only_what_was_written_before(celular, lotacao):
    from saude.acs.dispositivos import revoke

    entrar(celular, lotacao)
    sem_rede(celular)
    nova_visita(celular)
    celular.reload()
    revoke(by="teste", aparelho=Aparelho.objects.get())
    celular.context.set_offline(False)
    celular.evaluate("import('/static/acs/sincronia.js').then((s) => s.sincronizar({ manual: true }))")
    assert not Ficha.objects.exists()  # locked, it sends nothing
    destrancar(celular)
    celular.get_by_text("O acesso deste aparelho foi revogado.").wait_for()
    assert Ficha.objects.get().situacao == "pendente"


#: the network comes back while the app opens; every field for the password that was ever on the screen
VOLTA_AO_ABRIR = """window.campos = new Set();
new MutationObserver(() => {
  const campo = document.querySelector('#senha-de-abrir');
  if (campo) campos.add(campo);
}).observe(document, { childList: true, subtree: true });
addEventListener('DOMContentLoaded', () => dispatchEvent(new Event('online')));"""


def test_a_password_typed_as_soon_as_it_is_asked_is_not_drawn_over(celular, lotacao):
    entrar(celular, lotacao)
    celular.context.add_init_script(VOLTA_AO_ABRIR)
    recarregar(celular)
    por_enviar(celular, 0)
    assert celular.evaluate("campos.size") == 1


def test_without_the_browsers_cipher_a_phone_is_not_registered(live_server, navegador):
    """An address of http on the network of the health post."""
    context = navegador.new_context(locale="pt-BR")
    context.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = context.new_page()
    page.goto(f"{live_server.url}/acs/")
    page.get_by_text("Este endereço não é seguro (começa por http)").wait_for()
    assert not page.locator("#codigo").count()
    context.close()


def test_which_passwords_are_taken_and_how_they_are_written(celular):
    page = celular
    refused = page.evaluate(
        """(senhas) => import('/static/acs/chave.js').then((c) => senhas.map(c.recusaDaSenha))""",
        [
            "          ",
            "curta 1",
            "aaaaaaaaaa",
            "12345678",
            "87654321",
            "abcdefgh",
            "Senha123!",
            "senhasaude1",
        ],
    )
    assert all(refused), refused
    taken = page.evaluate(
        """(senhas) => import('/static/acs/chave.js').then((c) => senhas.map(c.recusaDaSenha))""",
        [SENHA, "pão de queijo", "ção ção 81", "🐆🐆 onça 9"],
    )
    assert not any(taken), taken
    opened = page.evaluate(
        """([uma, outra]) => import('/static/acs/chave.js').then(async (c) => {
          const posta = await c.embrulhar(await c.nova(), uma);
          return [await c.desembrulhar(posta, outra), await c.desembrulhar(posta, uma + 'x')].map(Boolean);
        })""",
        [
            "cora\u00e7\u00e3o \ufb01no 7",
            " corac\u0327a\u0303o fino 7 ",
        ],  # composed, decomposed, a ligature, spaces around
    )
    assert opened == [True, False]
