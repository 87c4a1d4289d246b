"""The kept counts equal a full count at every moment, whoever writes at once."""

import importlib
import random
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from producao import em, exportar, quebrado, receber, registro

from saude.cadastros.models import Especialidade
from saude.fichas.contagem_mantida import compact, differences
from saude.fichas.contagens import not_exportable, panel, totals
from saude.fichas.models import AExportar, Contagem, ContagemDaArea, Ficha
from saude.processamento.actions import reprocess


def test_panel_counts_are_disjoint_and_add_up(entidade):
    receber(entidade, registro(), registro("FAI"), quebrado(), registro(origem="app"))
    [line] = panel(entidade)
    assert (line.processadas, line.inconsistentes, line.pendentes, line.exportadas) == (2, 1, 1, 0)
    assert line.total == Ficha.objects.count() == 4
    exportar(entidade)
    [line] = panel(entidade)
    assert (line.processadas, line.exportadas, line.total) == (0, 2, 4)
    assert totals(entidade, "202609", "exportada")["FAI"] == 1
    assert len(totals(entidade, "202609")) == 12
    assert differences() == []


def test_not_exportable_follows_the_configuration_at_once(entidade):
    receber(
        entidade, registro("FAI", especialidade="Cardiologia"), registro("FAI", urgencia=True), registro()
    )
    [line] = panel(entidade)
    assert (line.processadas, line.nao_exportaveis, line.a_exportar) == (3, 1, 2)
    Especialidade.objects.update(tipo="especializada")
    [line] = panel(entidade)
    assert (line.nao_exportaveis, line.prazo_bloqueado_por) == (2, 1)
    assert not_exportable(entidade, "202609") == {"especializada": 1, "urgencia": 1}


def test_the_counts_of_the_areas_are_kept_too(entidade):
    """Taken in, reprocessed, exported, moved to another establishment, thrown away: each área's own at every step."""
    receber(
        entidade, *(em(c, make()) for c in ("2513838", "2513846") for make in (registro, registro, quebrado))
    )
    exportar(entidade, cnes={"2513838"})
    [line], [other] = panel(entidade, cnes={"2513838"}), panel(entidade, cnes={"2513846"})
    assert (line.exportadas, line.processadas, line.inconsistentes) == (2, 0, 1)
    assert (other.exportadas, other.processadas, other.inconsistentes) == (0, 2, 1)
    moved = Ficha.objects.get(cnes="2513846", situacao="inconsistente")
    Ficha.objects.filter(pk=moved.pk).update(cnes="2513838")
    assert panel(entidade, cnes={"2513838"})[0].total == 4
    assert panel(entidade) == [panel(entidade, cnes={"2513838", "2513846"})[0]]
    moved.inconsistencias.all().delete()
    moved.delete()
    assert differences() == [] and panel(entidade)[0].total == 5
    assert compact() > 0 and differences() == []


def test_the_migration_counts_what_is_there(entidade):
    receber(entidade, registro(), em("2513846", registro()), quebrado())
    ContagemDaArea.objects.all().delete()
    assert len(differences()) == 3
    migration = importlib.import_module("saude.fichas.migrations.0010_contagem_da_area")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)
    assert differences() == []


def test_panel_is_scoped(entidade, outra_entidade):
    receber(outra_entidade, registro(ibge=outra_entidade.ibge))
    assert panel(entidade) == []


def test_compaction_keeps_the_sums(entidade):
    for _ in range(5):
        receber(entidade, registro(), quebrado())
    before = panel(entidade)
    assert compact() > 0
    assert panel(entidade) == before
    assert compact() == 0
    assert differences() == []


def test_checker_tells_a_difference_and_mends_it(entidade):
    receber(entidade, registro(), registro(), quebrado())
    call_command("conferir_contagens")
    Contagem.objects.filter(situacao="processada").update(n=7)
    with pytest.raises(CommandError, match="1 contagens e 0 fichas"):
        call_command("conferir_contagens")
    ContagemDaArea.objects.filter(situacao="inconsistente").update(n=7)
    with pytest.raises(CommandError, match="2 contagens e 0 fichas"):
        call_command("conferir_contagens")
    ContagemDaArea.objects.filter(situacao="inconsistente").update(n=1)
    AExportar.objects.first().delete()
    with pytest.raises(CommandError, match="1 contagens e 1 fichas"):
        call_command("conferir_contagens")
    call_command("conferir_contagens", "--corrigir")
    call_command("conferir_contagens")
    assert exportar(entidade).total == 2


@pytest.mark.django_db(transaction=True)
def test_counts_hold_under_concurrent_writers(entidade):
    """Writers, a compactor and a checker at once: every snapshot is right."""
    stop = threading.Event()
    wrong: list = []

    def writer(seed):
        rng = random.Random(seed)
        try:
            for _ in range(8):
                answers = receber(entidade, *[rng.choice([registro, quebrado])() for _ in range(5)])
                receber(entidade, registro(origem="app"))
                reprocess(entidade=entidade, ids=[a.ficha_id for a in answers], by="teste")
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    def checker():
        try:
            while not stop.is_set():
                wrong.extend(differences())
                compact()
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=writer, args=(n,)) for n in range(3)]
    watch = threading.Thread(target=checker)
    watch.start()
    for t in writers:
        t.start()
    for t in writers:
        t.join(120)
    stop.set()
    watch.join(30)
    assert wrong == []
    assert Ficha.objects.count() == 3 * 8 * 6
    assert differences() == []
