"""`ledi gerar`: a fictitious municipality's production, for demonstrations, tests and benchmarks."""

from __future__ import annotations

from typing import Any

from ledi.sintetico import cli as sintetico


def add(verbs: Any) -> None:
    parser = verbs.add_parser("gerar", help="gera registros fictícios (demonstração, testes, medidas)")
    sintetico.add_arguments(parser)
    parser.set_defaults(run=sintetico.run)
