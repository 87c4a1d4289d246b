"""Corrigir por causa offers only what the fichas of the cause would take: every list of every minimal record."""

import copy
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from producao import IBGE, cidadao, ficha_de, receber, registro

from ledi.layouts import CURRENT, TIPOS, VERSIONS, Struct, layout, releases
from ledi.paths import pattern
from ledi_gerador import gerar
from saude.correcao.causa import OWN
from saude.fichas.models import Ficha
from saude.formularios import opcoes
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import previa
from saude.processamento.julgar import context
from saude.registro.caminhos import changed

pytestmark = pytest.mark.django_db
CAUSA = "/inconsistencias/causa/"
WRONG = 98  # of no closed list
HOJE = date(2026, 11, 24)
OLDEST = next(v for v in VERSIONS if releases()[v].days_left(HOJE) >= 0)
HEADED = [t for t in TIPOS if t != "FCC"]  # FCC has no header of one
FULL = 12  # generated records whose lists are tried too


def lists(struct: Struct, value: Any, path: str = "") -> Iterator[str]:
    """Paths of the single codes of closed lists that the record has."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        field, here = struct.by_name.get(name), f"{path}.{name}" if path else name
        if field is None:
            continue
        below = (field.type.item or field.type).struct
        if below is None:
            if field.domain and field.type.kind in ("i32", "i64") and field.format not in OWN:
                yield here
        elif isinstance(inner, list):
            yield from (p for i, item in enumerate(inner) for p in lists(below, item, f"{here}[{i}]"))
        else:
            yield from lists(below, inner, here)


def offered(page: str) -> list[str]:
    chosen = re.search(r'<select[^>]*name="f:valor".*?</select>', page, re.S)
    if chosen:
        return list(re.findall(r'<option value="([^"]+)"', chosen[0]))
    return re.findall(r'name="f:valor"[^>]*value="([^"]+)"', page) + re.findall(
        r'value="(\d+)"[^>]*name="f:valor"', page
    )


def every_list(tipo: str, versao: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each list once, in the first good record that fills it: the minimal one, then those of a town."""
    root, seen = layout(versao).fichas[tipo].root, set()
    town = gerar(semente=7, fichas=FULL, tipos=(tipo,), erros=0, app=0)
    for record in (registro(tipo), *town):
        record = copy.deepcopy(record) | {"versao": versao, "ibge": IBGE}
        record["ficha"]["headerTransport"]["codigoIbgeMunicipio"] = IBGE
        for path in lists(root, record["ficha"]):
            if pattern(path) not in seen:
                seen.add(pattern(path))
                yield path, record


def renamed(record: dict[str, Any]) -> dict[str, Any]:
    """The same under a uuid of its own: none is received over another."""
    new, ficha = registro()["uuid"][7:], record["ficha"]
    old = record["uuid"]
    record["uuid"] = old[:7] + new if old[7:8] == "-" else registro()["uuid"]
    for name, value in ficha.items():
        if value == old:
            ficha[name] = record["uuid"]
    return record


@pytest.mark.parametrize("versao", [CURRENT, OLDEST])
@pytest.mark.parametrize("tipo", HEADED)
def test_what_is_offered_for_a_cause_is_taken(client, criar_usuario, entidade, tipo, versao):
    client.force_login(criar_usuario("Coordenador"))
    ctx, tried = context(entidade), []
    for path, good in every_list(tipo, versao):
        bad = changed(renamed(copy.deepcopy(good)), {path: WRONG})
        ficha = ficha_de(receber(entidade, bad)[0])
        found = Inconsistencia.objects.filter(ficha=ficha, campo=path, severidade="erro").first()
        if found is None:
            continue
        page = client.get(CAUSA, {"causa": found.causa}).content.decode()
        options = [v for v in offered(page) if v != str(WRONG)]
        assert options, f"{tipo} {path}: nothing is offered"
        tried.append(path)
        for option in options:
            value = option if not option.isdecimal() else int(option)
            why = previa.refused({"causa": found.causa, "mudancas": {"valor": value}}, [ficha], ctx)
            assert why == "", f"{tipo} {path}: {option} is offered and refused: {why}"
        Ficha.objects.filter(pk=ficha.pk).update(
            situacao="exportada", exportada_em="2026-10-01T00:00Z", n_erros=0
        )
    assert len(tried) >= 2, f"{tipo}: hardly a list was tried: {tried}"


def test_what_one_of_two_fichas_takes_is_offered(client, criar_usuario, entidade):
    """Doses of two vaccines: the union of what each takes, and nothing that neither does."""
    client.force_login(criar_usuario("Coordenador"))
    path, kept, bad = "vacinacoes[0].vacinas[0].dose", [], None
    for vaccine in (15, 22):
        bad = registro("FV")
        dose = bad["ficha"]["vacinacoes"][0]["vacinas"][0]
        dose.update(imunobiologico=vaccine, estrategiaVacinacao=1, stRegistroAnterior=False)
        takes = opcoes.judge(entidade, "FV", bad["versao"], path, bad["ficha"])
        kept.append({c for c in opcoes.labels("FV", bad["versao"], pattern(path)) if takes(c)})
        dose["dose"] = WRONG
        receber(entidade, bad)
    found = Inconsistencia.objects.filter(campo=path, severidade="erro")
    assert found.count() == 2 and found[0].causa == found[1].causa and kept[0] != kept[1]
    page = client.get(CAUSA, {"causa": found[0].causa}).content.decode()
    assert set(offered(page)) - {str(WRONG)} == kept[0] | kept[1]


def test_a_search_asks_with_what_the_fichas_say_alike(client, criar_usuario, entidade):
    """Of the header alone, and only what is the same in all: nothing of a citizen is on the page."""
    client.force_login(criar_usuario("Coordenador"))
    one, other = registro("FVD"), registro("FVD")
    for bad, team in ((one, one["ficha"]["headerTransport"]["ine"]), (other, "0000000000")):
        bad["ficha"]["headerTransport"].update(cboCodigo_2002="999999", ine=team)
        receber(entidade, bad)
    found = Inconsistencia.objects.filter(campo__endswith="cboCodigo_2002", severidade="erro")[0]
    page = client.get(CAUSA, {"causa": found.causa}).content.decode()
    said = json.loads(html.unescape(re.search(r'data-ficha="([^"]*)"', page)[1]))
    assert list(said) == ["headerTransport"]
    assert said["headerTransport"]["cnes"] == one["cnes"] and "ine" not in said["headerTransport"]
    where = re.search(r'data-fonte="([^"]+)"', page)[1].replace("&amp;", "&")
    answer = client.post(where, {"q": "", "ficha": json.dumps(said)}).content.decode()
    codes = re.findall(r'data-valor="(\d+) - ', answer)
    assert codes
    fichas, ctx = list(Ficha.objects.all()), context(entidade)
    for code in codes:
        wanted = {"causa": found.causa, "mudancas": {"valor": code}}
        assert previa.refused(wanted, fichas, ctx) == "", code


def test_a_place_of_attendance_of_other_fichas_is_not_offered(client, criar_usuario, entidade):
    """Local de atendimento 11 to 19 is of other fichas: the list said them, the ficha refused them."""
    client.force_login(criar_usuario("Coordenador"))
    bad = registro("FAI")
    cidadao(bad)["localDeAtendimento"] = WRONG
    ficha = ficha_de(receber(entidade, bad)[0])
    found = Inconsistencia.objects.filter(ficha=ficha, campo__endswith="localDeAtendimento")[0]
    options = {int(v) for v in offered(client.get(CAUSA, {"causa": found.causa}).content.decode())}
    assert set(range(1, 11)) <= options | {WRONG} and not options & set(range(11, 20))
