"""Which PostgreSQL runs a cluster: its own major version, or words that say what to do."""

import pytest

from saude.banco import binarios
from saude.banco.erros import EmbeddedServerError
from saude.banco.servidor import EmbeddedServer


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.delenv("SAUDE_PG_EMBUTIDO", raising=False)

    def make(major):
        (tmp_path / "PG_VERSION").write_text(f"{major}\n")
        return tmp_path

    return make


def test_a_cluster_goes_on_with_its_own_version_and_a_new_one_is_of_the_newest(cluster, tmp_path):
    assert binarios.major_of(tmp_path) is None
    for major in (binarios.NEWEST, *binarios.INSTALLED):
        assert binarios.major_of_program(binarios.of(cluster(major))) == major
    (tmp_path / "PG_VERSION").unlink()
    assert binarios.major_of_program(binarios.of(tmp_path)) == binarios.NEWEST


@pytest.mark.parametrize("major", [9, 15, 99])
def test_a_version_that_is_not_here_is_refused_with_what_to_do(cluster, major):
    with pytest.raises(EmbeddedServerError, match=f"PostgreSQL {major}.*SAUDE_PG_EMBUTIDO.*saude copiar"):
        binarios.of(cluster(major))


def test_programs_that_were_chosen_must_be_there_and_of_the_clusters_version(cluster, monkeypatch, tmp_path):
    data = cluster(16)
    monkeypatch.setenv("SAUDE_PG_EMBUTIDO", str(binarios.wheel() / binarios.INSTALLED[18] / "bin"))
    with pytest.raises(EmbeddedServerError, match="do PostgreSQL 18, e o banco, do 16"):
        binarios.of(data)
    monkeypatch.setenv("SAUDE_PG_EMBUTIDO", str(tmp_path / "nada"))
    with pytest.raises(EmbeddedServerError, match="não há um PostgreSQL que rode"):
        binarios.of(data)


def test_a_cluster_of_a_newer_system_is_not_touched_and_the_words_reach_who_starts_it(tmp_path, monkeypatch):
    monkeypatch.delenv("SAUDE_PG_EMBUTIDO", raising=False)
    server = EmbeddedServer(tmp_path / "banco")
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("99\n")
    (server.data / "postmaster.opts").write_text("")
    with pytest.raises(EmbeddedServerError, match="PostgreSQL 99"):
        server.ensure_started()
    assert sorted(path.name for path in server.data.iterdir()) == ["PG_VERSION", "postmaster.opts"]
