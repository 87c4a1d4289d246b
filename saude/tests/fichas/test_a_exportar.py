"""`AExportar` is exactly the processadas, whatever writes fichas; marking an export touches no index."""

import json
import random
from datetime import date

import pytest
from django.db import connection
from producao import DIA, exportar, ficha_de, quebrado, receber, registro

from saude.exportacao.models import ItemExportacao
from saude.fichas.filtro import Filtro
from saude.fichas.models import AExportar, Ficha
from saude.painel.listas import page
from saude.processamento.actions import correct
from saude.processamento.em_massa import reprocess_block, start_reprocess

MES = f"{DIA:%Y%m}"
TURNO = "visitasDomiciliares[0].turno"


def kept() -> set:
    return set(AExportar.objects.values_list("ficha_id", "entidade_id", "data"))


def real() -> set:
    return set(Ficha.objects.filter(situacao="processada").values_list("pk", "entidade_id", "data"))


def test_every_way_of_writing_fichas_keeps_it(entidade):
    answers = receber(entidade, registro(), registro("FAI"), quebrado(), registro(origem="app"))
    assert kept() == real() and len(kept()) == 2
    first = ficha_de(answers[0])
    moved = json.loads(first.conteudo.registro)
    moved["ficha"]["headerTransport"]["dataAtendimento"] = "2026-09-02"  # another day, still processada
    receber(entidade, moved)
    assert kept() == real() and len(kept()) == 2
    correct(ficha=ficha_de(answers[0]), changes={TURNO: 9}, revisao=ficha_de(answers[0]).revisao, by="teste")
    assert kept() == real() and len(kept()) == 1
    correct(ficha=ficha_de(answers[0]), changes={TURNO: 2}, revisao=ficha_de(answers[0]).revisao, by="teste")
    job = start_reprocess(entidade=entidade, filtro=Filtro(situacao="pendente"), by="teste")
    for block in job.blocos.all():
        reprocess_block(block.pk)
    assert kept() == real() and len(kept()) == 3
    exportar(entidade)
    assert kept() == real() == set()


def test_random_updates_of_many_rows_keep_it(entidade):
    """Straight to the table, as a support script would: rows that come, go, change day and stay, in one statement."""
    receber(entidade, *[registro(origem="app") for _ in range(60)])
    rng = random.Random(3)
    with connection.cursor() as cursor:
        for _ in range(12):
            ids = rng.sample(list(Ficha.objects.values_list("pk", flat=True)), 25)
            cursor.execute(
                "UPDATE fichas_ficha SET situacao = CASE WHEN id %% 3 = %s THEN 'pendente' ELSE 'processada' END, "
                "motivo_pendencia = CASE WHEN id %% 3 = %s THEN 'aplicativo' ELSE '' END, "
                "data = data - (id %% 2)::int WHERE id = ANY(%s)",
                [(n := rng.randrange(3)), n, ids],
            )
            assert kept() == real()
        cursor.execute("SELECT count(*) FROM fichas_aexportar")
        assert 0 < cursor.fetchone()[0] < 60


def test_marking_an_export_changes_rows_in_their_page(entidade):
    receber(entidade, *[registro() for _ in range(200)])
    before = moves()
    assert exportar(entidade).total == 200
    assert [after - earlier for after, earlier in zip(moves(), before, strict=True)] == [200, 200]


def moves() -> tuple[int, int]:
    """Rows of fichas_ficha updated in this transaction, and how many of them within their page (HOT)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_updated('fichas_ficha'::regclass), "
            "pg_stat_get_xact_tuples_hot_updated('fichas_ficha'::regclass)"
        )
        return cursor.fetchone()


def test_lists_by_situation_show_each_ficha_once_and_only_theirs(entidade):
    receber(entidade, *[registro() for _ in range(5)])
    exportar(entidade)
    answers = receber(entidade, *[registro() for _ in range(3)], quebrado(), registro(origem="app"))
    for situacao, n in {"processada": 3, "exportada": 5, "inconsistente": 1, "pendente": 1}.items():
        for month in ("", MES):
            listed = Filtro(situacao=situacao, competencia=month)
            seen, cursor = [], ""
            while True:
                found = page(entidade, listed, cursor=cursor, size=2)
                seen += [f.pk for f in found.fichas]
                cursor = found.proxima
                if not cursor:
                    break
            expected = Ficha.objects.filter(situacao=situacao).values_list("pk", flat=True)
            assert sorted(seen) == sorted(expected) and len(seen) == n, (situacao, month)
    assert answers


def test_few_exported_among_many(entidade):
    """Found by the items of the exports: the list is the same as by date."""
    receber(entidade, registro())
    exportar(entidade)
    receber(entidade, *[registro() for _ in range(45)])
    [shown] = page(entidade, Filtro(situacao="exportada", competencia=MES)).fichas
    assert shown.pk == ItemExportacao.objects.get().ficha_id


@pytest.mark.parametrize("ordem", ["-data", "data"])
def test_exportadas_of_all_months_there_and_back(entidade, ordem):
    """Some months exported, one not at all, one of which little was: in order of date, each once."""
    months = ["2026-05-04", "2026-06-10", "2026-06-11", "2026-08-20", "2026-08-21", "2026-08-22"]
    receber(entidade, *[on(day) for day in months])
    exportar(entidade, inicio=date(2026, 5, 1), fim=date(2026, 8, 31))
    receber(entidade, *[on(f"2026-07-{d:02d}") for d in range(1, 6)], on("2026-09-01"))
    exportar(entidade, inicio=date(2026, 9, 1), fim=date(2026, 9, 30))
    receber(entidade, *[on("2026-09-02") for _ in range(30)])
    listed = Filtro(situacao="exportada")
    expected = [date.fromisoformat(d) for d in [*months, "2026-09-01"]]
    expected = expected if ordem == "data" else expected[::-1]
    pages, cursor = [], ""
    while True:
        found = page(entidade, listed, cursor=cursor, ordem=ordem, size=2)
        pages.append([f.data for f in found.fichas])
        cursor = found.proxima
        if not cursor:
            break
    assert [day for shown in pages for day in shown] == expected
    back = found
    for shown in reversed(pages[:-1]):
        back = page(entidade, listed, cursor=back.anterior, ordem=ordem, size=2)
        assert [f.data for f in back.fichas] == shown
    assert back.anterior == ""


def on(day: str) -> dict:
    record = registro()
    record["ficha"]["headerTransport"]["dataAtendimento"] = day
    return record
