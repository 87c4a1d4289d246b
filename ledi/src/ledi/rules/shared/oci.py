"""Rules of SolicitacaoOciThrift (integrated care offers), shared by FAI and FAO."""

from __future__ import annotations

from ledi.rules.checks import Custom, Declared, Spelled, Unique
from ledi.rules.model import CheckFn, Rule
from ledi.tables import closed


def oci_rules(tipo: str, at: str, *, own: str) -> tuple[Rule, ...]:
    """`at`: path of the items; `own`: the ficha's code for "not repeated", written on the list too."""
    parent, _, name = at.removesuffix("[]").rpartition(".")
    code = f"{tipo}-OCI-001"
    repeated = Declared("A mesma OCI não é solicitada duas vezes no atendimento.", covered_by=f"{code}-2")
    group = Custom(_of_group(tipo), "Só é aceito procedimento SIGTAP do grupo 09 (ofertas de cuidados integrados).",
                   is_facet=True)  # fmt: skip
    return (
        Rule(own, parent, name, repeated, why=f"Verificada como {code}-2, no campo repetido."),
        Rule(
            f"{code}-3", at, "codigoSigtap", Spelled(r"[0-9]{10}", "deve ter 10 dígitos, sem ponto nem hífen")
        ),
        Rule(f"{code}-1", at, "codigoSigtap", group),
        Rule(f"{code}-2", parent, name, Unique(("codigoSigtap",))),
    )


def _of_group(tipo: str) -> CheckFn:
    groups = tuple(str(code) for code in closed.codes(f"procedimentos_grupos/oci/{tipo}"))
    return lambda value, node, env: None if value.startswith(groups) else {"valor": value}
