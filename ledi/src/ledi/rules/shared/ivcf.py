"""Rules of IvcfThrift (IVCF-20), shared by FAI, FAO, FP and FVD."""

from __future__ import annotations

from ledi.rules.checks import NOW, AgeAtLeast, Declared, NotAfter, Range
from ledi.rules.model import Rule


def ivcf_rules(prefix: str, at: str, *, own: str, birth: str, end: str | None) -> tuple[Rule, ...]:
    """`at`: path of the ivcf struct; `own`: code of the ficha's rule on the ivcf field itself (age 60 or more).

    `birth`: the citizen's birth date field; `end`: the end of the attendance, None where the ficha has none.
    """
    parent = at.rpartition(".")[0]
    ended = NotAfter(f"^{end}") if end else Declared("O resultado não é depois do fim do atendimento.")
    return (
        Rule(own, parent, "ivcf", AgeAtLeast(birth, 60)),
        Rule(f"{prefix}-IV-001-1", at, "resultado", Range(0, 40)),
        Rule(f"{prefix}-IV-015-1", at, "dataResultado", NotAfter(NOW)),
        Rule(f"{prefix}-IV-015-2", at, "dataResultado", ended,
             why=None if end else "A ficha não tem a hora do fim do atendimento (DIV-16)."),
        Rule(f"{prefix}-IV-015-3", at, "dataResultado",
             Declared("O IVCF só é aceito para pessoas a partir de 60 anos.", covered_by=own), why=f"Verificada como {own}."),
    )  # fmt: skip
