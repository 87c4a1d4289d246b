"""How many queries a page makes does not depend on how many fichas it lists; what stands on every page asks little."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from producao import DIA, com_cpf, em, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.cadastros.models import Estabelecimento, Profissional
from saude.fichas.models import Ficha
from saude.fila import actions
from saude.web.opaco import hide

MES = f"{DIA:%Y%m}"
DETAIL = f"/executando/sistema/exportacao/{MES}/"
CNES = "1111111"
PAGES = (
    f"{DETAIL}inconsistencias/?guia=fichas", f"{DETAIL}inconsistencias/?guia=causas",
    f"{DETAIL}inconsistencias/?guia=clientes", f"{DETAIL}processados/?guia=fichas",
    "/executando/sistema/exportacao/", "/executando/sistema/producao/",
    "/executando/sistema/producao/?por=profissional", "/pendencias/", "/fila/", "/fila/?quem=todas",
    "/fila/?quem=sem", "/fila/?estado=corrigidas", "/fila/entregar/",
    f"/fila/entregar/?competencia={MES}&cnes={CNES}",
)  # fmt: skip
#: of every page: session, user, accesses, the áreas of the header, the menu's count, the bell, the session's end
EVERY_PAGE = 8


@pytest.fixture
def chefe(entidade, criar_usuario):
    Estabelecimento.objects.create(entidade=entidade, cnes=CNES, nome="UBS Um")
    client = Client()
    client.user = criar_usuario("Coordenador")
    client.force_login(client.user)
    return client


def more_fichas(entidade, user, start: int, n: int) -> None:
    for at in range(start, start + n):
        receber(
            entidade, em(CNES, quebrado("FVD"), f"PESSOA {at}", cpf(100_000_000 + at)),
            com_cpf(registro("FVD"), cpf(200_000_000 + at)), registro("FVD", origem="app"),
        )  # fmt: skip
    ids = list(Ficha.objects.filter(entidade=entidade, situacao="inconsistente").values_list("pk", flat=True))
    actions.assign(entidade=entidade, ids=ids, who=user, by=user)


def counted(client: Client, address: str) -> int:
    assert client.get(address).status_code == 200, address  # what is kept in memory is read before
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_pages_of_lists_make_the_same_queries_for_two_fichas_and_for_twenty(entidade, chefe):
    more_fichas(entidade, chefe.user, 0, 2)
    first = Ficha.objects.filter(situacao="inconsistente").first()
    Profissional.objects.create(entidade=entidade, cns=first.profissional_cns, nome="JOANA")
    cause = first.inconsistencias.get(severidade="erro").causa
    client_id = first.atendidos.get().cliente_id
    narrowed = f"{DETAIL}inconsistencias/?guia=fichas&causa={hide(cause)}&profissional={hide(first.profissional_cns)}"
    pages = [*PAGES, narrowed, f"{DETAIL}inconsistencias/?guia=fichas&cliente={client_id}"]
    few = {page: counted(chefe, page) for page in pages}
    more_fichas(entidade, chefe.user, 10, 18)
    many = {page: counted(chefe, page) for page in pages}
    assert {p: (few[p], many[p]) for p in pages if many[p] > few[p] + 1} == {}  # + 1: "all the N" is counted
    assert max(many.values()) <= 45


def test_what_stands_on_every_page_asks_little(entidade, chefe):
    """Menu with its count, bell, help and área of the header: on a page that asks nothing of its own."""
    more_fichas(entidade, chefe.user, 0, 2)
    assert counted(chefe, "/ajuda/") <= EVERY_PAGE
    asked = {"competencia": MES, "situacao": "inconsistente", "q": ""}
    with CaptureQueriesContext(connection) as queries:
        chefe.post("/filtros/causas/", asked)
    assert len(queries) <= EVERY_PAGE, "an answer to a script has no menu"
