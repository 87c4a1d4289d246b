"""How many queries a page makes does not depend on how many fichas it lists; what stands on every page asks little."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from producao import DIA, com_cpf, em, quebrado, receber, registro

from ledi_gerador.documentos import cpf
from saude.cadastros.models import Estabelecimento, Profissional
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha
from saude.fila import actions, queries
from saude.painel import listas
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
    with CaptureQueriesContext(connection) as made:
        chefe.post("/filtros/causas/", asked)
    assert len(made) <= EVERY_PAGE, "an answer to a script has no menu"


def test_a_list_reads_the_registers_once_for_its_names_and_its_filters(entidade, chefe):
    """Beside those of the header and of whom a ficha can be given to."""
    more_fichas(entidade, chefe.user, 0, 2)
    address = f"{DETAIL}inconsistencias/?guia=fichas"
    chefe.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = chefe.get(address).text
    assert f'<option value="{CNES}"' in page
    read = [q["sql"].split(" WHERE ")[0] for q in asked]
    times = {
        table: sum(f'FROM "cadastros_{table}"' in sql for sql in read)
        for table in ("estabelecimento", "equipe")
    }
    assert times["estabelecimento"] <= 3 and times["equipe"] <= 2
    assert sum('FROM "cadastros_profissional"' in sql for sql in read) <= 1


def test_what_a_month_has_to_mend_is_counted_by_its_index_alone(entidade, chefe):
    more_fichas(entidade, chefe.user, 0, 2)
    wrong = Ficha.objects.filter(situacao="inconsistente")
    with CaptureQueriesContext(connection) as asked:
        assert sum(row["n"] for row in queries.to_hand_out(entidade, MES, None)) == wrong.count() > 0
    found = queries.to_hand_out(entidade, MES, frozenset({CNES}))
    assert sum(row["n"] for row in found) == wrong.filter(cnes=CNES).count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'ficha_parada'")
        [(index,)] = cursor.fetchall()
    named = set(re.findall(r'"fichas_ficha"\."(\w+)"', asked[0]["sql"]))
    assert named and {column for column in named if not re.search(rf"\b{column}\b", index)} == set()


def test_a_list_that_the_kept_counts_know_empty_reads_no_ficha(entidade):
    receber(entidade, registro("FVD"), registro("FVD"))
    assert set(Ficha.objects.values_list("situacao", flat=True)) == {"processada"}
    team = Filtro(competencia=MES, situacao="exportada", ine="0000000001")
    with CaptureQueriesContext(connection) as asked:
        assert listas.page(entidade, team).fichas == []
    assert len(asked) == 1 and "fichas_ficha" not in asked[0]["sql"]
    kept = Filtro(competencia=MES, situacao="processada", origem="api", exclusao="urgencia")
    with CaptureQueriesContext(connection) as asked:
        assert listas.page(entidade, kept).fichas == []
    assert any('"fichas_ficha"' in q["sql"] for q in asked)
    here = Filtro(competencia=MES, situacao="processada", cnes=Ficha.objects.first().cnes)
    assert len(listas.page(entidade, here).fichas) == 2
    assert listas.page(entidade, here, cnes=frozenset({"7777777"})).fichas == []
