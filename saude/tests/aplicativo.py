"""A phone with the app open, as the browser tests hold it."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from navegacao import PATIENCE
from telefone import codigo


def abrir(context: Any, base: str) -> Any:
    """The app's page, its service worker ready; `page.falhas` gathers errors of scripts."""
    page = context.new_page()
    page.falhas = []
    page.on("pageerror", lambda error: page.falhas.append(str(error)))
    page.goto(f"{base}/acs/")
    late = "new Promise((ok) => setTimeout(() => ok(false), 120000))"
    assert page.evaluate(f"Promise.race([navigator.serviceWorker.ready.then(() => true), {late}])")
    return page


#: what the agents of the tests choose for their phones
SENHA = "girassol 77 azul"


def entrar(page: Any, lotacao: Any) -> None:
    """Registers; where the phone has no password yet, chooses one."""
    registrar(page, codigo(lotacao))


def registrar(page: Any, code: str) -> None:
    page.fill("#codigo", code)
    for campo in ("#senha", "#senha2"):
        if page.locator(campo).count():
            page.fill(campo, SENHA)
    page.get_by_role("button", name="Entrar").click()
    por_enviar(page, 0)
    page.get_by_role("heading", name="Famílias").wait_for()
    page.locator("#estado", has_text="Tudo enviado").wait_for()
    parado(page)  # the second round of who has just entered


def destrancar(page: Any, senha: str = SENHA) -> None:
    page.fill("#senha-de-abrir", senha)
    page.get_by_role("button", name="Abrir", exact=True).click()
    page.locator("#senha-de-abrir").wait_for(state="detached")


def recarregar(page: Any) -> None:
    """The app opens anew: it asks."""
    page.reload()
    destrancar(page)


def por_enviar(page: Any, n: int) -> None:
    """Wait until the line above every screen says so."""
    page.locator(f"#estado[data-por-enviar='{n}']").wait_for()


QUIETO = "import('/static/acs/sincronia.js').then((s) => s.quieto())"


def parado(page: Any) -> None:
    """Wait until nothing is being sent or fetched: a request under way would meet the emptying of the tables."""
    ate(page, QUIETO)


def ate(page: Any, promessa: str, vezes: int = 1200) -> None:
    """Wait until what this promises is true (`wait_for_function` takes the promise itself for true)."""
    for _ in range(vezes):
        if page.evaluate(promessa):
            return
        page.wait_for_timeout(100)
    raise AssertionError(promessa)


def fechar(page: Any) -> None:
    for each in page.context.pages:
        if "/acs/" in each.url:
            parado(each)
    page.context.close()


def ir(page: Any, tela: str) -> None:
    """Go to a screen and wait until it is drawn: what the one before shows must not be clicked."""
    page.evaluate("(tela) => { location.hash = tela; }", tela)
    page.wait_for_function(
        "(tela) => location.hash !== tela || document.querySelector('[data-endereco]')?.dataset.endereco === tela",
        arg=tela,
        polling=50,
    )


def guardado(page: Any, texto: str) -> None:
    """Wait until what was typed is in the store: the line that says so may speak of the change before."""
    tudo = "import('/static/acs/banco.js').then((b) => b.todos('registros'))"
    ate(page, f"{tudo}.then((r) => JSON.stringify(r).includes({json.dumps(texto)}))")


#: a write that is refused: Chromium looks at the room left every half minute
SEM_LUGAR = """import('/static/acs/cru.js').then((c) => c.transacaoCrua(['historico'], 'readwrite', async (l) => {
  await l.historico.put({ uuid: 'x', peso: 'x'.repeat(200000) });
  await l.historico.delete('x');
})).then(() => false, (erro) => erro instanceof Error && erro.message.startsWith('Não há espaço'))"""


def encher(page: Any, base: str) -> Any:
    """The phone is full; the CDP session that empties it again."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": base, "quotaSize": 1})
    ate(page, SEM_LUGAR)
    return cdp


def esperando(page: Any, segundos: int) -> None:
    """Wait until a wrong password more is told to wait so long, less what the machine took to ask."""
    told = "|".join(str(n) for n in range(segundos, segundos // 2, -1))
    page.get_by_text(re.compile(f"Espere ({told}) s ")).wait_for()


def preencher_visita(page: Any) -> None:
    page.get_by_label("Manhã").check()
    page.get_by_label("Visita realizada").check()
    page.get_by_label("Visita periódica").check()


def salvar(page: Any) -> None:
    page.get_by_role("button", name="Salvar no aparelho").click()
    page.locator("p.certo, .barra [role=alert]:not([hidden])").first.wait_for()
    wrong = page.locator("form .campo:has(> [role=alert]:not([hidden]))").all_inner_texts()
    assert page.get_by_text("neste aparelho.").count(), wrong


def nova_visita(page: Any) -> None:
    ir(page, "#/nova/FVD")
    preencher_visita(page)
    salvar(page)


def preencher_cidadao(page: Any, cpf: str) -> None:
    page.get_by_label("CPF do cidadão").fill(cpf)
    page.get_by_label("Nome do cidadão").fill("MARIA DA SILVA")
    page.get_by_label("Data de nascimento do cidadão").fill("1990-02-03")
    for answer in ("Feminino", "Parda"):
        page.get_by_label(answer).check()
    page.get_by_label("Nome da mãe", exact=False).first.fill("JOANA DA SILVA")
    page.get_by_role("group", name="Desconhece o nome do pai").get_by_label("Sim").check()
    page.get_by_label("Telefone celular").fill("48999990001")


def preencher_domicilio(page: Any) -> None:
    page.get_by_label("CEP", exact=False).first.fill("89120000")
    page.get_by_label("Tipo de logradouro", exact=False).first.fill("RUA")
    page.get_by_role("button", name="RUA", exact=True).click()
    page.get_by_label("Nome do logradouro").fill("DAS FLORES")
    page.get_by_label("Número", exact=False).first.fill("77")
    page.get_by_label("Bairro").fill("CENTRO")
    page.get_by_label("UF", exact=False).first.select_option(label="SANTA CATARINA")
    page.get_by_label("Urbana", exact=True).check()
    page.get_by_label("Situação de moradia", exact=False).first.select_option(index=1)


def sem_rede(page: Any) -> None:
    page.context.set_offline(True)
    page.locator("#estado", has_text="sem rede").wait_for()


def escolher_senha(page: Any, senha: str = SENHA, botao: str = "Guardar a senha") -> None:
    """The two fields of a new password."""
    for campo in ("#senha", "#senha2"):
        page.fill(campo, senha)
    page.get_by_role("button", name=botao, exact=True).click()


#: what lies on the disk, as whoever has the phone and no password reads it
NO_DISCO = """import('/static/acs/cru.js').then((c) => c.transacaoCrua(Object.keys(c.CHAVES), 'readonly', async (l) => {
  const tudo = {};
  for (const loja of Object.keys(c.CHAVES)) tudo[loja] = await l[loja].getAll();
  return new TextDecoder().decode(new TextEncoder().encode(JSON.stringify(tudo)));
}))"""
LOJA_ANTIGA = """([acesso, perfil, registro]) => new Promise((ok, falha) => {
  const pedido = indexedDB.open('saude-domiciliar', 1);
  pedido.onupgradeneeded = () => {
    const db = pedido.result;
    db.createObjectStore('registros', { keyPath: 'uuid' }).put(registro);
    db.createObjectStore('territorio', { keyPath: 'chave' }).put({ chave: 'perfil', dado: perfil });
    const meta = db.createObjectStore('meta', { keyPath: 'chave' });
    meta.put({ chave: 'acesso', valor: acesso });
    meta.put({ chave: 'instalacao', valor: acesso.instalacao });
    db.createObjectStore('historico', { keyPath: 'uuid' });
  };
  pedido.onsuccess = () => { pedido.result.close(); ok(true); };
  pedido.onerror = () => falha(pedido.error);
})"""


def loja_antiga(page: Any, base: str, telefone: Any, registro: dict[str, Any]) -> None:
    """What the app kept before it had passwords, with a visit not sent; no network."""
    perfil = telefone.client.get("/api/acs/v1/situacao", headers=telefone.headers()).json()["perfil"]
    page.goto(f"{base}/acs/manifesto.webmanifest")
    acesso = {"token": telefone.token, "instalacao": telefone.instalacao}
    feito = registro | {"estado": "por_enviar", "clientes": [], "motivos": [], "criado_em": 1}
    page.evaluate(LOJA_ANTIGA, [acesso, perfil, feito])
    page.context.route("**/api/acs/**", lambda route: route.abort())


def ligar(navegador: Any, pasta: Path) -> tuple[Any, Any]:
    """(process, context) of a browser of its own, that can be killed."""
    programa = shutil.which("chromium") or shutil.which("google-chrome")
    (pasta / "DevToolsActivePort").unlink(missing_ok=True)
    comando = [
        str(programa), "--headless=new", "--no-sandbox", "--no-first-run", f"--user-data-dir={pasta}",
        "--remote-debugging-port=0", "about:blank",
    ]  # fmt: skip
    processo = subprocess.Popen(
        comando, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            porta = (pasta / "DevToolsActivePort").read_text(encoding="utf-8").split()[0]
            context = navegador.browser_type.connect_over_cdp(f"http://127.0.0.1:{porta}").contexts[0]
        except Exception:  # not there yet
            time.sleep(0.2)
        else:
            context.set_default_timeout(PATIENCE)
            return processo, context
    matar(processo)
    raise AssertionError("o navegador não abriu")


def matar(processo: Any) -> None:
    """kill -9 of it and of all that it started."""
    if processo.poll() is None:
        os.killpg(processo.pid, signal.SIGKILL)
        processo.wait()
