"""One evaluator of conditions for the forms of the system and the agents' app: the engine says what it must answer."""

import json
from collections import Counter
from dataclasses import asdict

import pytest
from tabela_de_condicoes import table

from ledi.layouts import TIPOS

pytestmark = pytest.mark.browser
ANSWER = """async ([condicoes, casos]) => {
  const { leitorDaPilha, vale } = await import('/static/comum/condicoes.js');
  return casos.map(({ condition, fuso, pilha, escrita }) =>
    [pilha, escrita].map((p) => vale(condicoes[condition], leitorDaPilha(p, fuso))));
}"""


def has_server(condition):
    return condition[0] in ("server", "table") or any(
        has_server(part)
        for part in condition[1:]
        if isinstance(part, list) and part and isinstance(part[0], str)
    )


@pytest.mark.parametrize("version", ["8.7.0", "7.2.2"])
def test_the_browser_answers_as_the_engine(folha, version):
    page = folha()
    seen = Counter()
    wrong = []
    for tipo in TIPOS:
        conditions, cases = table(tipo, version)
        for kind in {c[0] for c in conditions}:
            seen[kind] += 1
        answers = page.evaluate(ANSWER, [conditions, json.loads(json.dumps([asdict(c) for c in cases]))])
        for case, both in zip(cases, answers, strict=True):
            for said, record in zip(both, (case.pilha, case.escrita), strict=True):
                seen[said] += 1
                if said is None and has_server(conditions[case.condition]):
                    continue
                if said is not case.answer:
                    wrong.append((tipo, conditions[case.condition], case.fuso, record, said, case.answer))
    assert not wrong, (len(wrong), wrong[:5])
    assert seen[True] > 5_000 and seen[False] > 5_000, seen
    assert {"filled", "in", "true", "false", "age", "all", "any", "not"} <= set(seen), seen


def test_the_hour_of_the_municipality_decides_the_day(folha):
    """The attendance at 23:30 in Rio Branco is the next day in Greenwich, and two hours later in São Paulo."""
    page = folha()
    days = page.evaluate(
        """async (casos) => {
          const { diaLocal } = await import('/static/comum/datas.js');
          return casos.map(([v, fuso]) => diaLocal(v, fuso));
        }""",
        [
            [1794889800000, "America/Rio_Branco"],
            [1794889800000, "America/Sao_Paulo"],
            ["2026-11-17T04:30:00Z", "America/Rio_Branco"],
            ["2026-11-16T23:30", "America/Rio_Branco"],
            ["2026-11-16", "America/Sao_Paulo"],
            ["16/11/2026", "America/Sao_Paulo"],
            [-2208970800000, "America/Sao_Paulo"],
            [8.7e15, "America/Sao_Paulo"],
            [-8.0e15, "America/Sao_Paulo"],
            [None, "America/Sao_Paulo"],
            [True, "America/Sao_Paulo"],
        ],
    )
    there = "2026-11-16"
    assert days == [there, "2026-11-17", there, there, there, None, "1900-01-01", None, None, None, None]


def test_what_only_the_server_knows_is_not_guessed(folha):
    page = folha()
    said = page.evaluate(
        """async (condicoes) => {
          const { leitorDaPilha, vale } = await import('/static/comum/condicoes.js');
          return condicoes.map((c) => vale(c, leitorDaPilha([{ a: 1, b: false }], 'America/Sao_Paulo')));
        }""",
        [
            ["server", "x"],
            ["not", ["server", "x"]],
            ["all", ["server", "x"], ["filled", "a"]],
            ["all", ["server", "x"], ["empty", "a"]],
            ["any", ["server", "x"], ["filled", "a"]],
            ["any", ["server", "x"], ["empty", "a"]],
            ["all"],
            ["a kind of tomorrow", "a"],
            ["constructor", "a"],
        ],
    )
    assert said == [None, None, None, False, True, None, True, None, None]
