"""The list, its filters and pages, the search; and that none of them reads a whole big table."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from producao import com_cpf, quebrado, receber, registro

from saude.clientes.models import Cliente
from saude.exportacao.models import Exportacao
from saude.exportacao.selection import selected
from saude.fichas.contagens import panel, pending_by_origin, totals
from saude.fichas.filtro import Filtro, filtered, search_uuid
from saude.fichas.models import Ficha
from saude.inconsistencias.queries import causes
from saude.painel.listas import page


def dated(day: int, **contexto):
    record = registro(**contexto)
    record["ficha"]["headerTransport"]["dataAtendimento"] = f"2026-09-{day:02d}"
    return record


@pytest.mark.parametrize("ordem", ["-data", "data", "-recebida", "recebida"])
def test_pages_are_the_whole_list_once_there_and_back(entidade, ordem):
    days = (3, 1, 2, 2, 2, 9, 1, 5, 4, 2, 7)
    receber(entidade, *[dated(day, origem="app") for day in days])
    listed = Filtro(situacao="pendente") if "recebida" in ordem else Filtro()
    column = "data" if "data" in ordem else "id"
    sign = "-" if ordem.startswith("-") else ""
    expected = list(Ficha.objects.order_by(f"{sign}{column}", f"{sign}id").values_list("pk", flat=True))
    seen, cursor, pages = [], "", []
    while True:
        found = page(entidade, listed, cursor=cursor, ordem=ordem, size=3)
        pages.append([f.pk for f in found.fichas])
        seen += pages[-1]
        if not found.proxima:
            break
        cursor = found.proxima
    assert seen == expected
    back = page(entidade, listed, cursor=found.anterior, ordem=ordem, size=3)
    assert [f.pk for f in back.fichas] == pages[-2]
    first = page(entidade, listed, cursor=back.anterior, ordem=ordem, size=3)
    first = page(entidade, listed, cursor=first.anterior, ordem=ordem, size=3)
    assert ([f.pk for f in first.fichas], first.anterior) == (pages[0], "")


def test_filters_narrow(entidade):
    receber(entidade, registro("FAI"), quebrado(), registro(origem="app"), com_cpf(dated(2)))
    ficha = Ficha.objects.filter(tipo="FVD").first()
    cases = {
        Filtro(tipo="FAI"): 1,
        Filtro(situacao="inconsistente"): 1,
        Filtro(competencia="202609"): 4,
        Filtro(competencia="202608"): 0,
        Filtro(cnes=ficha.cnes, ine=ficha.ine, profissional_cns=ficha.profissional_cns): 4,
        Filtro(cnes="9999999"): 0,
        Filtro(inicio="2026-09-02", fim="2026-09-02"): 1,
        Filtro(cliente_id=Cliente.objects.get().pk): 1,
        Filtro(origem="app"): 1,
        Filtro(nao_identificados=True): 1,
        Filtro(exclusao="urgencia"): 0,
        Filtro(exclusao="nada"): 0,
        Filtro(ids=(ficha.pk,)): 1,
    }
    for filtro, n in cases.items():
        assert filtered(entidade, filtro).count() == n, filtro
        assert len(page(entidade, filtro).fichas) == n, filtro
        assert Filtro.from_json(json.loads(json.dumps(filtro.as_json()))) == filtro


def test_fichas_without_a_date_are_listed_where_they_are_mended(entidade):
    record = registro()
    del record["ficha"]["headerTransport"]["dataAtendimento"]
    receber(entidade, record)
    assert len(page(entidade, Filtro(situacao="inconsistente")).fichas) == 1


def test_search_by_part_of_the_uuid(entidade, outra_entidade):
    record = registro()
    receber(entidade, record, registro())
    entidade.estabelecimentos.create(cnes=record["cnes"], nome="UBS")
    uuid = record["uuid"]
    for text in (uuid, uuid[:20], f" {uuid} ", uuid.split("-", 1)[1], uuid.split("-", 1)[1][:8].upper()):
        assert [f.uuid for f in search_uuid(entidade, text)] == [uuid], text
    assert search_uuid(entidade, uuid[:7]) == []
    assert search_uuid(entidade, "ffffffff-nada") == []
    assert search_uuid(outra_entidade, uuid) == []


def test_pending_by_origin_names_the_acs(entidade):
    receber(entidade, registro(origem="app"), registro(origem="app"), registro())
    [row] = pending_by_origin(entidade)
    assert (row["origem"], row["n"], row["motivo_pendencia"]) == ("app", 2, "aplicativo")
    assert len(row["profissional_cns"]) == 15


BIG = "fichas_ficha|fichas_aexportar|fichas_conteudo|fichas_entrada|fichas_atendido|inconsistencias_inconsistencia"


@pytest.fixture
def many(entidade):
    """30,000 rows, so that the planner has a choice to make."""
    receber(entidade, registro())
    own = ("id", "uuid", "data", "competencia")
    columns = [f.column for f in Ficha._meta.fields if f.column not in own and not f.generated]
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fichas_ficha (uuid, data, competencia, {names}) "
            f"SELECT 'x' || i, d, to_char(d, 'YYYYMM'), {names} FROM fichas_ficha, "
            "generate_series(1, 30000) i, LATERAL (SELECT date '2024-01-01' + i % 900 AS d) q"
        )
        cursor.execute(
            "INSERT INTO fichas_entrada SELECT f.id, 'x', 'x', 0, 0, 1 FROM fichas_ficha f "
            "WHERE NOT EXISTS (SELECT 1 FROM fichas_entrada e WHERE e.ficha_id = f.id)"
        )
        cursor.execute(
            "INSERT INTO inconsistencias_inconsistencia (entidade_id, ficha_id, competencia, codigo, campo, "
            "severidade, causa, params, mensagem, aberta_em, encerrada_em) "
            "SELECT entidade_id, id, competencia, 'R-' || id % 50, 'x', 'erro', 'R-' || id % 50, '{}', 'x', "
            "now(), CASE WHEN id % 3 = 0 THEN NULL ELSE now() END FROM fichas_ficha"
        )
        cursor.execute(
            "INSERT INTO fichas_atendido (entidade_id, ficha_id, posicao, cliente_id, identificado) "
            "SELECT entidade_id, id, 0, NULL, id % 20 > 0 FROM fichas_ficha ON CONFLICT DO NOTHING"
        )
        cursor.execute(
            "ANALYZE fichas_atendido, fichas_ficha, fichas_entrada, fichas_contagem, fichas_aexportar"
        )
        cursor.execute("ANALYZE inconsistencias_inconsistencia")
    return entidade


def test_hot_queries_read_no_big_table_from_end_to_end(many, django_assert_max_num_queries):
    export = Exportacao(
        entidade=many, escopo="nao_exportados", inicio=date(2026, 5, 1), fim=date(2026, 5, 31)
    )
    cns = Ficha.objects.first().profissional_cns
    may = {"competencia": "202605"}
    asked = {
        "panel": lambda: panel(many),
        "totals": lambda: totals(many, "202605"),
        "list": lambda: page(many, Filtro(**may, situacao="processada")),
        "all to export": lambda: page(many, Filtro(situacao="processada")),
        "exported": lambda: page(many, Filtro(**may, situacao="exportada")),
        "broken": lambda: page(many, Filtro(**may, situacao="inconsistente")),
        "waiting": lambda: pending_by_origin(many),
        "to export, next page": lambda: page(
            many, Filtro(**may, situacao="processada"), cursor="p_2026-05-20_1"
        ),
        "everything": lambda: page(many, Filtro()),
        "whole competência": lambda: page(many, Filtro(**may)),
        "list by kind": lambda: page(many, Filtro(tipo="FVD")),
        "list by professional": lambda: page(many, Filtro(profissional_cns=cns, **may)),
        "rare kind": lambda: page(many, Filtro(tipo="FCZM", **may)),
        "list by post": lambda: page(many, Filtro(cnes="1234567")),
        "list by team": lambda: page(many, Filtro(ine="0000000001", **may)),
        "not identified": lambda: page(many, Filtro(nao_identificados=True)),
        "left out": lambda: page(many, Filtro(exclusao="urgencia", **may)),
        "situation": lambda: page(many, Filtro(situacao="inconsistente")),
        "list by client": lambda: page(many, Filtro(cliente_id=1)),
        "list by rule": lambda: page(many, Filtro(codigo="R-3", **may)),
        "next page": lambda: page(many, Filtro(**may), cursor="p_2026-05-20_1"),
        "search": lambda: search_uuid(many, "0019615-12345678"),
        "causes": lambda: causes(many, "202605"),
        "export": lambda: list(selected(export).values_list("entrada__crc")[:1]),
    }
    for name, ask in asked.items():
        for sql in _queries(ask):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql)
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert not re.search(rf"Seq Scan on ({BIG})\b", plan), f"{name}:\n{sql}\n{plan}"


def _queries(ask) -> list[str]:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        ask()
    return [q["sql"] for q in captured if q["sql"].startswith("SELECT")]
