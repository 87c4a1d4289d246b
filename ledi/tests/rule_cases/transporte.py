"""Failing and passing cases of the envelope's rules: those of a record, and those of the installation."""

from __future__ import annotations

from typing import NamedTuple

from ledi.layouts import CURRENT
from ledi_gerador.documentos import cnpj, cpf
from rule_cases.harness import Case

CASES: list[Case] = [
    Case(
        "TRANSPORTE-D-001-1",
        "FVD",
        {"@uuid": "0019615-abc"},
        codes=frozenset(("TRANSPORTE-D-001-1", "REGISTRO-uuid-diferente")),
    ),
    Case(
        "TRANSPORTE-D-004-e1",
        "FVD",
        {"@ibge": "9999999"},
        codes=frozenset(("TRANSPORTE-D-004-e1", "HEADER-U-006-1")),
    ),
]


class Installation(NamedTuple):
    """A value of DadoInstalacaoThrift that gives exactly `code`, and one that gives nothing."""

    code: str
    name: str
    bad: str
    good: str
    version: str = CURRENT


_LETTERS = "12ABC34501DE35"  # the example of the Receita Federal

INSTALLATION: list[Installation] = [
    Installation("TRANSPORTE-I-001-1", "contraChave", "Sistema Saude", "Saude - 1.0.0"),
    Installation("TRANSPORTE-I-003-o1", "cpfOuCnpj", "11222333000182", cnpj(11_222_333)),
    Installation("TRANSPORTE-I-003-o1", "cpfOuCnpj", "11111111111", cpf(5)),
    Installation("TRANSPORTE-I-003-o1", "cpfOuCnpj", "123", _LETTERS),
    Installation("TRANSPORTE-I-003-o1", "cpfOuCnpj", _LETTERS, cnpj(11_222_333), version="7.2.2"),
    Installation("TRANSPORTE-I-006-1", "email", "saude@municipio", "saude@municipio.sc.gov.br"),
]
