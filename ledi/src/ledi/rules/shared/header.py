"""Rules of the header, the same for every ficha; attached by path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledi.layouts.loader import CURRENT, layout
from ledi.rules.checks import NOW, Declared, Document, Domain, Lookup, NotAfter, SameAsRecord
from ledi.rules.model import CONTEXT, TABLE, Rule
from ledi.rules.scope import Scope

_VINCULO = "Depende do CNES do município: verificada no sistema com o CNES carregado."


@dataclass(frozen=True)
class _CboDaFicha(Domain):
    """A CBO of the list of the ficha named `ficha`."""

    ficha: str = ""

    def message(self, scope: Scope, name: str | None, facts: Mapping[str, Any]) -> str:
        text = f"O CBO {facts['valor']} não está entre os que registram {self.ficha}."
        right = facts.get("certo")
        return f"{text} Escreva {right}." if right else f"{text} Confira a lotação do profissional."


def header_rules(tipo: str, *, cbo: str) -> tuple[Rule, ...]:
    """The HEADER-* rules of a ficha, at the path of its header.

    `cbo` is the ficha's own published code for "CBO allowed for this ficha"; the general HEADER code of the
    same rule is covered by it (one cause, one finding).
    """
    kind = layout(CURRENT).fichas[tipo].header_kind
    single = kind == "UnicaLotacaoHeaderThrift"
    at, code = (
        ("headerTransport", "HEADER-U-002-1")
        if single
        else ("headerTransport.lotacaoFormPrincipal", "HEADER-L-002-1")
    )
    rules = _unica("headerTransport") if single else _varias("headerTransport")
    own = Rule(cbo, at, "cboCodigo_2002", _CboDaFicha(f"cbo/{tipo}", ficha=layout(CURRENT).fichas[tipo].nome))
    if cbo == code:
        return (*rules, own)
    covered = Declared("O CBO do profissional está na lista de CBOs da ficha.", covered_by=cbo)
    return (*rules, own, Rule(code, at, "cboCodigo_2002", covered, why=f"Verificada como {cbo}."))


def _unica(at: str) -> tuple[Rule, ...]:
    return (
        Rule("HEADER-U-001-1", at, "profissionalCNS", Document("cns")),
        Rule(
            "HEADER-U-001-2",
            at,
            "profissionalCNS",
            Declared("O profissional tem vínculo ativo no município do registro."),
            state=CONTEXT,
            why=_VINCULO,
        ),
        Rule("HEADER-U-003-1", at, "cnes", SameAsRecord("cnes")),
        Rule("HEADER-U-004-1", at, "ine", SameAsRecord("ine")),
        Rule("HEADER-U-005-1", at, "dataAtendimento", NotAfter(NOW)),
        Rule("HEADER-U-006-1", at, "codigoIbgeMunicipio", SameAsRecord("ibge")),
        Rule("HEADER-U-006-e1", at, "codigoIbgeMunicipio", Domain("municipios")),
    )


def _varias(at: str) -> tuple[Rule, ...]:
    main, shared = f"{at}.lotacaoFormPrincipal", f"{at}.lotacaoFormAtendimentoCompartilhado"
    return (
        Rule("HEADER-L-001-1", main, "profissionalCNS", Document("cns")),
        Rule("HEADER-L-001-1", shared, "profissionalCNS", Document("cns")),
        Rule(
            "HEADER-L-001-2",
            main,
            "profissionalCNS",
            Declared("O profissional tem vínculo ativo no município do registro."),
            state=CONTEXT,
            why=_VINCULO,
        ),
        Rule("HEADER-L-002-2", shared, "cboCodigo_2002", Lookup("cbo"), state=TABLE),
        Rule("HEADER-L-003-1", main, "cnes", SameAsRecord("cnes")),
        Rule("HEADER-L-004-1", main, "ine", SameAsRecord("ine")),
        Rule(
            "HEADER-L-003-2",
            shared,
            "cnes",
            Declared("No atendimento compartilhado vale qualquer CNES do município."),
            state=CONTEXT,
            why=_VINCULO,
        ),
        Rule(
            "HEADER-L-004-2",
            shared,
            "ine",
            Declared("No atendimento compartilhado vale qualquer INE do município."),
            state=CONTEXT,
            why=_VINCULO,
        ),
        Rule("HEADER-VA-003-1", at, "dataAtendimento", NotAfter(NOW)),
        Rule("HEADER-VA-004-1", at, "codigoIbgeMunicipio", SameAsRecord("ibge")),
        Rule("HEADER-VA-004-e1", at, "codigoIbgeMunicipio", Domain("municipios")),
    )


def lotacao_rules(at: str) -> tuple[Rule, ...]:
    """The HEADER-LT-* rules of a LotacaoThrift (FCC), which names a professional by CPF and CNS."""
    base = "Depende da base do PEC de destino: só quem recebe sabe."
    return (
        Rule("HEADER-LT-001-1", at, "cpf", Document("cpf")),
        Rule(
            "HEADER-LT-001-2",
            at,
            "cpf",
            Declared("O CPF existe na base do PEC de destino."),
            state=CONTEXT,
            why=base,
        ),
        Rule("HEADER-LT-002-1", at, "cns", Document("cns")),
        Rule(
            "HEADER-LT-002-2",
            at,
            "cns",
            Declared("O CNS existe na base do PEC de destino."),
            state=CONTEXT,
            why=base,
        ),
        Rule(
            "HEADER-LT-002-3",
            at,
            "cns",
            Declared("O profissional tem vínculo ativo no município do registro."),
            state=CONTEXT,
            why=_VINCULO,
        ),
        Rule("HEADER-LT-003-1", at, "cboCodigo_2002", Lookup("cbo"), state=TABLE),
        Rule("HEADER-LT-006-e1", at, "codigoIbgeMunicipio", Domain("municipios")),
    )
