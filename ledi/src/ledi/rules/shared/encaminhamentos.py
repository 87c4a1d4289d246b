"""Rules of EncaminhamentoExternoThrift (referrals), shared by FAI and FAO."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ledi.findings import AVISO
from ledi.rules.checks import Custom, Domain, Forbidden, Lookup, Required
from ledi.rules.conditions import Cond, all_of, empty, filled, in_group, not_, one_of
from ledi.rules.model import TABLE, Narrow, Rule
from ledi.rules.scope import Scope
from ledi.rules.wording import code_text
from ledi.tables import closed

CBO = "/headerTransport.lotacaoFormPrincipal.cboCodigo_2002"
CID, CIAP = "hipoteseDiagnosticoCid10", "hipoteseDiagnosticoCiap2"
# Until 8.4.0 some CBO informed the CID10 and the others the CIAP2.
CBO_COM_CID: Cond = in_group(CBO, "cbo/FAI_CID10")
MASCULINO, FEMININO = 0, 1
# Chapters of CIAP2 by sex: W pregnancy, X female genital, Y male genital.
CAPITULOS = {MASCULINO: ("W", "X"), FEMININO: ("Y",)}
_PEDE_CID = "Antes da versão 8.4.0, com o CBO desse profissional o encaminhamento leva só a CID10. Preencha-a e apague a CIAP2."
_PEDE_CIAP = "Antes da versão 8.4.0, com o CBO desse profissional o encaminhamento leva só a CIAP2. Preencha-a e apague a CID10."
_SEXO = "A CIAP2 {valor} não parece compatível com o sexo do cidadão. Confira o código e o sexo."
_CAPITULO = "Nenhuma tabela pública diz o sexo de cada CIAP2: usa-se o capítulo (W e X mulheres, Y homens)."


def _ciap_sex(value: str, node: dict[str, Any], env: Any) -> Any:
    wrong = CAPITULOS.get(env.up[-1].get("sexo"), ())
    return {"valor": value} if value.startswith(wrong) else None


_COM_CONDUTA = "A especialidade do encaminhamento pede o encaminhamento correspondente em Conduta/desfecho."
_QUAL = "Para {especialidade}, marque {conduta}."
# especialidade -> code that tiposEncamOdonto must have.
_CONDUTA = {
    int(row["especialidade"]): int(row["tiposEncamOdonto_exigido"])
    for row in closed.rows("encaminhamento_odonto_especialidades")
}


def _conduta(value: int, node: dict[str, Any], env: Any) -> Any:
    wanted = _CONDUTA.get(value)
    if wanted is None or wanted in (env.up[-1].get("tiposEncamOdonto") or ()):
        return None
    return {
        "especialidade": code_text("especialidadeEncaminhamentoAtendimentoOdontologico", value),
        "conduta": code_text("CondutaEncaminhamentoOdonto", wanted),
    }


class _Conduta(Custom):
    def narrows(self, scope: Scope, name: str | None) -> tuple[Narrow, ...]:
        """The specialities whose referral is not among the conducts."""
        wanted: dict[int, set[int]] = defaultdict(set)
        for speciality, code in _CONDUTA.items():
            wanted[code].add(speciality)
        return tuple(
            Narrow(frozenset(those), not_(one_of("^tiposEncamOdonto", code)), allowed=False)
            for code, those in sorted(wanted.items())
        )


def encaminhamentos_fai(at: str) -> tuple[Rule, ...]:
    """The FAI-ENC-* rules: a CID10 or a CIAP2, never both."""
    return (
        Rule("FAI-ENC-001-o1", at, "especialidade", Domain()),
        Rule("FAI-ENC-002-1", at, CID, Lookup("cid", sex="^sexo"), state=TABLE),
        Rule("FAI-ENC-002-2", at, CID, Forbidden(filled(CIAP))),
        Rule("FAI-ENC-002-3", at, CID, Required(empty(CIAP)), since="8.4.0"),
        Rule("FAI-ENC-002-3", at, CID, Required(all_of(CBO_COM_CID, empty(CIAP))), until="8.4.0", text=_PEDE_CID),
        Rule("FAI-ENC-002-4", at, CID, Forbidden(all_of(not_(CBO_COM_CID), empty(CIAP))), until="8.4.0", text=_PEDE_CIAP),
        Rule("FAI-ENC-003-1", at, CIAP, Custom(_ciap_sex, _SEXO, reads=("^sexo",)), state=TABLE, severity=AVISO,
             text=_SEXO, why=_CAPITULO),
        Rule("FAI-ENC-003-2", at, CIAP, Domain("ciap_cid")),
        Rule("FAI-ENC-003-3", at, CIAP, Forbidden(filled(CID))),
        Rule("FAI-ENC-003-4", at, CIAP, Required(empty(CID)), since="8.4.0"),
        Rule("FAI-ENC-003-4", at, CIAP, Required(all_of(not_(CBO_COM_CID), empty(CID))), until="8.4.0", text=_PEDE_CIAP),
        Rule("FAI-ENC-003-5", at, CIAP, Forbidden(all_of(CBO_COM_CID, empty(CID))), until="8.4.0", text=_PEDE_CID),
        Rule("FAI-ENC-004-e1", at, "classificacaoRisco", Domain()),
    )  # fmt: skip


def encaminhamentos_fao(at: str) -> tuple[Rule, ...]:
    """The FAO-ENC-* rules."""
    return (
        Rule("FAO-ENC-001-e1", at, "especialidade", Domain()),
        Rule(
            "FAO-ENC-001-1",
            at,
            "especialidade",
            _Conduta(_conduta, _COM_CONDUTA, reads=("^tiposEncamOdonto",)),
            text=f"{_COM_CONDUTA} {_QUAL}",
        ),
        Rule("FAO-ENC-002-1", at, CID, Lookup("cid", sex="^sexo"), state=TABLE),
        Rule(
            "FAO-ENC-002-1",
            at,
            CIAP,
            Forbidden(),
            severity=AVISO,
            text="O e-SUS não prevê CIAP2 no encaminhamento odontológico, só a CID10. Use a CID10 e apague a CIAP2.",
        ),
        Rule("FAO-ENC-003-e1", at, "classificacaoRisco", Domain()),
    )
