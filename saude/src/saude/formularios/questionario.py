"""The fixed questionnaires of Marcadores de consumo alimentar: one row per question, read like the paper ficha.

The dictionary of LEDI names questions and answers by constants; their words are here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from ledi.layouts import Ficha, Field, Struct
from ledi.tables import closed

QUESTION, ANSWERS = "pergunta", ("respostaUnicaEscolha", "respostaMultiplaEscolha")
_OVER_TWO = {
    11: "Tem costume de fazer as refeições assistindo à TV, mexendo no computador ou no celular?",
    12: "Quais refeições faz ao longo do dia?",
    14: "Ontem comeu: feijão",
    15: "Ontem comeu: frutas frescas (sem contar suco)",
    16: "Ontem comeu: verduras ou legumes (sem contar batata, mandioca, aipim, cará e inhame)",
    17: "Ontem comeu: hambúrguer ou embutidos",
    18: "Ontem tomou: bebidas adoçadas",
    19: "Ontem comeu: macarrão instantâneo, salgadinhos de pacote ou biscoitos salgados",
    20: "Ontem comeu: biscoito recheado, doces ou guloseimas",
}
_SIX_TO_23 = {
    21: "A criança ontem tomou leite do peito?",
    22: "Ontem a criança comeu fruta inteira, em pedaço ou amassada?",
    23: "Se sim, quantas vezes?",
    24: "Ontem a criança comeu comida de sal?",
    25: "Se comeu comida de sal, quantas vezes?",
    26: "Se sim, essa comida foi oferecida:",
    28: "Ontem consumiu: outro leite que não o do peito",
    29: "Ontem consumiu: mingau com leite",
    30: "Ontem consumiu: iogurte",
    31: "Ontem consumiu: legumes",
    32: "Ontem consumiu: vegetal ou fruta de cor alaranjada, ou folhas verde-escuras",
    33: "Ontem consumiu: verdura de folha",
    34: "Ontem consumiu: carne",
    35: "Ontem consumiu: fígado",
    36: "Ontem consumiu: feijão",
    37: "Ontem consumiu: arroz, batata, inhame, mandioca, farinha ou macarrão (sem instantâneo)",
    38: "Ontem consumiu: hambúrguer ou embutidos",
    39: "Ontem consumiu: bebidas adoçadas",
    40: "Ontem consumiu: macarrão instantâneo, salgadinhos de pacote ou biscoitos salgados",
    41: "Ontem consumiu: biscoito recheado, doces ou guloseimas",
}
_UNDER_SIX = {
    1: "A criança ontem tomou leite do peito?",
    3: "Ontem consumiu: mingau",
    4: "Ontem consumiu: água ou chá",
    5: "Ontem consumiu: leite de vaca",
    6: "Ontem consumiu: fórmula infantil",
    7: "Ontem consumiu: suco de fruta",
    8: "Ontem consumiu: fruta",
    9: "Ontem consumiu: comida de sal",
    10: "Ontem consumiu: outros alimentos ou bebidas",
}
_ONE = {
    1: "Sim",
    2: "Não",
    3: "Não sabe",
    4: "1 vez",
    5: "2 vezes",
    6: "3 vezes ou mais",
    7: "Em pedaços",
    8: "Amassada",
    9: "Passada na peneira",
    10: "Liquidificada",
    11: "Só o caldo",
}
_MANY = {
    12: "Café da manhã",
    13: "Lanche da manhã",
    14: "Almoço",
    15: "Lanche da tarde",
    16: "Jantar",
    17: "Ceia",
}
LABELS: Mapping[str, dict[int, str]] = {
    "PerguntaCriancasComMaisDoisAnosEnum": _OVER_TWO,
    "PerguntaCriancasDeSeisVinteTresMesesEnum": _SIX_TO_23,
    "PerguntaCriancasMenoresSeisMesesEnum": _UNDER_SIX,
    "RespostaUnicaEscolhaEnum": _ONE,
    "RespostaMultiplaEscolhaEnum": _MANY,
}


def asks(struct: Struct | None) -> bool:
    """True for the rows of a questionnaire."""
    return struct is not None and QUESTION in struct.by_name and ANSWERS[0] in struct.by_name


def _lists(made: Ficha) -> list[tuple[Field, Struct]]:
    found = ((f, f.type.item.struct) for f in made.root.fields if f.type.item)
    return [(f, s) for f, s in found if s is not None and asks(s)]


def asked(made: Ficha, ficha: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The ficha with a row for every question, in the order of the paper; and where each row went.

    A row that answers no question of the list, or one answered already, stays at the end.
    """
    new: dict[str, Any] = dict(ficha)
    moves: dict[str, str] = {}
    for field, struct in _lists(made):
        rows = ficha.get(field.name)
        rows = rows if isinstance(rows, list) else []
        codes = sorted(closed.codes(struct.by_name[QUESTION].domain or ""))
        found = {code: n for code in codes if (n := _row_of(rows, code)) is not None}
        rest = [n for n in range(len(rows)) if n not in found.values()]
        new[field.name] = [rows[found[c]] if c in found else {QUESTION: c} for c in codes] + [
            rows[n] for n in rest
        ]
        old = [found.get(c) for c in codes] + rest
        moves |= {f"{field.name}[{n}]": f"{field.name}[{i}]" for i, n in enumerate(old) if n is not None}
    return new, moves


def _row_of(rows: list[Any], code: Any) -> int | None:
    return next((n for n, r in enumerate(rows) if isinstance(r, dict) and r.get(QUESTION) == code), None)


def drop_blank(made: Ficha, ficha: dict[str, Any]) -> None:
    """Questions left blank become None in their list: they are not part of the record."""
    for field, _ in _lists(made):
        rows = ficha.get(field.name)
        if not isinstance(rows, list):
            continue
        for n, row in enumerate(rows):
            if isinstance(row, dict) and not any(row.get(a) for a in ANSWERS):
                rows[n] = None


@cache
def accepted(enum: str) -> Mapping[int, frozenset[str]]:
    """Question -> the single answers it takes, as text; none for the one of many answers."""
    rows = (r for r in closed.rows("mca_perguntas_respostas") if r["enum_pergunta"] == enum)
    return {
        int(r["pergunta"]): frozenset(c for c in r["respostas_aceitas"].split(",") if c.isdigit())
        for r in rows
    }
