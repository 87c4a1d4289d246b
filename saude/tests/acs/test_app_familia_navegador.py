"""Person, family and home are one flow, offline and after the sync; an error of the server is words, whatever it is."""

import json

import pytest
from aplicativo import entrar, ir, por_enviar, preencher_cidadao, preencher_domicilio, recarregar, salvar
from producao import CPF
from telefone import V1

from ledi_gerador.documentos import cpf
from saude.fichas.models import Conteudo, Ficha
from saude.processamento.actions import reprocess

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FILHA, SEM_CASA = cpf(222_333_444), cpf(333_444_555)


def sem_rede(page):
    page.context.set_offline(True)
    page.locator("#estado", has_text="sem rede").wait_for()


def com_rede(page):
    page.context.set_offline(False)
    por_enviar(page, 0)
    page.locator("#estado", has_text="Tudo enviado").wait_for()


def nova_casa(page):
    ir(page, "#/nova/FCD")
    preencher_domicilio(page)
    salvar(page)
    ir(page, "#/")
    page.get_by_role("link", name="Das Flores, 77").click()
    page.get_by_text("Comece pela pessoa responsável").wait_for()


def conteudo(**which):
    return [
        json.loads(text)["ficha"]
        for text in Conteudo.objects.filter(ficha__in=Ficha.objects.filter(**which))
        .order_by("ficha_id")
        .values_list("registro", flat=True)
    ]


def na_casa(page, *names):
    """The household's screen, drawn from what the phone has, shows these people; nobody is without a home."""
    ir(page, "#/")
    page.get_by_role("link", name="Das Flores, 77").wait_for()
    assert page.get_by_text("Pessoas sem domicílio vinculado").count() == 0
    page.get_by_role("link", name="Das Flores, 77").click()
    for name in names:
        page.get_by_text(name).first.wait_for()


def test_a_family_registered_without_network_stays_in_its_home(celular, lotacao, entidade):
    """Home, responsible person and a member, all offline; the network comes, and all of it is as it was."""
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_casa(celular)
    celular.get_by_role("link", name="Nova pessoa").click()
    preencher_cidadao(celular, CPF)
    salvar(celular)
    celular.get_by_text("A família entrou no cadastro do domicílio, que segue junto.").wait_for()
    celular.get_by_role("heading", name="Família de Maria da Silva").wait_for()
    por_enviar(celular, 2)  # the home takes the family in itself: no third record
    celular.get_by_role("link", name="Nova pessoa nesta família").click()
    preencher_cidadao(celular, FILHA)
    celular.get_by_label("Nome do cidadão").fill("ANA DA SILVA")
    salvar(celular)
    na_casa(celular, "Maria da Silva", "Ana da Silva")
    com_rede(celular)
    na_casa(celular, "Maria da Silva", "Ana da Silva")
    recarregar(celular)
    na_casa(celular, "Maria da Silva", "Ana da Silva")

    (home,) = conteudo(tipo="FCD")
    assert home["familias"] == [{"cpfResponsavel": CPF, "dataNascimentoResponsavel": "1990-02-03"}]
    head, daughter = (p["identificacaoUsuarioCidadao"] for p in conteudo(tipo="FCI"))
    assert head["statusEhResponsavel"] is True
    assert daughter["cpfResponsavelFamiliar"] == CPF and daughter["statusEhResponsavel"] is False
    reprocess(entidade=entidade, ids=list(Ficha.objects.values_list("pk", flat=True)), by="teste")
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}


def test_a_person_without_a_family_keeps_the_home_after_the_sync(celular, lotacao, entidade):
    """No document ties her to a family: the home she was registered from does."""
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_casa(celular)
    celular.get_by_role("link", name="Nova pessoa").click()
    preencher_cidadao(celular, SEM_CASA)
    celular.get_by_role("group", name="responsável familiar").get_by_label("Não").check()
    celular.get_by_role("button", name="Salvar no aparelho").click()
    wrong = celular.get_by_role("button", name="Salvar assim mesmo")
    celular.locator("p.certo").or_(wrong).first.wait_for()
    if wrong.is_visible():
        wrong.click()
    na_casa(celular, "Maria da Silva")
    com_rede(celular)
    na_casa(celular, "Maria da Silva")
    root = conteudo(tipo="FCD")[0]["uuid"]
    assert json.loads(Conteudo.objects.get(ficha__tipo="FCI").registro)["contexto"]["domicilio"] == root
    celular.context.set_offline(True)
    recarregar(celular)
    na_casa(celular, "Maria da Silva")


def test_a_family_in_a_home_that_was_sent_is_an_update_of_it(celular, lotacao, entidade):
    entrar(celular, lotacao)
    ir(celular, "#/nova/FCD")
    preencher_domicilio(celular)
    salvar(celular)
    com_rede(celular)
    ir(celular, "#/")
    celular.get_by_role("link", name="Das Flores, 77").click()
    sem_rede(celular)
    celular.get_by_role("link", name="Nova pessoa").click()
    preencher_cidadao(celular, CPF)
    salvar(celular)
    por_enviar(celular, 2)
    celular.get_by_role("heading", name="Família de Maria da Silva").wait_for()
    com_rede(celular)
    first, update = conteudo(tipo="FCD")
    assert (update["fichaAtualizada"], update["uuidFichaOriginadora"]) == (True, first["uuid"])
    assert [f["cpfResponsavel"] for f in update["familias"]] == [CPF]
    assert update["enderecoLocalPermanencia"] == first["enderecoLocalPermanencia"]


JSON = "application/json"
ANSWERS = {
    "400 of a framework": (
        400,
        JSON,
        '{"detail": [{"loc": ["body"], "msg": "x", "type": "y"}]}',
        "não entendeu",
    ),
    "401 of a proxy": (401, "text/html", "<html>Login</html>", "identificação"),
    "403 of a proxy": (403, "text/html", "<html>Forbidden</html>", "não deixou passar"),
    "409 in an object": (409, JSON, '{"detail": {"a": 1}}', "já está recebendo"),
    "413 of nginx": (413, "text/html", "<h1>413</h1>", "grande demais"),
    "422 in a list": (422, JSON, '{"codigo": 7, "detail": [{"msg": "x"}]}', "não entendeu"),
    "429 in another language": (429, JSON, '{"detail": "Too many requests"}', "pausa"),
    "500 as a page": (
        500,
        "text/html",
        "<!doctype html><title>Server Error (500)</title>",
        "com um problema",
    ),
    "502 empty": (502, "text/plain", "", "com um problema"),
    "200 of a portal": (200, "text/html", "<html>Aceite os termos</html>", "não veio do servidor"),
    "200 that is no object": (200, JSON, '"ok"', "não veio do servidor"),
    "200 without answers": (200, JSON, "{}", "não disse o que fez"),
    "our own words": (400, JSON, '{"codigo": "lote", "detail": "O lote não serve."}', "O lote não serve."),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_error_of_the_server_is_words(kind, celular, lotacao):
    """Whatever comes, the screen says it in Portuguese, and the record and the people stay on the phone."""
    status, media, body, words = ANSWERS[kind]
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_casa(celular)
    celular.route(f"**{V1}/empurrar**", lambda r: r.fulfill(status=status, content_type=media, body=body))
    celular.context.set_offline(False)
    told = celular.locator("main p.aviso, main p.erro", has_text=words).first
    told.wait_for()
    text = celular.locator("main").inner_text()
    for odd in ("[object", "undefined", "null", "TypeError", "Cannot", "Error", "detail"):
        assert odd not in text, text
    assert "continuam no aparelho" in told.inner_text()
    por_enviar(celular, 1)
    assert celular.evaluate(
        "import('/static/acs/banco.js').then((b) => b.meta('bloqueio')).then((x) => !x)"
    ), "only our own server takes the access away"
    celular.unroute(f"**{V1}/empurrar**")
    if status < 500 and status != 200:  # and when the trouble is over, it goes
        celular.get_by_role("button", name="Sincronizar").click()
        por_enviar(celular, 0)
        assert Ficha.objects.count() == 1


def test_a_refusal_that_gives_no_reason_is_words_too(celular, lotacao):
    entrar(celular, lotacao)
    sem_rede(celular)
    nova_casa(celular)

    def refuse(route):
        sent = celular.evaluate("import('/static/acs/banco.js').then((b) => b.todos('registros'))")
        rows = [{"uuid": r["uuid"], "aceito": False, "motivos": [{"mensagem": {"a": 1}}]} for r in sent]
        route.fulfill(
            status=200, content_type=JSON, body=json.dumps({"registros": rows, "aviso_lotacao": {"a": 1}})
        )

    celular.route(f"**{V1}/empurrar**", refuse)
    celular.context.set_offline(False)
    celular.locator("#estado", has_text="1 recusado").wait_for()
    ir(celular, "#/aparelho")
    celular.get_by_text("não disse o motivo").first.wait_for()
    assert "[object" not in celular.locator("main").inner_text()


def test_a_code_that_is_no_code_is_words(celular, lotacao):
    """The server's check of a field answers a list, not a sentence: it was shown as [object Object]."""
    celular.fill("#codigo", "X" * 40)
    celular.get_by_role("button", name="Entrar").click()
    told = celular.locator("main [role=alert]:not([hidden])")
    told.wait_for()
    assert len(told.inner_text().split()) > 2 and "[object" not in told.inner_text()
