"""Rules of ResultadosExameThrift and ResultadoExameThrift (structured results of exams), shared by FAI and FAO."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import Custom, Domain, NotAfter, NotBefore
from ledi.rules.checks.base import Base
from ledi.rules.model import SEVERITY, CheckFn, Rule
from ledi.rules.scope import Scope
from ledi.rules.shared.exames import code_format, prefer_sigtap
from ledi.rules.wording import codes_text
from ledi.tables import closed

VALOR, DIAS, SEMANAS, DATA = 1, 2, 3, 4
_ROWS = closed.rows("exames_estruturados")
_SIGTAP = {
    row["codigo_ab"]: row["sigtap_sem_pontuacao"]
    for row in _ROWS
    if row["codigo_ab"] and row["sigtap_sem_pontuacao"]
}


def _codes(row: Mapping[str, str]) -> frozenset[str]:
    return frozenset(code for code in (row["sigtap_sem_pontuacao"], row["codigo_ab"]) if code)


EXAMES = frozenset(code for row in _ROWS for code in _codes(row))
OBSTETRICOS = frozenset(code for row in _ROWS if row["tipoResultado"] != "1" for code in _codes(row))
# Published code -> SIGTAP code (or AB, where there is none) of the exam of a row of exames_estruturados.
_VALORES = {
    "1": ("0211070270", "0211070149"), "1b": ("0205020178",), "1c": ("0206010079",), "1d": ("0207010064",),
    "1e": ("0211060100",), "1f": ("ABEX022",), "1g": ("0202020509",), "1h": ("0202010503",),
    "1i": ("0202010295",), "1j": ("0202010279",), "1k": ("0202010287",), "1l": ("0202010678",),
    "1m": ("0202010317",), "1n": ("0202050025",),
}  # fmt: skip


def resultados_rules(tipo: str, at: str, *, birth: str) -> tuple[Rule, ...]:
    """`at`: path of the items ("atendimentosIndividuais[].resultadosExames[]"); `birth`: one struct up."""
    code, start, born = f"{tipo}-RE-", "^dataHoraInicialAtendimento", f"^{birth}"
    return (
        *code_format(f"{code}001", at, "exame"),
        Rule(f"{code}001-1", at, "exame", Domain(codes=tuple(sorted(EXAMES)))),
        Rule(f"{code}001-2", at, "exame", prefer_sigtap("exame", _SIGTAP, inactive=False), severity=AVISO,
             why="A página aceita o código SIGTAP ou o código AB."),
        Rule(f"{code}002-1", at, "dataSolicitacao", NotAfter(start)),
        Rule(f"{code}002-2", at, "dataSolicitacao", NotBefore(born)),
        Rule(f"{code}003-1", at, "dataRealizacao", NotAfter(start)),
        Rule(f"{code}003-2", at, "dataRealizacao", NotBefore("dataSolicitacao")),
        Rule(f"{code}003-3", at, "dataRealizacao", NotBefore(born)),
        Rule(f"{code}004-1", at, "dataResultado", NotAfter(start)),
        Rule(f"{code}004-2", at, "dataResultado", NotBefore("dataRealizacao")),
        Rule(f"{code}004-3", at, "dataResultado", NotBefore(born)),
        Rule(f"{code}005-1", at, "resultadoExame", Custom(_obstetric, _OBSTETRICO, reads=("exame",))),
        Rule(f"{code}005-2", at, "resultadoExame", Custom(_only_value, _SO_VALOR, reads=("exame",))),
        *_values(tipo, f"{at}.resultadoExame[]"),
    )  # fmt: skip


def _values(tipo: str, at: str) -> tuple[Rule, ...]:
    code = f"{tipo}-RX-002-"
    return (
        Rule(f"{tipo}-RX-001-1", at, "tipoResultado", Domain()),
        *(Rule(code + number, at, "valorResultado", _by_exam(exams)) for number, exams in _VALORES.items()),
        Rule(f"{code}2", at, "valorResultado", ResultNumber(OBSTETRICOS, DIAS, 0, Decimal(0), Decimal(6))),
        Rule(
            f"{code}3", at, "valorResultado", ResultNumber(OBSTETRICOS, SEMANAS, 0, Decimal(0), Decimal(42))
        ),
        Rule(
            f"{code}4",
            at,
            "valorResultado",
            Custom(_date, _DATA, reads=("^exame", "tipoResultado", "^dataRealizacao")),
        ),
    )


_OBSTETRICO = "Na ultrassonografia obstétrica, informe ao menos o resultado em semanas (tipo 3) ou em data (tipo 4), e nunca o tipo 1 (Valor)."
_SO_VALOR = "Para esse exame só é aceito resultado do tipo 1 (Valor). Corrija o tipo de resultado ou o exame."
_DATA = "O resultado do tipo 4 (Data) não é uma data, ou é de antes da realização do exame. Confira a data do resultado."


def _kinds(value: Any) -> set[Any]:
    return {item.get("tipoResultado") for item in value}


def _obstetric(value: Any, node: dict[str, Any], env: Any) -> Any:
    if node.get("exame") not in OBSTETRICOS:
        return None
    kinds = _kinds(value)
    if VALOR not in kinds and not kinds <= {DIAS, SEMANAS, DATA}:
        return None  # a kind that is missing or unknown has its own finding
    return {} if VALOR in kinds or kinds.isdisjoint((SEMANAS, DATA)) else None


def _only_value(value: Any, node: dict[str, Any], env: Any) -> Any:
    exam = node.get("exame")
    if exam not in EXAMES or exam in OBSTETRICOS:
        return None
    known = (DIAS, SEMANAS, DATA)  # any other kind is not even in the list
    return [
        (f"[{index}].tipoResultado", {})
        for index, item in enumerate(value)
        if item.get("tipoResultado") in known
    ] or None


_INTEGER = re.compile(r"-?[0-9]{1,15}").fullmatch


def _date(value: str, node: dict[str, Any], env: Any) -> Any:
    if node.get("tipoResultado") != DATA or env.up[-1].get("exame") not in OBSTETRICOS:
        return None
    if not _INTEGER(value) or abs(int(value)) > 253_402_214_400_000:
        return {}
    done = env.up[-1].get("dataRealizacao")
    return {} if done is not None and env.day(int(value)) < env.day(done) else None


def _by_exam(exams: tuple[str, ...]) -> Base:
    rows = [row for row in _ROWS if _codes(row) & set(exams)]
    codes = frozenset(code for row in rows for code in _codes(row))
    row = rows[0]
    if row["tipo_valor"] == "enum":
        return ResultCode(codes, row["enum"])
    low, high = (Decimal(row[key].replace(",", ".")) for key in ("min", "max"))
    return ResultNumber(codes, VALOR, int(row["casas_decimais"]), low, high)


class _Result(Base):
    """The text of a result, where the exam and the kind of result are those of the check."""

    exams: frozenset[str]

    def refs(self) -> tuple[str, ...]:
        return ("^exame", "tipoResultado")

    def exam(self) -> str:
        """How the exam reads: its code and name."""
        row = next(row for row in _ROWS if _codes(row) & self.exams)
        return f"{'/'.join(sorted(self.exams))} ({row['descricao_sigtap'] or row['descricao_ab']})"


def _spelling(facts: Mapping[str, Any]) -> str:
    """What to write: a result with spaces or a line end around it is refused, and told without them."""
    return f"Escreva {facts['certo']}, sem espaços em volta." if "certo" in facts else "Corrija o resultado."


@dataclass(frozen=True)
class ResultCode(_Result):
    """A code of an enum, written as text."""

    exams: frozenset[str]
    enum: str

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        exams, allowed = self.exams, closed.texts(self.enum, scope.version)

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            if env.up[-1].get("exame") not in exams or node.get("tipoResultado") != VALOR or value in allowed:
                return None
            return {"certo": value.strip()} if value.strip() in allowed else {}

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        codes = codes_text(self.enum, closed.codes(self.enum, scope.version))
        return f"No exame {self.exam()}, o resultado deve ser {codes}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        return f"{self.describe(scope, name)} {_spelling(facts)}"


@dataclass(frozen=True)
class ResultNumber(_Result):
    """A number between two limits with at most `places` decimals, after a comma (a dot is told, not refused)."""

    exams: frozenset[str]
    kind: int
    places: int
    low: Decimal
    high: Decimal

    def compile(self, scope: Scope, name: str | None) -> CheckFn:
        exams, kind, low, high = self.exams, self.kind, self.low, self.high
        written = re.compile(
            rf"[0-9]{{1,9}}([.,][0-9]{{1,{self.places}}})?" if self.places else r"[0-9]{1,9}"
        ).fullmatch

        def run(value: Any, node: dict[str, Any], env: Any) -> Any:
            if env.up[-1].get("exame") not in exams or node.get("tipoResultado") != kind:
                return None
            text = value.strip()
            if not written(text) or not low <= Decimal(text.replace(",", ".")) <= high:
                return {}
            if text != value:
                return {"certo": text.replace(".", ",")}
            return {"ponto": True, SEVERITY: AVISO} if "." in text else None

        return run

    def describe(self, scope: Scope, name: str | None) -> str:
        limits = f"de {self.low} a {self.high}".replace(".", ",")
        places = f", com até {self.places} casas decimais" if self.places else ", sem decimais"
        unit = {DIAS: " em dias", SEMANAS: " em semanas"}.get(self.kind, "")
        return f"No exame {self.exam()}, o resultado{unit} deve ser um número {limits}{places}."

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        if facts.get("ponto"):
            return (
                "O e-SUS escreve os decimais do resultado com vírgula, como 7,20. Troque o ponto por vírgula."
            )
        return f"{self.describe(scope, name)} {_spelling(facts)}"
