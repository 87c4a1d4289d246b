"""SIGTAP: imported whole, the right month for each ficha, only the fichas it may change are judged again."""

import os
from datetime import date
from pathlib import Path

import pytest
from producao import cidadao, receber, registro

from ledi_gerador import build, sigtap_writer
from saude.atualizacao import actions
from saude.fichas.models import BlocoReprocessamento, Ficha, Reprocessamento
from saude.processamento.tasks import reprocessar_bloco
from saude.referencias import arquivos, tables
from saude.referencias.models import Cbo, Cid, Procedimento, Publicacao
from saude.referencias.tables import tables_of

pytestmark = pytest.mark.django_db(transaction=True)
CITOPATOLOGICO = "0201020033"  # women only


@pytest.fixture(scope="module")
def town():
    return build(2026)


@pytest.fixture
def importar(tmp_path, town):
    def make(month: str) -> Publicacao:
        return actions.import_sigtap_file(path=sigtap_writer.write(town, tmp_path, month), by="teste")

    return make


def of_a_man(codigo: str = CITOPATOLOGICO) -> dict:
    """A procedure of women, done to a man in September 2026."""
    record = registro("FP")
    cidadao(record).update(sexo=0, procedimentos=[codigo])
    return record


def run_blocks() -> None:
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).values_list("pk", flat=True):
        reprocessar_bloco(bloco_id=pk)


def test_the_rows_are_those_of_the_file(importar, entidade):
    row = importar("202609")
    assert row.situacao == Publicacao.Situacao.PRONTA and row.quando == "09/2026"
    assert Procedimento.objects.count() == row.contagens["procedimentos"] > 20
    assert Cid.objects.count() == row.contagens["cids"]
    assert Cbo.objects.count() == row.contagens["cbos"]
    found = tables_of(entidade).procedimento(CITOPATOLOGICO, "202609")
    assert found.sexo == "F" and not found.accepts_sex("M")
    assert not (arquivos.folder() / row.sha256).exists()


def test_the_database_answers_as_memory_does(importar, entidade, tmp_path, town):
    from ledi.referencias.memory import read_sigtap

    importar("202609")
    _, release = read_sigtap(tmp_path / "TabelaUnificada_202609.zip")
    loaded = tables.load_sigtap(Publicacao.objects.get().pk)
    assert loaded.procedimentos == release.procedimentos
    assert loaded.cids == release.cids and loaded.cbos == release.cbos


def test_each_month_answers_for_its_fichas(importar, entidade):
    importar("202609")
    importar("202611")
    found = tables_of(entidade)
    used = {
        month: found.competencia("procedimento", month) for month in ("202608", "202610", "202611", "202701")
    }
    assert used == {"202608": "202609", "202610": "202609", "202611": "202611", "202701": "202611"}


def test_the_same_month_again_takes_the_place_of_the_first(importar, entidade, tmp_path, town):
    importar("202609")
    other = tmp_path / "outra"
    other.mkdir()
    path = sigtap_writer.write(build(7), other, "202609")
    import zipfile

    with zipfile.ZipFile(path, "a") as archive:  # another file of the same month
        archive.writestr("leia.txt", "corrigida")
    actions.import_sigtap_file(path=path, by="teste")
    assert sorted(Publicacao.objects.values_list("situacao", flat=True)) == ["pronta", "substituida"]
    assert len(tables_of(entidade).key) == 1


def test_the_same_file_twice_is_refused_kindly(importar):
    importar("202609")
    with pytest.raises(actions.FileRefused, match="já foi importado"):
        importar("202609")
    assert Publicacao.objects.count() == 1


def test_a_release_judges_again_only_what_names_its_codes(importar, entidade):
    importar("202608")
    bad, other = receber(entidade, of_a_man(), registro("FVD"))
    assert {i["codigo"] for i in bad.inconsistencias if i["severidade"] == "erro"} == {"CTX-PROC-002"}
    assert other.situacao == "processada"
    row = importar("202609")  # says the same, of the month of the fichas
    assert row.diferencas == {"codigos": 0}
    assert [job.total for job in Reprocessamento.objects.all()] == [1]  # the one with a finding of the table
    run_blocks()
    assert Ficha.objects.get(pk=bad.ficha_id).situacao == "inconsistente"


def test_the_first_release_judges_what_could_not_be_verified(importar, entidade):
    answer = receber(entidade, of_a_man())[0]
    assert answer.situacao == "processada"
    assert "CTX-PROC-002" in answer.nao_verificadas
    importar("202609")
    run_blocks()
    assert Ficha.objects.get(pk=answer.ficha_id).situacao == "inconsistente"


def test_the_task_imports_and_a_second_run_does_nothing(tmp_path, town):
    from saude.atualizacao.tasks import importar_sigtap

    path = sigtap_writer.write(town, tmp_path, "202609")
    row = actions.receive_sigtap(pieces=arquivos.pieces_of(path), nome=path.name, by="teste")
    assert row.situacao == Publicacao.Situacao.IMPORTANDO
    importar_sigtap(publicacao_id=row.pk)
    importar_sigtap(publicacao_id=row.pk)
    row.refresh_from_db()
    assert row.situacao == Publicacao.Situacao.PRONTA
    assert Procedimento.objects.count() == row.contagens["procedimentos"]


@pytest.mark.skipif("SIGTAP_ZIP" not in os.environ, reason="SIGTAP_ZIP names a real table")
def test_a_real_table_is_imported(entidade):
    row = actions.import_sigtap_file(path=Path(os.environ["SIGTAP_ZIP"]), by="teste")
    assert row.situacao == Publicacao.Situacao.PRONTA
    assert row.contagens["procedimentos"] > 4000 and row.contagens["cids"] > 12000
    assert tables_of(entidade).competencia("cid", date(2026, 9, 1)) == row.competencia
