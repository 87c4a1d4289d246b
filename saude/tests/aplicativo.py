"""A phone with the app open, as the browser tests hold it."""

from typing import Any

from telefone import codigo


def abrir(context: Any, base: str) -> Any:
    """The app's page, its service worker ready; `page.falhas` gathers errors of scripts."""
    page = context.new_page()
    page.falhas = []
    page.on("pageerror", lambda error: page.falhas.append(str(error)))
    page.goto(f"{base}/acs/")
    late = "new Promise((ok) => setTimeout(() => ok(false), 20000))"
    assert page.evaluate(f"Promise.race([navigator.serviceWorker.ready.then(() => true), {late}])")
    return page


#: what the agents of the tests choose for their phones
SENHA = "girassol 77 azul"


def entrar(page: Any, lotacao: Any) -> None:
    """Registers; where the phone has no password yet, chooses one."""
    page.fill("#codigo", codigo(lotacao))
    for campo in ("#senha", "#senha2"):
        if page.locator(campo).count():
            page.fill(campo, SENHA)
    page.get_by_role("button", name="Entrar").click()
    por_enviar(page, 0)
    page.get_by_role("heading", name="Famílias").wait_for()
    page.locator("#estado", has_text="Tudo enviado").wait_for()


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


def parado(page: Any) -> None:
    """Wait until nothing is being sent or fetched: a request under way would meet the emptying of the tables."""
    page.wait_for_function("() => import('/static/acs/sincronia.js').then((s) => s.quieto())", polling=100)


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
