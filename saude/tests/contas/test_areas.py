"""A grant limited to an área: nothing of another área in any page or action. Walked over the URL map."""

import re
import zipfile
from uuid import uuid4

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import Client
from mapa import ENDERECOS
from producao import DIA, FIM, INICIO, em, exportar, quebrado, receber, registro, zip_de

from ledi_gerador.documentos import cpf
from saude.acesso.guarda import PUBLIC, TOKEN, mark_of
from saude.acs.queries import agents
from saude.cadastros.models import Estabelecimento, Lotacao, Profissional
from saude.clientes.models import Cliente
from saude.contas.actions import grant
from saude.contas.models import Acesso
from saude.contas.queries import work_context
from saude.exportacao.actions import create_export
from saude.exportacao.models import Exportacao
from saude.fichas import contagem_mantida, contagens
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha, Reprocessamento
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import em_massa

A, B = "2513838", "2513846"
MES = f"{DIA:%Y%m}"
PANEL = "/executando/sistema/exportacao/"
EXPORTS = "/executando/sistema/exportacoes/"
NOMES = {
    A: ("ADELAIDE ACACIA", "ADEMAR ACACIA", "ADONIS ACACIA"),
    B: ("BENTA BURITI", "BELMIRO BURITI", "BRAULIO BURITI"),
}
PERIOD = {"escopo": "nao_exportados", "tipo": "", "inicio": str(INICIO), "fim": str(FIM)}


@pytest.fixture
def postos(entidade):
    make = Estabelecimento.objects.create
    return {c: make(entidade=entidade, cnes=c, nome=f"UBS {n}") for c, n in ((A, "Acácia"), (B, "Buriti"))}


@pytest.fixture
def producao(entidade, postos):
    """Per área: one exported, one good, two broken (one app record), one of somebody unidentified."""
    receber(entidade, *(em(c, registro(), NOMES[c][0], cpf(100_000_000 + int(c))) for c in (A, B)))
    everything = exportar(entidade)
    for c in (A, B):
        one, two, three = NOMES[c]
        receber(
            entidade,
            em(c, registro(), one, cpf(100_000_000 + int(c))),
            em(c, quebrado(), two, cpf(200_000_000 + int(c))),
            em(c, registro(origem="app"), two, cpf(200_000_000 + int(c))),
            em(c, registro(), three),
        )
    of_b = create_export(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM, by=None, cnes={B})
    job = em_massa.start_reprocess(entidade=entidade, filtro=Filtro(competencia=MES), by=None, cnes={B})
    return {"todas": everything, "de_b": of_b, "job": job}


@pytest.fixture
def entra(client: Client, criar_usuario, postos):
    def enter(cnes: str, preset: str = "Coordenador") -> Client:
        client.force_login(criar_usuario(preset, username=f"de-{cnes}", estabelecimento=postos[cnes]))
        return client

    return enter


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("latin-1" if response.get("Content-Type", "").startswith("application/") else "utf-8")


def marks(cnes):
    """What tells of an área: uuids and clients."""
    return {*Ficha.objects.filter(cnes=cnes).values_list("uuid", flat=True), *NOMES[cnes]}


def addresses(cnes, producao):
    """Every address of the map that needs a log-in, filled in with what is of this área."""
    ficha = Ficha.objects.filter(cnes=cnes, situacao="inconsistente").get()
    sent = Ficha.objects.filter(cnes=cnes, situacao="exportada").first()
    cliente = Cliente.objects.get(nome=NOMES[cnes][1])
    unknown = Ficha.objects.filter(cnes=cnes, n_nao_identificados__gt=0).get().atendidos.get()
    numbers = {
        "clientes/nao-identificados/": [unknown.pk],
        "clientes/": [cliente.pk],
        "executando/sistema/exportacao/reprocessamentos/": [producao["job"].pk],
        "executando/sistema/exportacoes/": [producao["de_b"].pk, producao["todas"].pk],
    }
    cause = Inconsistencia.objects.filter(ficha=ficha, severidade="erro").values_list("causa", flat=True)[0]
    asked = {
        "busca/": [f"?uuid={ficha.uuid}", f"?uuid={ficha.uuid[:10]}", f"?uuid={ficha.uuid[8:20]}"],
        "clientes/": ["", f"?q={NOMES[cnes][0]}", f"?q={cliente.cpf}", "?q=20/03/1985"],
        "clientes/buscar/": [f"?q={NOMES[cnes][1]}"],
        "registrar/clientes/": [f"?q={NOMES[cnes][1]}"],
        "clientes/novo/": ["", f"?atendido={unknown.pk}"],
        "inconsistencias/causa/": [f"?causa={cause}&competencia={MES}"],
        "executando/sistema/exportacoes/nova/previa/": [
            "?" + "&".join(f"{k}={v}" for k, v in PERIOD.items())
        ],
    }
    tabs = [f"?guia={g}" for g in ("totalizadores", "fichas", "clientes", "causas", "fichas&baixar=csv")]
    tabs.append(f"?guia=fichas&cnes={cnes}&cliente={cliente.pk}")
    for page in ENDERECOS:
        route, mark = page.rota, set(mark_of(page.view, page.namespaces))
        if mark & {PUBLIC, TOKEN} or route.startswith(("sair", "conta/")) or not has_page(route):
            continue
        prefix = max((p for p in numbers if route.startswith(p)), key=len, default=None)
        for number in numbers.get(prefix, [987654321]):
            for uuid in (ficha.uuid, sent.uuid):
                for situacao in ("processados", "inconsistencias", "pendencias", "exportados"):
                    fill = {"int": str(number), "str": uuid, "competencia": MES, "situacao": situacao}
                    url = "/" + re.sub(
                        r"<(?:(\w+):)?\w+>", lambda m, f=fill: f.get(m[1] or "str", "x"), route
                    )
                    for more in tabs if "<situacao" in route else asked.get(route, [""]):
                        yield url + more


def has_page(route):
    """The page Sincronizações is being written; what it reads is tested below."""
    try:
        get_template("acs/sincronizacoes.html")
    except TemplateDoesNotExist:
        return not route.startswith("executando/sistema/sincronizacoes")
    return True


def visits(cnes, producao):
    return list(dict.fromkeys(addresses(cnes, producao)))


def state(cnes):
    """What an action could have changed of an área."""
    fichas = Ficha.objects.filter(cnes=cnes).order_by("pk")
    clients = Cliente.objects.filter(nome__in=NOMES[cnes]).order_by("pk")
    return [list(fichas.values_list()), list(clients.values_list()), list(Acesso.objects.values_list())]


def test_no_page_shows_another_area(entra, producao):
    client, foreign = entra(A), marks(B)
    for url in visits(B, producao):
        page = text_of(client.get(url))
        shown = [m for m in foreign if m in page and m not in url.replace("%20", " ")]
        assert not shown, (url, shown)


def test_the_same_walk_shows_all_of_the_own_area(entra, producao):
    """The walk would see a leak: by a user of the other área it finds everything."""
    client, seen = entra(B), ""
    for url in visits(B, producao):
        response = client.get(url)
        assert response.status_code < 500, url
        seen += text_of(response)
    assert not [m for m in marks(B) if m not in seen]


def test_no_action_touches_another_area(entra, producao, entidade):
    client, before = entra(A), state(B)
    ids = list(Ficha.objects.filter(cnes=B).values_list("pk", flat=True))
    cliente = Cliente.objects.get(nome=NOMES[B][1])
    ficha = Ficha.objects.get(cnes=B, situacao="inconsistente")
    cause = ficha.inconsistencias.filter(severidade="erro")[0].causa
    body = {
        "fichas": ids, "quais": "escolhidas", "cliente": cliente.pk, "revisao": 1, "nome": "TROCADO", "sexo": 1,
        "nascimento": "1990-01-01", "causa": cause, "competencia": MES, "f:valor": "1", "todos": "1",
        "f:visitasDomiciliares[0].turno": "1", "motivo": "teste", "situacao": "inconsistente",
    }  # fmt: skip
    found = Inconsistencia.objects.filter(ficha__cnes=B, encerrada_em=None).count()
    for url in visits(B, producao):
        response = client.post(url, body)
        assert response.status_code < 500, url
    for job in Reprocessamento.objects.exclude(pk=producao["job"].pk):
        for bloco in job.blocos.all():
            assert not Ficha.objects.filter(pk__in=bloco.fichas).exclude(cnes=A).exists()
            em_massa.reprocess_block(bloco.pk)
    assert state(B) == before
    assert Inconsistencia.objects.filter(ficha__cnes=B, encerrada_em=None).count() == found


def test_records_of_another_area_are_404(entra, producao):
    client = entra(A)
    ficha = Ficha.objects.get(cnes=B, situacao="inconsistente")
    unknown = Ficha.objects.get(cnes=B, n_nao_identificados=1).atendidos.get()
    cliente = Cliente.objects.get(nome=NOMES[B][1])
    export, job = producao["de_b"], producao["job"]
    for url in (
        f"/fichas/{ficha.uuid}/", f"/fichas/{ficha.uuid}/corrigir/", f"/fichas/{ficha.uuid}/baixar/",
        f"/clientes/{cliente.pk}/", f"/clientes/{cliente.pk}/corrigir/",
        f"/clientes/nao-identificados/{unknown.pk}/", f"{EXPORTS}{export.pk}/", f"{EXPORTS}{export.pk}/baixar/",
        f"{EXPORTS}{producao['todas'].pk}/manifesto/", f"{PANEL}reprocessamentos/{job.pk}/",
    ):  # fmt: skip
        assert client.get(url).status_code == 404, url
    for url in (f"/fichas/{ficha.uuid}/reprocessar/", f"/fichas/{ficha.uuid}/corrigir/verificar/"):
        assert client.post(url).status_code == 404, url


def test_the_panel_of_the_areas_adds_up_to_that_of_the_entidade(entidade, producao):
    assert not contagem_mantida.differences()
    (whole,) = contagens.panel(entidade)
    parts = [contagens.panel(entidade, cnes={c})[0] for c in (A, B)]
    for name in ("processadas", "inconsistentes", "pendentes", "exportadas", "total", "a_exportar"):
        assert getattr(whole, name) == sum(getattr(p, name) for p in parts), name
    assert parts[0].total == 5 and parts[0].inconsistentes == 1
    assert contagens.totals(entidade, MES, cnes={A})["FVD"] == 5
    assert contagens.panel(entidade, cnes=frozenset()) == []


def test_an_export_takes_only_the_areas_of_who_asks(entra, producao, entidade):
    client = entra(A)
    assert "UBS Acácia" in text_of(client.get(f"{EXPORTS}nova/"))
    client.post(f"{EXPORTS}nova/", {**PERIOD, "chave": "x"})
    made = Exportacao.objects.get(areas=[A])
    done = exportar(entidade, cnes={A})  # the same one: asked again while it waits
    assert done.pk == made.pk and done.estado == "concluida"
    with zipfile.ZipFile(zip_de(done)) as package:
        names = package.namelist()
    assert len(names) == 2 and all(n.startswith(A) for n in names)
    assert Ficha.objects.filter(cnes=B, situacao="exportada").count() == 1
    page = text_of(client.get(EXPORTS))
    assert (
        A in page and f"{EXPORTS}{done.pk}/baixar/" in page and f"{EXPORTS}{producao['de_b'].pk}/" not in page
    )
    assert client.get(f"{EXPORTS}{done.pk}/baixar/").status_code == 200


def test_the_whole_entidade_and_an_area_are_not_the_same_export(entidade, producao):
    whole = create_export(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM, by=None)
    assert whole.pk != producao["de_b"].pk and whole.areas is None
    again = create_export(entidade=entidade, escopo="todos", inicio=INICIO, fim=FIM, by=None, cnes={B})
    assert again.pk == producao["de_b"].pk


def test_mass_actions_take_only_the_area(entra, producao):
    client = entra(A)
    client.post(f"{PANEL}reprocessamentos/novo/", {"competencia": MES, "quais": "todas"})
    job = Reprocessamento.objects.latest("pk")
    assert job.total == Ficha.objects.filter(cnes=A).exclude(situacao="exportada").count()
    cause = Inconsistencia.objects.filter(ficha__cnes=A, severidade="erro")[0].causa
    client.post("/inconsistencias/causa/", {"causa": cause, "competencia": MES, "f:valor": "1"})
    assert Reprocessamento.objects.latest("pk").acao == "corrigir"
    assert Reprocessamento.objects.latest("pk").total == 1


def test_each_permission_has_its_own_limit(client, criar_usuario, postos, producao, entidade):
    user = criar_usuario("Consulta")
    grant(by="t", usuario=user, entidade=entidade, estabelecimento=postos[A], permissoes=["corrigir"])
    client.force_login(user)
    assert work_context(user).limites == {"ver": None, "corrigir": frozenset({A})}
    mine, other = (Ficha.objects.get(cnes=c, situacao="inconsistente") for c in (A, B))
    assert client.get(f"/fichas/{mine.uuid}/corrigir/").status_code == 200
    assert "/corrigir/" in text_of(client.get(f"/fichas/{mine.uuid}/"))
    assert client.get(f"/fichas/{other.uuid}/corrigir/").status_code == 404
    page = client.get(f"/fichas/{other.uuid}/")
    assert page.status_code == 200 and f"{other.uuid}/corrigir/" not in text_of(page)
    rows = text_of(client.get(f"{PANEL}{MES}/inconsistencias/?guia=fichas"))
    assert f"{mine.uuid}/corrigir/" in rows and f"{other.uuid}/corrigir/" not in rows


def test_two_areas_are_their_union_whatever_the_header_says(
    client, criar_usuario, postos, producao, entidade
):
    user = criar_usuario("Digitador", estabelecimento=postos[A])
    grant(by="t", usuario=user, entidade=entidade, estabelecimento=postos[B], permissoes=["ver"])
    client.force_login(user)
    client.post("/conta/contexto/", {"entidade": entidade.pk, "area": postos[B].pk})
    mine, other = (Ficha.objects.get(cnes=c, situacao="inconsistente") for c in (A, B))
    assert client.get(f"/fichas/{other.uuid}/").status_code == 200
    assert client.get(f"/fichas/{mine.uuid}/corrigir/").status_code == 200
    assert client.get(f"/fichas/{other.uuid}/corrigir/").status_code == 404


def test_configurar_is_of_the_whole_entidade(entra, entidade, postos):
    client = entra(A, "Coordenador")
    assert Acesso.objects.get(usuario__username=f"de-{A}").permissoes == [
        "ver",
        "corrigir",
        "reprocessar",
        "exportar",
    ]
    assert client.get("/configurando/cadastros/especialidades/nova/").status_code == 403
    Acesso.objects.update(permissoes=["ver", "configurar"])  # granted before this rule
    assert client.get("/configurando/cadastros/especialidades/nova/").status_code == 403


def test_a_correction_of_the_cnes_may_take_the_ficha_away(entra, producao):
    client = entra(A)
    ficha = Ficha.objects.get(cnes=A, situacao="inconsistente")
    response = client.post(
        f"/fichas/{ficha.uuid}/corrigir/",
        {"todos": "1", "revisao": ficha.revisao, "f:cnes": B, "f:headerTransport.cnes": B},
    )
    assert response.url == PANEL
    ficha.refresh_from_db()
    assert ficha.cnes == B
    assert client.get(f"/fichas/{ficha.uuid}/").status_code == 404


def test_a_client_registered_by_a_limited_user(entra, producao):
    client = entra(A)
    form = {
        "nome": "NOVO CLIENTE",
        "nascimento": "1990-01-01",
        "sexo": 0,
        "cpf": cpf(300_000_000),
        "desconhece_mae": "on",
    }
    response = client.post("/clientes/novo/", form)
    assert response.url == "/clientes/"
    assert "NOVO CLIENTE" not in text_of(client.get("/clientes/"))


def test_agents_of_the_phones_are_of_the_area(entidade, postos):
    for c, post in postos.items():
        person = Profissional.objects.create(entidade=entidade, nome=f"ACS {c}", cns=c.zfill(15))
        Lotacao.objects.create(profissional=person, estabelecimento=post, cbo="515105")
    assert [a.lotacao.estabelecimento.cnes for a in agents(entidade, cnes={A})] == [A]
    assert len(agents(entidade)) == 2


def test_a_new_ficha_is_of_the_area(entra, producao, entidade):
    """Typed with another CNES it is refused; over a ficha of another área it is not found."""
    client, n = entra(A), Ficha.objects.count()
    body = {"versao": "8.7.0", "acao": "guardar", "f:headerTransport.cnes": B}
    response = client.post("/registrar/FVD/", body | {"uuid": f"{B}-{uuid4()}"}, follow=True)
    assert response.redirect_chain[0][0].endswith("&conferir=1"), "refused, and kept as a draft"
    assert "não é de uma área" in text_of(response)
    taken = Ficha.objects.get(cnes=B, situacao="inconsistente")
    body["f:headerTransport.cnes"] = A
    assert client.post("/registrar/FVD/", body | {"uuid": taken.uuid}).status_code == 404
    assert Ficha.objects.count() == n
    assert client.post("/registrar/FVD/", body | {"uuid": f"{A}-{uuid4()}"}).status_code == 302
    assert Ficha.objects.filter(cnes=A).count() == 6
