"""What no page says and is worth a word (CASA-…): every ficha, every field of the kind."""

from __future__ import annotations

import copy

import pytest
from campos import fields_of
from rule_cases.harness import TODAY, apply

from ledi import validate
from ledi.layouts import TIPOS, VERSIONS, layout
from ledi.moments import date_to_millis
from ledi.rules.registry import known_codes
from ledi.rules.unlikely import is_mistyped
from ledi_gerador import gerar
from ledi_gerador.minimos import minimal


def told(record, suffix: str) -> dict[str, str]:
    report = validate(record, hoje=TODAY)
    assert not report.crashed
    code = f"CASA-{record['tipo']}-{suffix}"
    return {f.path: f.severity for f in report.findings if f.code == code}


@pytest.mark.parametrize("tipo", TIPOS)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_date_in_seconds_is_told_in_every_date_field(tipo: str, version: str):
    seconds = 1_789_470_123
    found = 0
    for record, path, node, field in fields_of(tipo, lambda field: field.is_date, version):
        node[field.name] = seconds
        report = validate(record, hoje=TODAY)
        where = {f.path: f for f in report.findings if f.path == path}
        found += 1
        assert path in where, path  # an aviso, or the error that speaks of the date already
        if where[path].severity == "aviso" and "-sem_id" not in where[path].code:
            assert where[path].code == f"CASA-{tipo}-data_improvavel" and "segundos" in where[path].message
    assert found >= 1


@pytest.mark.parametrize("tipo", TIPOS)
def test_an_attendance_before_the_system_is_told(tipo: str):
    path = layout("8.7.0").fichas[tipo].date_path
    for day, expected in (("1970-01-05", True), ("2012-12-31", True), ("2013-01-01", False)):
        record = copy.deepcopy(minimal(tipo))
        apply(record, path, day)
        doubted = bool(told(record, "data_improvavel").get(path))
        # where an error already speaks of the date (of the FCC: before the creation), it speaks alone
        errors = {f.path for f in validate(record, hoje=TODAY).errors}
        assert doubted is (expected and path not in errors), day
        assert doubted or path in errors or not expected


@pytest.mark.parametrize("birth", ["1969-12-20", "1970-01-01", "1970-01-10", "1970-01-23"])
def test_who_was_born_in_those_weeks_is_not_doubted(birth: str):
    """By our convention, at midnight of any Brazilian zone and at midnight UTC: whole hours."""
    from datetime import date

    day = date_to_millis(date.fromisoformat(birth))
    for millis in (birth, day, day - 5 * 3_600_000, day - 2 * 3_600_000):
        record = copy.deepcopy(minimal("FAI"))
        apply(record, "atendimentosIndividuais[0].dataNascimento", millis)
        assert told(record, "data_improvavel") == {}


@pytest.mark.parametrize("day", ["1889-12-31", "0001-02-03", "2100-01-01", "9998-01-01"])
def test_a_date_of_another_century_is_told(day: str):
    record = copy.deepcopy(minimal("FCD"))
    apply(record, "familias[0].resideDesde", day)
    report = validate(record)  # without today: after 2099 no rule speaks
    codes = {f.code: f.severity for f in report.findings if f.path == "familias[0].resideDesde"}
    assert codes == {"CASA-FCD-data_improvavel": "aviso"}


def test_an_error_on_the_date_speaks_alone():
    record = copy.deepcopy(minimal("FAI"))
    apply(record, "atendimentosIndividuais[0].dataHoraFinalAtendimento", 1_789_470_123)
    found = [f.code for f in validate(record, hoje=TODAY).findings]
    assert "FAI-023-1" in found and "CASA-FAI-data_improvavel" not in found


MISTYPED = ["JoÃ£o", "SÃ£o JosÃ©", "ConceiÃ§Ã£o", "MARÃ\x8dA", "nÂº 5", "â€œaspasâ€\x9d", "S\ufffdo", "AvÃ³"]
FINE = [
    "João",
    "SÃO JOSÉ",
    "MAÇÃ",
    "ÂNGELA",
    "Âncora",
    "nº 5",
    "36 °C",
    "“aspas”",
    "CONCEIÇÃO",
    "à la",
    "É «certo»",
]


@pytest.mark.parametrize("text", MISTYPED)
def test_what_was_read_in_another_encoding(text: str):
    assert is_mistyped(text)


@pytest.mark.parametrize("text", FINE)
def test_what_portuguese_writes(text: str):
    assert not is_mistyped(text)


def test_every_accented_letter_twice_encoded_is_seen():
    for letter in "áàâãéêíóôõúüçÁÀÂÃÉÊÍÓÔÕÚÜÇªº°“”–":
        for encoding in ("latin-1", "cp1252"):
            try:
                text = letter.encode().decode(encoding)
            except UnicodeDecodeError:
                continue
            assert is_mistyped(text), (letter, encoding)
        assert not is_mistyped(f"a {letter} b")


@pytest.mark.parametrize("tipo", TIPOS)
def test_swapped_encoding_is_told_in_every_free_text_field(tipo: str):
    found = 0
    for record, path, node, field in fields_of(tipo, lambda f: f.type.kind == "string" and not f.domain):
        node[field.name] = "MARIA DA CONCEIÃ§Ã£O"
        assert told(record, "codificacao").get(path) == "aviso", path
        found += 1
    assert found > 3


def test_the_production_of_the_generator_is_never_doubted():
    for record in gerar(semente=11, fichas=300, erros=0):
        report = validate(record, hoje=TODAY)
        assert [f.code for f in report.findings if f.code.startswith("CASA-")] == []


def test_the_house_has_codes_for_every_ficha():
    codes = set(known_codes())
    for tipo in TIPOS:
        assert {
            f"CASA-{tipo}-{name}" for name in ("codificacao", "data_improvavel", "cnes_de_outro")
        } <= codes


def test_text_of_the_installation():
    from ledi.envelope import Instalacao
    from ledi.installation import validate_installation

    found = validate_installation(Instalacao("S - 1", "11222333000181", "MunicÃ­pio", uuidInstalacao="x"))
    assert [(f.code, f.severity, f.path) for f in found] == [
        ("CASA-TRANSPORTE-codificacao", "aviso", "nomeOuRazaoSocial")
    ]
