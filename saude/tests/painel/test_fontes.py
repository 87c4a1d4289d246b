"""Search boxes: whole tables where a SIGTAP is in use, the library's own lists where none is."""

import pytest

from ledi_gerador import build, sigtap_writer
from saude.atualizacao import actions
from saude.formularios import fontes
from saude.referencias.models import Cid, Publicacao


@pytest.fixture
def com_sigtap(db, tmp_path):
    actions.import_sigtap_file(path=sigtap_writer.write(build(2026), tmp_path, "202609"), by="teste")
    return Publicacao.objects.get(tipo="sigtap", situacao="pronta")


def codes(entidade, source, text):
    return [code for code, _ in fontes.search(entidade, source, text)]


def test_without_sigtap_the_lists_of_the_library(entidade):
    assert codes(entidade, "cid10", "R52") == ["R52"]
    assert "515105" in codes(entidade, "cbo", "agente comunitario")
    assert "0301100284" not in codes(entidade, "cbo", "0301100284")
    assert codes(entidade, "municipios", "4218202") == ["4218202"]
    assert "4218202" in codes(entidade, "municipios", "timbo")


@pytest.mark.django_db(transaction=True)
def test_with_sigtap_its_whole_tables_by_code_and_by_name(com_sigtap, entidade):
    only = Cid.objects.filter(publicacao=com_sigtap).exclude(codigo__in=fontes.table("cid10")).first()
    assert only is not None, "the SIGTAP knows more than the CIAP2 table"
    assert only.codigo in codes(entidade, "cid10", only.codigo)
    assert only.codigo in codes(entidade, "cid10", only.codigo[:3] + "." + only.codigo[3:])
    assert only.codigo in codes(entidade, "cid10", only.nome)
    assert fontes.label("cid10", only.codigo) == only.nome
    assert codes(entidade, "cid10", "R52")[0].startswith("R52"), "and what the library adds stays"
    found = fontes.search(entidade, "procedimentos", "citopatologico")
    assert any(code == "0201020033" for code, _ in found)


@pytest.mark.django_db(transaction=True)
def test_a_newer_release_is_used_at_once(com_sigtap, entidade, tmp_path):
    only = Cid.objects.filter(publicacao=com_sigtap).exclude(codigo__in=fontes.table("cid10")).first()
    fontes.search(entidade, "cid10", "a")
    actions.import_sigtap_file(path=sigtap_writer.write(build(2026), tmp_path, "202610"), by="teste")
    Cid.objects.filter(publicacao__vale_de__month=10, codigo=only.codigo).update(nome="NOME NOVO")
    assert ("NOME NOVO") in dict(fontes.search(entidade, "cid10", only.codigo)).values()
    assert fontes.label("cid10", only.codigo) == "NOME NOVO"


def test_an_unknown_code_has_no_label(entidade):
    assert fontes.label("cid10", "Z9Z9") == ""
    assert fontes.label("cbo", "") == ""
