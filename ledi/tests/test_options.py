"""No list offers what the record then refuses: every list of every ficha, in the current and the oldest valid version.

What is offered is asked of `ledi.options`; what is refused, of `ledi.validate`, over the whole record.
"""

import copy
from collections import Counter
from datetime import date

import pytest

from ledi import options, validate
from ledi.layouts import CURRENT, TIPOS, VERSIONS, layout, releases
from ledi.paths import owner, put, value_at
from ledi_gerador.minimos import minimal

HOJE = date(2026, 11, 24)
FOREVER = dict.fromkeys(VERSIONS, date.max)
OLDEST = next(v for v in VERSIONS if releases()[v].days_left(HOJE) >= 0)
#: told, never refused, of two fields together: the code stays offered
TOGETHER = {"FAI-ENC-003-1"}  # the sex that a chapter of CIAP2 seems to have
#: what must be there for anything to be offered at all
NEEDED = {"FAO": {"atendimentosOdontologicos[0].tiposEncamOdonto": list(range(1, 12))}}


def lists(tipo, versao):
    """(path with [], path in a record) of every field of the ficha that chooses from a closed list."""

    def walk(struct, pattern, path, depth):
        for f in struct.fields:
            here = [f"{p}.{f.name}" if p else f.name for p in (pattern, path)]
            inner = f.type.struct or (f.type.item.struct if f.type.item else None)
            if inner is None:
                if options.of(tipo, versao, here[0]).lists:
                    yield tuple(here)
            elif depth < 6:
                many = f.type.kind == "list"
                yield from walk(inner, here[0] + "[]" * many, here[1] + "[0]" * many, depth + 1)

    yield from walk(layout(versao).fichas[tipo].root, "", "", 0)


def base(tipo, versao):
    """A valid record, without the fields that the version lacks."""
    record = copy.deepcopy(minimal(tipo)) | {"versao": versao}

    def cut(struct, node):
        for name in list(node):
            f = struct.by_name.get(name)
            if f is None:
                del node[name]
                continue
            inner = f.type.struct or (f.type.item.struct if f.type.item else None)
            for item in node[name] if isinstance(node[name], list) else [node[name]]:
                if inner is not None and isinstance(item, dict):
                    cut(inner, item)

    cut(layout(versao).fichas[tipo].root, record["ficha"])
    for path, value in NEEDED.get(tipo, {}).items():
        put(record["ficha"], path, value)
    return record


def with_code(record, path, code, *, many):
    made = copy.deepcopy(record)
    put(made["ficha"], path, [code] if many else code, blocks=1)
    assert value_at(made["ficha"], path) in (code, [code])
    return made


def told(record, path):
    found = validate(record, hoje=HOJE, validades=FOREVER).findings
    return {f.code for f in found if owner(f.path) == path} - TOGETHER


def codes_of(made):
    kind = (made.field.type.item or made.field.type).kind
    return [str(code) if kind == "string" else code for code in made.labels()]


@pytest.mark.parametrize("versao", [CURRENT, OLDEST])
@pytest.mark.parametrize("tipo", TIPOS)
def test_nothing_offered_is_refused(tipo, versao):
    """Of each list, a record with each code that is offered: no finding at the field that is not there with all."""
    record, seen, lied = base(tipo, versao), 0, []
    for pattern, path in lists(tipo, versao):
        made = options.of(tipo, versao, pattern)
        many = made.field.type.kind == "list"
        takes = made.judge(record, path)
        offered = [code for code in codes_of(made) if takes(code)]
        assert offered, f"{path}: nothing is offered"
        found = {code: told(with_code(record, path, code, many=many), path) for code in _few(offered)}
        always = Counter(c for codes in found.values() for c in codes)
        lied += [(path, code, c) for code, codes in found.items() for c in codes if always[c] < len(found)]
        seen += len(found)
    assert not lied, f"{len(lied)} of {seen}: {lied[:10]}"
    assert seen > 10


def _few(offered):
    """Long lists of one table are all alike: their ends, and one in each twenty."""
    return offered if len(offered) <= 450 else [*offered[:20], *offered[20:-20:20], *offered[-20:]]


@pytest.mark.parametrize("versao", [CURRENT, OLDEST])
@pytest.mark.parametrize("tipo", TIPOS)
def test_what_is_left_out_is_refused(tipo, versao):
    """The other side: a code that no record may have is told by the record that has it."""
    record = base(tipo, versao)
    kept = []
    for pattern, path in lists(tipo, versao):
        made = options.of(tipo, versao, pattern)
        many = made.field.type.kind == "list"
        out = [code for code in codes_of(made) if not made.always(code)]
        kept += [
            (path, code) for code in _few(out) if not told(with_code(record, path, code, many=many), path)
        ]
    assert not kept


def test_the_issue_in_its_own_words():
    """Local de atendimento 11-19, Tipo 7-9, a CBO that the ficha refuses, an inactive group."""
    locais = options.of("FAI", CURRENT, "atendimentosIndividuais[].localDeAtendimento")
    assert [c for c in locais.labels() if locais.always(c)] == list(range(1, 11))
    tipos = options.of("FAI", CURRENT, "atendimentosIndividuais[].tipoAtendimento")
    assert [c for c in tipos.labels() if tipos.always(c)] == [1, 2, 4, 5, 6]
    cbo = options.of("FVD", CURRENT, "headerTransport.cboCodigo_2002")
    assert cbo.always("515105") and not cbo.always("225142")
    group = options.of("FV", CURRENT, "vacinacoes[].vacinas[].grupoAtendimento")
    assert not group.always(10) and group.always(1) == (1 in group.labels())


def test_a_referral_needs_its_conduct():
    made = options.of("FAO", CURRENT, "atendimentosOdontologicos[].encaminhamentos[].especialidade")
    path = "atendimentosOdontologicos[0].encaminhamentos[0].especialidade"

    def offered(*conducts):
        takes = made.judge(
            {"ficha": {"atendimentosOdontologicos": [{"tiposEncamOdonto": [*conducts]}]}}, path
        )
        return {code for code in made.labels() if takes(code)}

    assert offered() == set() and offered(2) and offered(2, 3) > offered(2)


def test_lists_that_depend_on_others():
    """Vaccine, strategy and dose: only what the table has together; a previous record takes strategy 11 alone."""
    record = {"tipo": "FV", "versao": CURRENT, "ibge": "4218202"}
    path = "vacinacoes[0].vacinas[0]"

    def offered(name, **vaccine):
        made = options.of("FV", CURRENT, f"vacinacoes[].vacinas[].{name}")
        whole = record | {"ficha": {"vacinacoes": [{"vacinas": [vaccine]}]}}
        takes = made.judge(whole, f"{path}.{name}")
        return {c for c in made.labels() if takes(c)}

    bcg = offered("estrategiaVacinacao", imunobiologico=15, stRegistroAnterior=False)
    every = offered("estrategiaVacinacao")
    assert bcg and bcg < every
    assert offered("estrategiaVacinacao", imunobiologico=15, stRegistroAnterior=True) == {11}
    doses = offered("dose", imunobiologico=15, estrategiaVacinacao=min(bcg), stRegistroAnterior=False)
    assert doses and doses < offered("dose")
    assert offered("localAplicacao", viaAdministracao=5) == {1}


def test_conditions_are_data_for_the_browser():
    """The same, as conditions that `comum/condicoes.js` reads."""
    narrows = options.of("FVD", CURRENT, "visitasDomiciliares[].motivosVisita").narrows
    assert (["in", "sexo", [0]], "menos", [5, 6]) in [tuple(n) for n in narrows]
    strategies = options.of("FV", CURRENT, "vacinacoes[].vacinas[].estrategiaVacinacao").narrows
    assert any(n[0][0] == "all" and n[1] == "so" for n in strategies)


def test_an_odd_record_is_no_obstacle():
    """Whatever stands in the record, the list answers."""
    made = options.of("FV", CURRENT, "vacinacoes[].vacinas[].dose")
    for ficha in (
        None,
        [],
        {"vacinacoes": "x"},
        {"vacinacoes": [None, {"vacinas": [3]}]},
        {"vacinacoes": [{}] * 2},
    ):
        takes = made.judge({"ficha": ficha}, "vacinacoes[1].vacinas[0].dose")
        assert takes(1) is True
