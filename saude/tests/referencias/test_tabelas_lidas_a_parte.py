"""CNES and SIGTAP as strangers send them are read in a process with limits, never in the site's own."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from ledi.referencias import cnes_reader, sigtap_reader
from ledi.tables.port import Equipe
from ledi_gerador import build, cnes_writer, sigtap_writer
from saude.atualizacao import actions
from saude.cadastros.models import Lotacao
from saude.comum import isolado
from saude.referencias import arquivos, leitor
from saude.referencias.models import Publicacao

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 9, 1)


@pytest.fixture(scope="module")
def town():
    from dataclasses import replace

    return replace(build(2026), ibge="4218202")


@pytest.fixture
def cnes(town, tmp_path) -> Path:
    path = tmp_path / "cnes.xml"
    cnes_writer.write(town, path, data=DAY)
    return path


def send(entidade, path: Path) -> Publicacao:
    return actions.receive_cnes(
        entidade=entidade, pieces=arquivos.pieces_of(path), nome=path.name, by="teste"
    )


def never(*args, **kwargs):
    raise AssertionError("read in this process")


def left_behind() -> list[Path]:
    return [path for path in arquivos.folder().rglob("*") if path.is_file()]


def test_a_cnes_is_compared_and_confirmed_without_this_process_reading_it(entidade, cnes, monkeypatch):
    monkeypatch.setattr(cnes_reader, "open_file", never)
    row = send(entidade, cnes)
    assert len(left_behind()) == 1, "the file alone: the copy of it is gone"
    actions.confirm_cnes(publicacao=row, by="teste")
    assert Lotacao.objects.filter(fim=None).count() == row.contagens["lotacoes"] > 0


def test_a_sigtap_is_looked_at_apart(entidade, town, tmp_path, monkeypatch):
    path = sigtap_writer.write(town, tmp_path, "202609")
    monkeypatch.setattr(sigtap_reader, "open_table", never)
    row = actions.receive_sigtap(pieces=arquivos.pieces_of(path), nome=path.name, by="teste", queue=False)
    assert row.vale_de == DAY


@pytest.mark.parametrize(
    ("error", "words"), [(isolado.Excesso, "memória ou tempo demais"), (isolado.Ocupado, "em um minuto")]
)
def test_one_that_asks_too_much_is_refused_and_changes_nothing(
    entidade, town, cnes, tmp_path, monkeypatch, error, words
):
    def fall(*args, **kwargs):
        raise error

    monkeypatch.setattr(isolado, "run", fall)
    with pytest.raises(actions.FileRefused, match=words):
        send(entidade, cnes)
    path = sigtap_writer.write(town, tmp_path, "202609")
    with pytest.raises(actions.FileRefused, match=words):
        actions.receive_sigtap(pieces=arquivos.pieces_of(path), nome=path.name, by="teste")
    assert set(Publicacao.objects.values_list("situacao", flat=True)) == {"falhou"}
    assert not Lotacao.objects.exists() and not left_behind()


def test_a_reader_that_takes_more_memory_than_it_may_falls_alone(entidade, cnes, monkeypatch):
    """The limit itself, of the process: here one of nothing."""
    from saude.referencias import cnes as reading

    monkeypatch.setattr(reading, "MEMORY", -isolado.OVERHEAD + isolado.MB)
    with pytest.raises(actions.FileRefused, match="memória ou tempo demais"):
        send(entidade, cnes)
    assert not left_behind()


def test_more_than_any_municipality_has_is_refused_while_it_is_read(cnes, tmp_path, monkeypatch):
    monkeypatch.setitem(leitor.MOST, "Lotacao", 3)
    with pytest.raises(isolado.Recusado, match="tem mais de 3 itens do tipo lotacao"):
        leitor.copy_cnes(str(cnes), str(tmp_path / "copia"))
    assert len((tmp_path / "copia").read_text().splitlines()) < 200


def test_a_zip_of_very_many_entries_is_no_sigtap(tmp_path):
    path = tmp_path / "TabelaUnificada_202609.zip"
    with zipfile.ZipFile(path, "w") as made:
        for n in range(20_000):
            made.writestr(f"{n}", b"")
    with pytest.raises(actions.FileRefused, match="Nada foi alterado"):
        actions.receive_sigtap(pieces=arquivos.pieces_of(path), nome=path.name, by="teste")


def test_the_copy_says_what_the_file_says(cnes, tmp_path):
    target = tmp_path / "copia"
    head = leitor.copy_cnes(str(cnes), str(target))
    with cnes_reader.open_file(cnes) as file:
        items = list(file.items())
        assert (head["data"], head["ibge"], head["versao"]) == (
            file.header.data.isoformat(),
            file.header.ibge,
            file.header.versao,
        )
        nameless = sorted(file.sem_cns)
    again = list(leitor.copied(target))
    assert again == items + nameless and len(items) > 50
    ended = Equipe("1" * 10, "2" * 7, "A", "70", "ESF", "1", DAY, frozenset({"2" * 7, "3" * 7}))
    line = tmp_path / "equipe"
    import json

    line.write_text(json.dumps(["Equipe", *map(leitor._plain, ended)]) + "\n" + '["", "225142", "1", "2"]\n')
    assert list(leitor.copied(line)) == [ended, ("225142", "1", "2")]
