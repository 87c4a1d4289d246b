"""Rules of the Marcadores de consumo alimentar (MCA). Source: dicionario-mca.md of LEDI 8.7.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledi.rules.checks import (
    BirthDate,
    Custom,
    Document,
    Domain,
    Equals,
    Expect,
    Forbidden,
    Required,
)
from ledi.rules.checks.base import Base
from ledi.rules.conditions import Cond, age, all_of, any_filled, empty, filled, not_one_of, one_of
from ledi.rules.model import CheckFn, Narrow, Rule
from ledi.rules.scope import Scope
from ledi.rules.shared.cidadao import sem_cpf
from ledi.rules.shared.header import header_rules
from ledi.rules.wording import join
from ledi.tables import closed

Q1 = "perguntasQuestionarioCriancasMenoresSeisMeses"
Q2 = "perguntasQuestionarioCriancasDeSeisVinteTresMeses"
Q3 = "perguntasQuestionarioCriancasComMaisDoisAnos"
SIM = 1
REFEICOES = 12  # the only question with many answers
QUEM = {Q1: "de menores de 6 meses", Q2: "de 6 a 23 meses", Q3: "de 2 anos ou mais"}
_SO_MULTIPLA = (
    f"A pergunta {REFEICOES} só se responde por múltipla escolha. Apague esta resposta e preencha aquelas."
)
_NAO_E_MULTIPLA = (
    f"Só a pergunta {REFEICOES} tem respostas de múltipla escolha. Apague-as ou corrija a pergunta."
)
# Question of Q2 -> the question that must be answered SIM for it to be asked.
DEPENDE = {23: 22, 25: 24, 26: 24}
ENUNS = {
    Q1: "PerguntaCriancasMenoresSeisMesesEnum",
    Q2: "PerguntaCriancasDeSeisVinteTresMesesEnum",
    Q3: "PerguntaCriancasComMaisDoisAnosEnum",
}


def _ages(birth: str) -> dict[str, Cond]:
    """Which questionnaire an age answers. The page of the questions differs by a month: not followed."""
    return {
        Q1: age(birth, "<", 6, "meses"),
        Q2: all_of(age(birth, ">=", 6, "meses"), age(birth, "<", 24, "meses")),
        Q3: age(birth, ">=", 24, "meses"),
    }


IDADE, IDADE_PERGUNTA = _ages("dataNascimento"), _ages("^dataNascimento")


def _answers(items: list[dict[str, Any]]) -> dict[Any, Any]:
    return {item.get("pergunta"): item.get("respostaUnicaEscolha") for item in items}


def _asked(question: int, answers: Mapping[Any, Any]) -> bool:
    """A question that depends on another is asked only after a SIM."""
    return question not in DEPENDE or answers.get(DEPENDE[question]) == SIM


@dataclass(frozen=True)
class AllAnswered(Base):
    """Every question of the enum is in the list (those that depend on a SIM, only after it)."""

    enum: str

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        questions, enum = sorted(closed.codes(self.enum, scope.version)), self.enum

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            if any(item.get("pergunta") is None or (id(item), "pergunta") in env.broken for item in value):
                return None  # a question that was not understood may be the one that is missing
            answers = _answers(value)
            missing = [code for code in questions if code not in answers and _asked(int(code), answers)]
            if not missing:
                return None
            return {"faltam": "; ".join(_readable(enum, code) for code in missing)}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        return "Todas as perguntas do questionário devem ser respondidas."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} Faltam: {facts['faltam']}."


def _readable(enum: str, code: Any) -> str:
    """ "14 (Feijão)"."""
    label = closed.labels(enum).get(code)
    return f"{code} ({label})" if label else str(code)


@cache
def _accepted(enum: str) -> Mapping[int, frozenset[int]]:
    """Question -> single answers that it accepts; none for the one of many answers."""
    found = {}
    for row in closed.rows("mca_perguntas_respostas"):
        if row["enum_pergunta"] == enum:
            codes = row["respostas_aceitas"].split(",")
            found[int(row["pergunta"])] = frozenset(map(int, codes)) if codes[0].isdigit() else frozenset()
    return found


@dataclass(frozen=True)
class AcceptedAnswer(Base):
    """The answer is one of those that the question accepts."""

    enum: str

    def refs(self) -> tuple[str, ...]:
        return ("pergunta", "respostaMultiplaEscolha") if self.enum == ENUNS[Q3] else ("pergunta",)

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        accepted = _accepted(self.enum)

        def run(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
            good = accepted.get(node.get("pergunta"))  # type: ignore[arg-type]
            if good is None or value in good:
                return None
            if not good:  # with both answers filled, MCA-Q3-002-o1 says so
                return None if node.get("respostaMultiplaEscolha") else {"multipla": True}
            texts = [_readable("RespostaUnicaEscolhaEnum", code) for code in sorted(good)]
            return {"aceitas": join(texts), "valor": _readable("RespostaUnicaEscolhaEnum", value)}

        return run

    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        rows = _accepted(self.enum).items()
        return tuple(Narrow(frozenset(good), one_of("pergunta", question)) for question, good in rows if good)

    def describe(self, scope: Scope, name: str | None) -> str:
        return "A resposta deve ser uma das que a pergunta aceita."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        if facts.get("multipla"):
            return _SO_MULTIPLA
        return f"Esta pergunta não aceita a resposta {facts['valor']}. Ela aceita: {facts['aceitas']}."


def _depends(value: Any, node: dict[str, Any], env: Any) -> Mapping[str, Any] | None:
    question = node.get("pergunta")
    if question not in DEPENDE or _asked(question, _answers(env.up[-1].get(Q2) or [])):
        return None
    return {"pergunta": question, "outra": DEPENDE[question]}


def _questionario(number: int, name: str) -> tuple[Rule, ...]:
    others = tuple(other for other in ENUNS if other != name)
    code = f"MCA-{number:03d}"
    return (
        Rule(
            f"{code}-1",
            "",
            name,
            Required(IDADE[name]),
            text=f"Falta o questionário {QUEM[name]}, que é o da idade na data do atendimento. Preencha-o, "
            "no lugar de outro, ou corrija a data de nascimento.",
        ),
        Rule(f"{code}-2", "", name, AllAnswered(ENUNS[name]), since="7.3.7", maybe="7.3.6"),
        Rule(
            f"{code}-o1",
            "",
            name,
            Forbidden(any_filled(*others)),
            text="Só um questionário pode ser informado: o da idade na data do atendimento. Apague o outro.",
        ),
    )


RULES: tuple[Rule, ...] = (
    *header_rules("MCA", cbo="MCA-001-1"),
    Rule("MCA-002-1", "", "cnsCidadao", Document("cns")),
    Rule("MCA-002-2", "", "cnsCidadao", Forbidden(filled("cpfCidadao"))),
    Rule("MCA-002-3", "", "cnsCidadao", Required(empty("cpfCidadao"))),
    Rule("MCA-004-1", "", "dataNascimento", BirthDate(), early=True),
    Rule("MCA-005-e1", "", "sexo", Domain()),
    Rule("MCA-006-1", "", "localAtendimento", Domain(codes=tuple(range(1, 11)))),
    *_questionario(7, Q1),
    *_questionario(8, Q2),
    *_questionario(9, Q3),
    Rule("MCA-010-1", "", "uuidFicha", Document("uuid")),
    Rule("MCA-011-1", "", "tpCdsOrigem", Equals(3)),
    Rule("MCA-012-1", "", "cpfCidadao", Document("cpf")),
    Rule("MCA-012-2", "", "cpfCidadao", Forbidden(filled("cnsCidadao"))),
    Rule("MCA-012-3", "", "cpfCidadao", Required(empty("cnsCidadao"))),
    *sem_cpf("MCA-014-", "", since="8.4.0", codes=("1", "2", "3", None)),
    Rule("MCA-Q1-001-e1", f"{Q1}[]", "pergunta", Domain()),
    Rule(
        "MCA-Q1-001-1",
        f"{Q1}[]",
        "pergunta",
        Required(IDADE_PERGUNTA[Q1]),
        text="Cada item do questionário precisa do código da pergunta. Preencha-o ou apague o item.",
    ),
    Rule(
        "MCA-Q1-002-1",
        f"{Q1}[]",
        "respostaUnicaEscolha",
        Required(IDADE_PERGUNTA[Q1]),
        text="Cada pergunta do questionário precisa da resposta. Preencha-a.",
    ),
    Rule("MCA-Q1-002-o1", f"{Q1}[]", "respostaUnicaEscolha", AcceptedAnswer(ENUNS[Q1])),
    Rule("MCA-Q2-001-e1", f"{Q2}[]", "pergunta", Domain()),
    Rule(
        "MCA-Q2-001-1",
        f"{Q2}[]",
        "pergunta",
        Required(IDADE_PERGUNTA[Q2]),
        text="Cada item do questionário precisa do código da pergunta. Preencha-o ou apague o item.",
    ),
    Rule(
        "MCA-Q2-002-1",
        f"{Q2}[]",
        "respostaUnicaEscolha",
        Required(IDADE_PERGUNTA[Q2]),
        text="Cada pergunta do questionário precisa da resposta. Preencha-a.",
    ),
    Rule("MCA-Q2-002-o1", f"{Q2}[]", "respostaUnicaEscolha", AcceptedAnswer(ENUNS[Q2])),
    Rule(
        "MCA-Q2-002-o2",
        f"{Q2}[]",
        "respostaUnicaEscolha",
        Custom(
            _depends,
            "As perguntas 23, 25 e 26 só são respondidas depois de um "
            "SIM na pergunta 22 (23) ou 24 (25 e 26).",
            reads=("pergunta",),
        ),
        text="A pergunta {pergunta} só é respondida quando a resposta da {outra} é 1 (Sim). Apague a pergunta "
        "{pergunta} ou corrija a {outra}.",
    ),
    Rule("MCA-Q3-001-e1", f"{Q3}[]", "pergunta", Domain()),
    Rule(
        "MCA-Q3-001-1",
        f"{Q3}[]",
        "pergunta",
        Required(IDADE_PERGUNTA[Q3]),
        text="Cada item do questionário precisa do código da pergunta. Preencha-o ou apague o item.",
    ),
    Rule("MCA-Q3-002-e1", f"{Q3}[]", "respostaUnicaEscolha", Domain()),
    Rule("MCA-Q3-002-e1", f"{Q3}[]", "respostaUnicaEscolha", AcceptedAnswer(ENUNS[Q3])),
    # Question 12 lacking both answers is MCA-Q3-003-o1; the others lacking theirs, MCA-Q3-002-1.
    Rule(
        "MCA-Q3-002-1",
        f"{Q3}[]",
        "respostaUnicaEscolha",
        Required(
            all_of(IDADE_PERGUNTA[Q3], not_one_of("pergunta", REFEICOES), empty("respostaMultiplaEscolha"))
        ),
        text="Cada pergunta do questionário (menos a 12, de múltipla "
        "escolha) precisa da resposta. Preencha-a.",
    ),
    Rule("MCA-Q3-002-o1", f"{Q3}[]", "respostaUnicaEscolha", Forbidden(filled("respostaMultiplaEscolha"))),
    Rule("MCA-Q3-003-1", f"{Q3}[]", "respostaMultiplaEscolha", Domain()),
    Rule(
        "MCA-Q3-003-2",
        f"{Q3}[]",
        "respostaMultiplaEscolha",
        Expect(one_of("pergunta", REFEICOES), when=filled("pergunta")),
        text=_NAO_E_MULTIPLA,
    ),
    Rule("MCA-Q3-003-o1", f"{Q3}[]", "respostaMultiplaEscolha", Forbidden(filled("respostaUnicaEscolha"))),
    Rule(
        "MCA-Q3-003-o1",
        f"{Q3}[]",
        "respostaMultiplaEscolha",
        Required(all_of(one_of("pergunta", REFEICOES), empty("respostaUnicaEscolha"))),
        text="A pergunta 12 precisa das respostas de múltipla escolha. Preencha-as.",
    ),
)
