"""The rules that run on the phone are a part of the library's: what it finds valid, the phone asks nothing of,
and what is saved on the phone is what was filled. Records: the passing cases of every rule, and a synthetic town."""

import json
import sys
from pathlib import Path

import pytest

from ledi import validate
from ledi_gerador.gerador import gerar
from saude.acs.formularios import TIPOS, form

sys.path.append(str(Path(__file__).parents[3] / "ledi/tests"))
from rule_cases import fcd, fci, fvd
from rule_cases.harness import TODAY, build

pytestmark = pytest.mark.browser
CASES = {"FVD": fvd.CASES, "FCI": fci.CASES, "FCD": fcd.CASES}
VERSAO = "8.7.0"
JULGAR = """async ([campos, fichas]) => {
  const { conferir, limpa } = await import('/static/acs/validacao.js');
  const { datas } = await import('/static/acs/registros.js');
  return fichas.map((bruta) => {
    const ficha = datas(bruta, 'America/Sao_Paulo');
    return { achados: conferir(campos, ficha), ficha, salva: limpa(campos, ficha) };
  });
}"""


def validas(tipo):
    """Distinct records of one type in which the library finds no error."""
    records = [build(case, case.good) for case in CASES[tipo] if case.tipo == tipo and case.versao == VERSAO]
    records += gerar(semente=7, fichas=250, hoje=TODAY, tipos=(tipo,), erros=0, app=0)
    found = {}
    for record in records:
        if record["versao"] == VERSAO and not any(
            f.severity == "erro" for f in validate(record, hoje=TODAY).findings
        ):
            found[json.dumps(record["ficha"], sort_keys=True, default=str)] = record["ficha"]
    return list(found.values())


def sem_vazios(value):
    if isinstance(value, dict):
        kept = {k: sem_vazios(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in (None, "", [], {})}
    if isinstance(value, list):
        return [v for v in map(sem_vazios, value) if v not in ({}, None, "")]
    return value.strip() if isinstance(value, str) else value


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tipo", TIPOS)
def test_the_phone_asks_nothing_of_a_valid_record_and_loses_nothing(live_server, pagina, tipo):
    pagina.goto(f"{live_server.url}/acs/")
    fichas = validas(tipo)
    assert len(fichas) > 100
    campos = form(tipo, VERSAO)["campos"]
    answers = pagina.evaluate(JULGAR, [campos, json.loads(json.dumps(fichas, default=str))])
    refused = [(a["achados"], a["ficha"]) for a in answers if a["achados"]]
    assert not refused, (len(refused), [f for f, _ in refused][:8])
    lost = [(a["ficha"], a["salva"]) for a in answers if sem_vazios(a["salva"]) != sem_vazios(a["ficha"])]
    assert not lost, (len(lost), [diferenca(*x) for x in lost][:8])


@pytest.mark.django_db(transaction=True)
def test_the_phone_asks_about_most_of_what_the_library_refuses(live_server, pagina):
    """Not all: what needs the tables, the history or another record only the server knows."""
    pagina.goto(f"{live_server.url}/acs/")
    asked = total = 0
    for tipo in TIPOS:
        cases = [c for c in CASES[tipo] if c.tipo == tipo and c.versao == VERSAO and c.severity == "erro"]
        fichas = [build(c, c.bad)["ficha"] for c in cases]
        campos = form(tipo, VERSAO)["campos"]
        answers = pagina.evaluate(JULGAR, [campos, json.loads(json.dumps(fichas, default=str))])
        asked += sum(bool(a["achados"]) or a["salva"] != a["ficha"] for a in answers)
        total += len(answers)
    assert total > 300 and asked / total > 0.6, (asked, total)


def diferenca(before, after, path=""):
    if isinstance(before, dict) and isinstance(after, dict):
        keys = before.keys() | after.keys()
        return [d for k in sorted(keys) for d in diferenca(before.get(k), after.get(k), f"{path}.{k}")]
    return [] if sem_vazios(before) == sem_vazios(after) else [(path, before, after)]
