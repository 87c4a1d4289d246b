"""A copy while somebody else works on the same thing: a migration, another copy, one that was killed."""

import threading

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from saude.banco import ferramentas
from saude.cofre.chaves import keyring, new_key
from saude.copias import copiar
from saude.copias.copiar import make_copy, take
from saude.copias.formato import CopiaError, check

pytestmark = pytest.mark.django_db(transaction=True)
REWRITE = "ALTER TABLE contas_usuario ALTER COLUMN first_name TYPE varchar(151)"


@pytest.fixture(autouse=True)
def dados(settings, tmp_path):
    settings.DADOS = tmp_path / "dados"
    settings.DADOS.mkdir()
    return settings.DADOS


@pytest.fixture
def dona():
    """The owner of the tables, at work beside us."""
    with psycopg.connect(**ferramentas.parameters(connection)) as made:
        yield made
        made.rollback()


def test_no_table_changes_its_shape_while_it_is_copied(tmp_path, criar_usuario, dona, monkeypatch):
    """A table that a migration rewrites looks empty to a moment before: the copy would miss its rows."""
    criar_usuario("Consulta")
    real, refused = copiar._dump, []

    def meanwhile(out, snapshot):
        dona.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            dona.execute(REWRITE)
        refused.append(dona.rollback())
        real(out, snapshot)

    monkeypatch.setattr(copiar, "_dump", meanwhile)
    found = take(tmp_path / "hoje.saude")
    assert refused and found["linhas"]["contas_usuario"] == 1


def test_a_migration_under_way_is_waited_for_and_said_when_it_lasts(tmp_path, dona, monkeypatch):
    dona.execute("LOCK TABLE contas_usuario IN ACCESS EXCLUSIVE MODE")
    monkeypatch.setattr(copiar, "PATIENCE", 0.0)
    with pytest.raises(CopiaError, match="as tabelas estão sendo mudadas"):
        take(tmp_path / "hoje.saude")
    assert [p.name for p in tmp_path.iterdir()] == ["dados"]


def test_when_the_migration_ends_the_copy_is_made_with_what_it_left(
    tmp_path, criar_usuario, dona, monkeypatch
):
    criar_usuario("Consulta")
    dona.execute("LOCK TABLE contas_usuario IN ACCESS EXCLUSIVE MODE")
    waited = []

    def ends(seconds):
        waited.append(seconds)
        dona.rollback()

    monkeypatch.setattr(copiar.time, "sleep", ends)
    assert take(tmp_path / "hoje.saude")["linhas"]["contas_usuario"] == 1 and waited


def test_a_database_that_goes_away_is_said_in_words(tmp_path, monkeypatch):
    def gone(*_):
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(copiar, "counts", gone)
    with pytest.raises(CopiaError, match="o banco não respondeu enquanto era lido"):
        make_copy(tmp_path / "hoje.saude", by="teste")
    assert [p.name for p in tmp_path.iterdir()] == ["dados"]


def test_two_copies_to_the_same_name_at_once_do_not_write_into_each_other(tmp_path, monkeypatch):
    """The second begins while the first is written, and ends first: one is kept, whole; the other is refused."""
    real, inside, errors = copiar._dump, threading.Event(), []

    def slow(out, snapshot):
        if not inside.is_set():
            inside.set()
            try:
                take(tmp_path / "hoje.saude")
            except CopiaError as error:
                errors.append(error)
        real(out, snapshot)

    monkeypatch.setattr(copiar, "_dump", slow)
    with pytest.raises(CopiaError, match="nunca é escrita por cima"):
        take(tmp_path / "hoje.saude")
    assert errors == [] and check(tmp_path / "hoje.saude", keyring())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["dados", "hoje.saude"]


def test_what_a_killed_copy_left_goes_with_the_next_and_one_at_work_stays(tmp_path):
    from saude.comum.gravar import aside

    left = tmp_path / ".ontem.saude.abcd1234.parcial"
    left.write_bytes(b"metade")
    other = tmp_path / ".de-outro-programa.parcial"
    other.write_bytes(b"alheio")
    with aside(tmp_path / "outra.saude") as working:
        take(tmp_path / "hoje.saude")
        assert working.exists() and not left.exists() and other.exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == [other.name, "dados", "hoje.saude"]


@pytest.mark.parametrize("text", ["cortada", "vazia", "outra", "sem-fim"])
def test_a_truncated_key_opens_no_copy_and_writes_nothing(tmp_path, dados, text):
    key = new_key()
    path = tmp_path / "copia.chave"
    path.write_text(key.text())
    from saude.cofre.chaves import read_file

    take(tmp_path / "hoje.saude", keys=read_file(path))
    path.write_text(
        {"cortada": key.text()[:30], "vazia": "", "outra": new_key().text(), "sem-fim": key.text()[:-1]}[text]
    )
    before = sorted(p.name for p in dados.rglob("*"))
    with pytest.raises(CommandError, match=r"não é uma chave|Não há chave|não está nesta instalação"):
        call_command("restaurar", str(tmp_path / "hoje.saude"), chave=path)
    assert sorted(p.name for p in dados.rglob("*")) == before
