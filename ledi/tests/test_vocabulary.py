"""The words of the rule book one by one: checks and conditions at their edges."""

from __future__ import annotations

import copy
from zoneinfo import ZoneInfo

import pytest
from rule_cases.harness import TODAY, day

from ledi import validate
from ledi.findings import AVISO, ERRO
from ledi.layouts import layout
from ledi.rules import conditions as c
from ledi.rules.checks import (
    ATTENDANCE,
    BirthDate,
    CountFilled,
    Expect,
    Forbidden,
    Implies,
    NotAfter,
    Pattern,
    Range,
    Required,
)
from ledi.rules.checks.values import decimal_places
from ledi.rules.env import Env
from ledi.rules.scope import Scope
from ledi_gerador.minimos import minimal

FVD = layout("8.7.0").fichas["FVD"]
VISIT = FVD.root.by_name["visitasDomiciliares"].type.item.struct
SCOPE = Scope(layout("8.7.0"), FVD, VISIT, (FVD.root,))
V = "visitasDomiciliares"


def env(attendance: str | None = "2026-09-15") -> Env:
    made = Env({}, ZoneInfo("America/Sao_Paulo"), None, None)
    made.attendance = day(attendance) if attendance else None
    return made


def run(check, value, node=None, name="turno"):
    return check.compile(SCOPE, name)(value, node or {}, env())


def holds(cond, node) -> bool:
    return bool(cond.compile(SCOPE)(node, env()))


def fvd(**changes) -> list:
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"][V][0].update(changes)
    return list(validate(record, hoje=TODAY).findings)


# ---- conditions


@pytest.mark.parametrize(
    ("cond", "yes", "no"),
    [
        (c.filled("turno", "sexo"), {"turno": 1, "sexo": 0}, {"turno": 1}),
        (c.any_filled("turno", "sexo"), {"sexo": 0}, {"numProntuario": ""}),
        (c.empty("turno", "sexo"), {}, {"turno": 1}),
        (c.one_of("turno", 1, 2), {"turno": 2}, {"turno": 3}),
        (c.one_of("motivosVisita", 1), {"motivosVisita": [9, 1]}, {"motivosVisita": [9]}),
        (c.not_one_of("turno", 1), {}, {"turno": 1}),
        (c.is_true("stForaArea"), {"stForaArea": True}, {"stForaArea": 1}),
        (c.is_false("stForaArea"), {"stForaArea": False}, {}),
        (c.not_true("stForaArea"), {}, {"stForaArea": True}),
        (c.compare("turno", ">=", 2), {"turno": 2}, {"turno": 1}),
        (c.compare("turno", "<", 2), {"turno": 1}, {}),
        (c.matches("numProntuario", "[0-9]+", "tem só números"), {"numProntuario": "12"}, {"numProntuario": 12}),
        (c.age("dtNascimento", ">=", 60), {"dtNascimento": day("1966-09-15")}, {"dtNascimento": day("1966-09-16")}),
        (c.age("dtNascimento", "<", 6, "meses"), {"dtNascimento": day("2026-04-01")}, {"dtNascimento": 0}),
    ],
    ids=str,
)  # fmt: skip
def test_condition_holds_and_not(cond, yes, no):
    assert holds(cond, yes)
    assert not holds(cond, no)
    assert not holds(c.not_(cond), yes)


def test_an_age_without_birth_date_or_attendance_is_no_age():
    cond = c.age("dtNascimento", "<", 200)
    assert not holds(cond, {})
    assert not cond.compile(SCOPE)({"dtNascimento": day("1966-09-15")}, env(None))


def test_the_actual_words_of_an_alternative_name_only_what_is_true():
    cond = c.any_of(c.one_of("turno", 1), c.is_true("stForaArea"))
    assert cond.actual(SCOPE, {"turno": 1}, env()) == "Turno é 1 (Manhã)"


def test_denied_presence_reads_as_portuguese():
    label = SCOPE.label("turno")
    assert c.not_(c.filled("turno")).text(SCOPE) == f"o campo {label} não está preenchido"
    assert c.not_(c.empty("turno")).text(SCOPE) == f"o campo {label} está preenchido"


# ---- presence


def test_required_and_forbidden_follow_their_condition():
    when = c.one_of("turno", 1)
    assert run(Required(when), None, {"turno": 1}) is not None
    assert run(Required(when), None, {"turno": 2}) is None
    assert run(Forbidden(when), 5, {"turno": 1}) is not None
    assert run(Forbidden(when), 5, {"turno": 2}) is None


def test_a_tolerant_prohibition_takes_false():
    check = Forbidden(only_true=True)
    assert run(check, False, name="stForaArea") is None
    assert run(check, True, name="stForaArea") is not None


@pytest.mark.parametrize(
    ("turno", "sexo", "bad"), [(1, None, True), (1, 0, False), (2, None, False), (2, 0, False)]
)
def test_implies(turno, sexo, bad):
    check = Implies(c.one_of("turno", 1), c.filled("sexo"))
    result = run(check, None, {"turno": turno, "sexo": sexo})
    assert (result is not None) is bad
    if bad:
        assert result["quando"] == "Turno é 1 (Manhã)"


def test_expect_with_a_condition():
    check = Expect(c.filled("sexo"), when=c.one_of("turno", 1))
    assert run(check, 1, {"turno": 1}) is not None
    assert run(check, 1, {"turno": 2}) is None
    assert run(check, 1, {"turno": 1, "sexo": 0}) is None


# ---- values and dates


def test_range_takes_its_ends_and_counts_decimals():
    check = Range("0.5", "500", decimals=3)
    for good in (0.5, 500, 499.999):
        assert run(check, good, name="pesoAcompanhamentoNutricional") is None
    for bad in (0.499, 500.001, 70.1234):
        assert run(check, bad, name="pesoAcompanhamentoNutricional") is not None
    assert run(Range(high=9), -(10**9)) is None
    assert run(Range(low=1), 10**9) is None


def test_the_words_of_open_ranges():
    label = SCOPE.label("turno")
    assert Range(high=9).describe(SCOPE, "turno") == f"O campo {label} deve ser no máximo 9."
    assert Range(low="1.5").describe(SCOPE, "turno") == f"O campo {label} deve ser no mínimo 1,5."
    assert Range(1, 2).describe(SCOPE, "turno") == f"O campo {label} deve estar entre 1 e 2."


@pytest.mark.parametrize(("number", "places"), [(7, 0), (7.0, 0), (7.5, 1), (70.25, 2), (1e-7, 7), (1e22, 0)])
def test_decimal_places(number, places):
    assert decimal_places(number) == places


def test_pattern_matches_the_whole_text_and_each_item():
    check = Pattern("[0-9]+", "aceita só números")
    assert run(check, "123", name="numProntuario") is None
    assert run(check, "123\n", name="numProntuario") is not None
    assert [index for index, _ in run(check, ["1", "x", "2", "y"], name="numProntuario")] == [1, 3]


def test_birth_date_at_its_two_ends():
    check = BirthDate()
    assert run(check, day("2026-09-15"), name="dtNascimento") is None
    assert run(check, day("2026-09-16"), name="dtNascimento") == {"erro": "depois"}
    assert run(check, day("1896-09-15"), name="dtNascimento") is None
    assert run(check, day("1896-09-14"), name="dtNascimento") == {"erro": "antes"}


def test_days_are_compared_and_not_instants():
    later = day("2026-09-15") + 3_600_000
    assert run(NotAfter(ATTENDANCE), later, name="dtNascimento") is None
    assert run(NotAfter(ATTENDANCE, moment=True), later, name="dtNascimento") is not None
    assert run(NotAfter(ATTENDANCE, strict=True), day("2026-09-15"), name="dtNascimento") is not None
    assert NotAfter("dtNascimento").refs() == ("dtNascimento",)
    assert NotAfter(ATTENDANCE).refs() == ()


# ---- facets of the layout


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1])
def test_a_number_beyond_its_wire_type_is_a_type_finding(number):
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"]["tpCdsOrigem"] = number
    (finding,) = validate(record, hoje=TODAY).findings
    assert finding.code == "FVD-FichaVisitaDomiciliarMasterThrift-tpCdsOrigem-tipo"


@pytest.mark.parametrize("number", [2**31 - 1, -(2**31)])
def test_the_ends_of_the_wire_type_are_judged_by_the_rules(number):
    record = copy.deepcopy(minimal("FVD"))
    record["ficha"]["tpCdsOrigem"] = number
    assert [f.code for f in validate(record, hoje=TODAY).findings] == ["FVD-M-002-1"]


def test_an_empty_item_of_a_list_is_told_with_its_position():
    (finding,) = fvd(motivosVisita=[1, None])
    assert (finding.code[-4:], finding.path) == ("tipo", f"{V}[0].motivosVisita[1]")
    assert "itens vazios" in finding.message


def test_a_value_of_another_shape_is_named():
    assert "veio uma lista" in fvd(turno=[1])[0].message
    assert "veio um objeto" in fvd(turno={})[0].message
    assert "veio um texto" in fvd(motivosVisita="1")[0].message


def test_paths_keep_the_positions_of_the_record_when_an_item_is_unreadable():
    record = copy.deepcopy(minimal("FVD"))
    good = record["ficha"][V][0]
    bad = {**copy.deepcopy(good), "stForaArea": False}
    bad.pop("microArea", None)
    record["ficha"][V] = [None, good, 7, bad]
    paths = {f.code: f.path for f in validate(record, hoje=TODAY).findings if not f.code.endswith("-tipo")}
    assert paths["FVD-009-1"] == f"{V}[3].microArea"


@pytest.mark.parametrize(("size", "severity"), [(37, AVISO), (38, ERRO), (5000, ERRO)])
def test_the_37th_reason_is_a_doubt_and_the_38th_a_mistake(size, severity):
    found = {f.code: f.severity for f in fvd(motivosVisita=[1] * size)}
    assert found == {"FVD-007-e1": severity}


def test_count_of_filled_fields_only_under_its_condition():
    check = CountFilled(("sexo", "dtNascimento"), least=1, most=1, when=c.one_of("turno", 1))
    assert run(check, None, {"turno": 1}) == {"preenchidos": 0}
    assert run(check, None, {"turno": 1, "sexo": 0}) is None
    assert run(check, None, {"turno": 1, "sexo": 0, "dtNascimento": 5}) == {"preenchidos": 2}
    assert run(check, None, {"turno": 2}) is None


def test_the_actual_words_of_a_list_name_the_hits():
    cond = c.one_of("motivosVisita", 1, 28)
    words = cond.actual(SCOPE, {"motivosVisita": [28, 31]}, env())
    assert "28 (Outros)" in words and "31" not in words
