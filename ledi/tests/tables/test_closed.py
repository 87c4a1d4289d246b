"""The lists shipped with the library: names, types of codes, groups, versions."""

import csv
from pathlib import Path

import pytest

from ledi.errors import TableError
from ledi.tables import closed
from ledi.tables.closed import _versions

FOLDER = Path(closed.__file__).parent


def test_every_name_answers_with_codes_of_one_type() -> None:
    for name in closed.names():
        codes = closed.codes(name)
        assert codes or closed.rows(name), name
        assert len({type(code) for code in codes}) <= 1, name
        assert set(closed.labels(name)) == codes
        assert closed.texts(name) == {str(code) for code in codes}


def test_every_file_shipped_is_reachable_and_well_formed() -> None:
    used = {table.file for table in closed._TABLES.values()} | {"enums", "grupos"}
    assert {path.stem for path in FOLDER.glob("*.csv")} == used
    for path in FOLDER.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            widths = {len(row) for row in csv.reader(file)}
        assert len(widths) == 1, path.name
        assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize(
    ("name", "size", "some"),
    [
        ("Turno", 3, {1, 2, 3}),
        ("Sexo", 4, {0, 1, 4}),
        ("SituacaoExame", 2, {"S", "A"}),
        ("coRndsFabricante", 98, {"36271"}),
        ("cboPrescritor", 91, {"225142"}),
        ("etnia", 406, {1}),
        ("municipios", 5571, {"4205407", "2605459"}),
        ("paises", 346, {1}),
        ("uf", 27, {"01"}),
        ("tipo_logradouro", 393, {"001"}),
        ("ciap2", 686, {"A01"}),
        ("catmat", 3340, {"BR0268317"}),
        ("cbo/FVD", 7, {"515105", "322255"}),
        ("procedimentos/FP", 39, {"0309050022"}),
        ("procedimentos_grupos/FP", 5, {"01", "0804"}),
        ("procedimentos_grupos/oci/FAI", 1, {"09"}),
        ("procedimentos_quantidade", 79, {"0204010160"}),
        ("condicoes_ab/FAI", 5, {"ABP023"}),
    ],
)
def test_list(name: str, size: int, some: set[object]) -> None:
    assert len(closed.codes(name)) == size
    assert some <= closed.codes(name)


def test_groups_of_motivo_visita_cover_it_without_overlap() -> None:
    groups = [name for name in closed.names() if name.startswith("MotivoVisita#")]
    assert {name.partition("#")[2] for name in groups} == {
        "TIPO_VISITA",
        "BUSCA_ATIVA",
        "ACOMPANHAMENTO",
        "CONTROLE_AMBIENTAL_E_VETORIAL",
        "OUTROS",
    }
    assert closed.codes("MotivoVisita#BUSCA_ATIVA") == {2, 3, 4, 30}
    assert closed.codes("MotivoVisita#OUTROS") == {25, 27, 28, 31}
    assert sum(len(closed.codes(name)) for name in groups) == 37
    assert frozenset().union(*map(closed.codes, groups)) == closed.codes("MotivoVisita")
    assert closed.codes("CondutaEncaminhamento#ENCAMINHAMENTO") == {11, 4, 5, 6, 7, 8, 10}


def test_labels_are_portuguese_and_ordered_as_published() -> None:
    assert list(closed.labels("Turno").items()) == [(1, "Manhã"), (2, "Tarde"), (3, "Noite")]
    assert closed.labels("municipios")["4205407"] == "FLORIANÓPOLIS"
    assert next(iter(closed.labels("MotivoVisita"))) == 1


def test_combinations_of_the_vaccination_table() -> None:
    allowed = closed.combos("vacina_regras", "imunobiologico", "estrategia_esus_aps", "dose")
    assert (1, 2, 59) in allowed and (1, 2, 1) not in allowed
    with pytest.raises(TableError, match="coluna “dosagem”"):
        closed.combos("vacina_regras", "dosagem")


@pytest.mark.parametrize("name", ["Turnos", "cbo/XYZ", "MotivoVisita#NADA", "Nada#NADA", ""])
def test_unknown_name(name: str) -> None:
    with pytest.raises(TableError):
        closed.codes(name)


def test_results_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        closed.labels("Turno")[1] = "x"  # type: ignore[index]
    with pytest.raises(TypeError):
        closed.rows("Turno")[0]["code"] = "x"  # type: ignore[index]


def test_versions_take_out_later_codes_and_put_back_removed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {
        "enums_since": {
            "Turno": (
                _versions.Change("3", "8.4.0", "", "Noite"),
                _versions.Change("9", "", "7.3.0", "Madrugada"),
            ),
        },
        "lists_since": {"cbo/FVD": (_versions.Change("322255", "8.0.0", "", ""),)},
    }
    monkeypatch.setattr(_versions, "_changes", lambda file, *_: changes[file])
    for cached in (closed.codes, closed.labels):
        cached.cache_clear()
    try:
        assert closed.codes("Turno") == {1, 2, 3}
        assert closed.codes("Turno", "8.10.0") == {1, 2, 3}
        assert closed.codes("Turno", "8.4.0") == {1, 2, 3}
        assert closed.codes("Turno", "8.3.9") == {1, 2}
        assert closed.labels("Turno", "7.2.2") == {1: "Manhã", 2: "Tarde", 9: "Madrugada"}
        assert "322255" not in closed.codes("cbo/FVD", "7.2.2")
        assert "322255" in closed.codes("cbo/FVD")
    finally:
        for cached in (closed.codes, closed.labels):
            cached.cache_clear()


def test_lists_of_older_versions() -> None:
    assert closed.codes("cbo/FAI_CID10") == frozenset()  # the restriction ended in 8.4.0
    assert len(closed.codes("cbo/FAI_CID10", "7.2.2")) == 41
    assert "ABPG001" in closed.codes("procedimentos_ab/FP", "8.3.0")
    assert "ABPG001" not in closed.codes("procedimentos_ab/FP", "8.4.0")
    assert closed.codes("procedimentos_ab/FP", "8.7.0") == closed.codes("procedimentos_ab/FP")
    assert closed.codes("PraticasEmSaude") - closed.codes("PraticasEmSaude", "8.5.0") == {33, 34}
    assert closed.codes("EstadoCivil", "7.2.2") == frozenset()
    combinations = "vacina_regras_combinacoes"
    assert "107/1/9" in closed.codes(combinations) and "107/1/9" not in closed.codes(combinations, "7.3.7")


def test_version_facts_name_lists_that_exist() -> None:
    for file, column, key in (("enums_since", "enum", "code"), ("lists_since", "list", "key")):
        changes = _versions._changes(file, column, key)
        assert changes
        for name, of_list in changes.items():
            raw = {row.get("code") or row[closed._columns(name)[0]] for row in closed.rows(name)}
            assert all(change.since or change.until for change in of_list)
            assert {change.code for change in of_list if not change.until} <= raw, name
