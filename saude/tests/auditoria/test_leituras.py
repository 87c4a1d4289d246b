"""Every page that shows a citizen leaves a line in the trail: walked over the URL map.

Each address is asked with a fresh eye: if the answer holds the name or a document of the citizen, an event of this
user must have been written by this very request, and the event must tell nothing of the citizen.
"""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from mapa import ENDERECOS
from producao import DIA, FIM, INICIO, cidadao, com_cpf, exportar, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.acesso.guarda import PUBLIC, TOKEN, mark_of
from saude.arquivos.actions import examine_file
from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.clientes.models import Cliente
from saude.contas.actions import create_token
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import em_massa

pytestmark = pytest.mark.django_db
MES = f"{DIA:%Y%m}"
NOME, OUTRO = "ZULMIRA QUERUBIM", "ZENAIDE QUERUBIM"
CPF = cpf(345_678_901)


def de(record, nome, documento=None):
    record["contexto"] = {**record.get("contexto", {}), "clientes": [{"nome": nome}]}
    cidadao(record).update(dtNascimento="1985-03-20", sexo=1)
    return com_cpf(record, documento) if documento else record


@pytest.fixture
def producao(entidade):
    """One citizen in every situation: exported, good, broken, of the app, discarded, unidentified."""
    first = registro()
    Estabelecimento.objects.get_or_create(entidade=entidade, cnes=first["cnes"], defaults={"nome": "UBS"})
    receber(entidade, de(first, NOME, CPF))
    done = exportar(entidade)
    receber(
        entidade, de(registro(), NOME, CPF), de(quebrado(), NOME, CPF), de(registro(origem="app"), NOME, CPF),
        de(registro(), OUTRO),
    )  # fmt: skip
    job = em_massa.start_reprocess(entidade=entidade, filtro=Filtro(competencia=MES), by=None)
    return {"exportacao": done, "job": job}


def addresses(entidade, producao):
    ficha = Ficha.objects.get(situacao="inconsistente")
    cliente = Cliente.objects.get(nome=NOME)
    unknown = Ficha.objects.filter(n_nao_identificados__gt=0).get().atendidos.get()
    cause = Inconsistencia.objects.filter(ficha=ficha, severidade="erro").values_list("causa", flat=True)[0]
    numbers = {
        "clientes/nao-identificados/": unknown.pk,
        "clientes/": cliente.pk,
        "executando/sistema/exportacao/reprocessamentos/": producao["job"].pk,
        "executando/sistema/exportacoes/": producao["exportacao"].pk,
    }
    asked = {
        "busca/": [f"?uuid={ficha.uuid[:10]}"],
        "clientes/": ["", f"?q={NOME}", f"?q={CPF}"],
        "clientes/buscar/": [f"?q={NOME}"],
        "registrar/clientes/": [f"?q={NOME}"],
        "clientes/nao-identificados/<int:pk>/": ["", f"?q={NOME}"],
        "clientes/novo/": [f"?atendido={unknown.pk}"],
        "inconsistencias/causa/": [f"?causa={cause}&competencia={MES}"],
        "executando/sistema/exportacoes/nova/previa/": [f"?escopo=todos&tipo=&inicio={INICIO}&fim={FIM}"],
    }
    tabs = [f"?guia={g}" for g in ("totalizadores", "fichas", "clientes", "causas", "fichas&baixar=csv")]
    for page in ENDERECOS:
        route, mark = page.rota, set(mark_of(page.view, page.namespaces))
        if mark & {PUBLIC, TOKEN} or route.startswith(("sair", "conta/")):
            continue
        prefix = max((p for p in numbers if route.startswith(p)), key=len, default=None)
        for situacao in ("processados", "inconsistencias", "pendencias", "exportados"):
            fill = {"int": str(numbers.get(prefix, 987654321)), "str": ficha.uuid, "competencia": MES}
            fill["situacao"] = situacao
            url = "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m, f=fill: f.get(m[1] or "str", "x"), route)
            for more in tabs if "<situacao" in route else asked.get(route, [""]):
                yield url + more


def text_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def shown(text, url):
    """What tells of the citizen and was not typed into the address."""
    masked = f"{CPF[:3]}.{CPF[3:6]}.{CPF[6:9]}-{CPF[9:]}"
    return [m for m in (NOME, OUTRO, CPF, masked) if m in text and m not in url]


def check(client, url, user, **more):
    """Ask once; how many citizens were seen. Fails when one was seen and nothing was written."""
    last = Evento.objects.order_by("-id").values_list("id", flat=True).first() or 0
    response = client.get(url, **more)
    assert response.status_code < 500, url
    seen = shown(text_of(response), url)
    if not seen and NOME not in url:
        return 0
    new = Evento.objects.filter(id__gt=last, usuario_nome__contains=user)
    assert not seen or new.exists(), f"{url} shows {seen} and leaves no line"
    told = json.dumps([[e.detalhe, e.alvo_id] for e in new], ensure_ascii=False)
    assert not [m for m in (NOME, OUTRO, CPF) if m in told], f"{url} tells of the citizen: {told}"
    return len(seen)


def test_every_address_that_shows_a_citizen_leaves_a_line(client: Client, criar_usuario, entidade, producao):
    user = criar_usuario("Administrador")
    client.force_login(user)
    urls = list(dict.fromkeys(addresses(entidade, producao)))
    showed = [url for url in urls if check(client, url, user.username)]
    routes = {url.split("?")[0] for url in showed}
    assert len(routes) >= 12, routes  # the walk sees them


def test_a_draft_and_a_kept_file_are_readings_too(
    client, criar_usuario, entidade, producao, settings, tmp_path
):
    settings.DADOS = tmp_path
    user = criar_usuario("Administrador")
    client.force_login(user)
    data = json.dumps(de(registro(), NOME, CPF)).encode()
    sent = client.post("/arquivos/conferir/", {"arquivo": SimpleUploadedFile("a.jsonl", data)})
    from saude.arquivos.models import Conferencia

    examine_file(Conferencia.objects.get().pk)
    for url in (sent.url, f"{sent.url}1/"):
        check(client, url, user.username)
        assert Evento.objects.filter(tipo__in=("arquivo.visto", "arquivo.registro_visto")).exists()


def test_the_api_leaves_a_line_with_the_token(client, entidade, producao):
    _, secret = create_token(by="teste", entidade=entidade, nome="Vizinho")
    ficha = Ficha.objects.get(situacao="inconsistente")
    headers = {"Authorization": f"Bearer {secret}"}
    assert check(client, f"/api/v1/registros/{ficha.uuid}", "Vizinho", headers=headers)
    event = Evento.objects.get(tipo="registro.consultado")
    assert (event.alvo_id, event.entidade_id) == (ficha.uuid, entidade.pk)


@pytest.mark.parametrize("url", ["/api/v1/registros/nada", "/api/v1/lotes/nada", "/api/v1/inconsistencias"])
def test_answers_of_the_api_are_kept_by_no_cache(client, entidade, url):
    _, secret = create_token(by="teste", entidade=entidade, nome="Vizinho")
    for headers in ({}, {"Authorization": f"Bearer {secret}"}):
        assert client.get(url, headers=headers)["Cache-Control"] == "no-store"


def test_a_search_says_the_kind_of_term_and_the_hits(client, criar_usuario, producao):
    client.force_login(criar_usuario("Coordenador"))
    for term in (NOME, CPF, "20/03/1985", "708009876543210", "123", f"{NOME} 20/03/1985", "NINGUEM AQUI"):
        client.get("/clientes/", {"q": term})
    read = list(
        Evento.objects.filter(tipo="cliente.buscado").order_by("id").values_list("detalhe", flat=True)
    )
    kinds = [d["termo"] for d in read]
    assert kinds == ["nome", "CPF", "nascimento", "CNS", "número", "nome e nascimento", "nome"]
    assert [d["achados"] > 0 for d in read] == [True, True, True, False, False, True, False]


def test_a_lock_out_is_read_by_an_administrator_of_the_person(client, criar_usuario, settings, entidade):
    from saude.contas.actions import set_rules_installation

    admin, dora = criar_usuario("Administrador"), criar_usuario("Digitador", "dora")
    for _ in range(settings.LOGIN_MAX_FAILURES):
        client.post("/entrar/", {"username": "dora", "password": "errada"})
        client.post("/entrar/", {"username": "ninguem", "password": "errada"})
    client.force_login(admin)
    html = client.get("/administrando/auditoria/", {"tipo": "login.bloqueado"}).text
    assert html.count("Bloqueado por tentativas") == 2  # the filter's option, and the event
    assert Evento.objects.get(tipo="login.bloqueado", entidade_id=entidade.pk).alvo_id == str(dora.pk)
    set_rules_installation(by="teste", usuario=admin, sim=True)
    html = client.get("/administrando/auditoria/", {"tipo": "login.bloqueado"}).text
    assert html.count("Bloqueado por tentativas") == 3  # also that of a name that nobody has
