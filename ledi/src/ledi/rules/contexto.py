"""Rules of context (CTX-…): what a record says against the município's CNES and the monthly tables.

They are ours, not LEDI's: what the PEC or SIAPS reproves and no single record tells. Where a published rule
asks the same of a table, that rule is the one that speaks (CIAP2 and CBO of the lists, sex of a CID10 in
encaminhamentos and FAE).
"""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.layouts.loader import CURRENT, layout
from ledi.rules.checks import Declared
from ledi.rules.checks.contexto import CBO, CID, EXISTE, IDADE, SEXO, Compativel, NaCiap, NaCid, Vinculo
from ledi.rules.model import CONTEXT, HISTORY, TABLE, Rule
from ledi.tables import vinculo

#: part of a post -> (code, field that the finding points at)
_PARTS = {
    vinculo.CNES: ("CTX-CNES-001", "cnes"),
    vinculo.INE: ("CTX-INE-001", "ine"),
    vinculo.INE_CNES: ("CTX-INE-002", "ine"),
    vinculo.INE_ATIVA: ("CTX-INE-003", "ine"),
    vinculo.PROFISSIONAL: ("CTX-LOT-001", ""),
    vinculo.CBO: ("CTX-LOT-002", "cboCodigo_2002"),
    vinculo.POSTO: ("CTX-LOT-003", "cnes"),
    vinculo.EQUIPE: ("CTX-LOT-004", "ine"),
}
#: in what the page lets be any CBO, CNES and INE of the município, the rest of the post is only told
_STRICT_ANYWHERE = frozenset((vinculo.CNES, vinculo.INE, vinculo.PROFISSIONAL))
_PROCEDURES = {"FP": "atendProcedimentos[]", "FAD": "atendimentosDomiciliares[]"}
_BIRTH = {"FP": "dtNascimento", "FAD": "dataNascimento", "FAO": "dtNascimento", "FAI": "dataNascimento"}
_CHILDREN = {"FAI": "atendimentosIndividuais[]", "FAO": "atendimentosOdontologicos[]", **_PROCEDURES}
_LATE = "lotacaoFormAtendimentoCompartilhado"
#: tipo -> fields of the citizen's birth and sex
CITIZEN_FIELDS = {
    "FAI": ("dataNascimento", "sexo"),
    "FAO": ("dtNascimento", "sexo"),
    "FAD": ("dataNascimento", "sexo"),
    "FAC": ("dataNascimento", "sexo"),
    "FAE": ("dataNascimentoCidadao", "sexoCidadao"),
    "FCC": ("dataNascimentoCidadao", "sexoCidadao"),
    "FP": ("dtNascimento", "sexo"),
    "FV": ("dtNascimento", "sexo"),
    "FVD": ("dtNascimento", "sexo"),
    "MCA": ("dataNascimento", "sexo"),
}
_WHERE = {
    **_CHILDREN,
    "FV": "vacinacoes[]",
    "FVD": "visitasDomiciliares[]",
    "FAC": "participantes[]",
    "FAE": "",
    "FCC": "",
    "MCA": "",
}
_NO_SISTEMA = "Depende dos outros registros recebidos: verificada no sistema."


def context_rules(tipo: str) -> tuple[Rule, ...]:
    """The CTX rules of a ficha."""
    return (*_posts(tipo), *_procedures(tipo), *_exams(tipo), *_cids(tipo), *_history(tipo))


def _posts(tipo: str) -> tuple[Rule, ...]:
    kind = layout(CURRENT).fichas[tipo].header_kind
    if tipo == "FCC":
        main = _post("lotacaoEvolucao", who="cns")
        return (
            *main,
            *_post("solicitante", who="cns", mild=True),
            *_post("executante", who="cns", mild=True),
        )
    if kind == "UnicaLotacaoHeaderThrift":
        return (*_post("headerTransport"), *(_participants() if tipo == "FAC" else ()))
    rules = (
        *_post("headerTransport.lotacaoFormPrincipal"),
        *_post(f"headerTransport.{_LATE}", free=True),
    )
    if tipo == "FAI":
        return (*rules, *_post("atendimentosIndividuais[].finalizadorObservacao", free=True))
    return rules


def _post(
    at: str, *, who: str = "profissionalCNS", mild: bool = False, free: bool = False
) -> tuple[Rule, ...]:
    """`mild`: only told. `free`: LEDI lets it be anyone of the município."""
    return tuple(
        _told(
            code,
            at,
            field or who,
            Vinculo(part, who=who, mild=mild or (free and part not in _STRICT_ANYWHERE)),
        )
        for part, (code, field) in _PARTS.items()
    )


def _told(code: str, at: str, name: str, check: Vinculo) -> Rule:
    return Rule(code, at, name, check, state=CONTEXT, severity=AVISO if check.mild else "erro")


def _participants() -> tuple[Rule, ...]:
    """Who holds a group activity with others may come from outside health: told, never refused."""
    at, who, cbo = "profissionais[]", "cnsProfissional", "codigoCbo2002"
    return (
        _told("CTX-LOT-001", at, who, Vinculo(vinculo.PROFISSIONAL, who=who, cbo=cbo, mild=True)),
        _told("CTX-LOT-002", at, cbo, Vinculo(vinculo.CBO, who=who, cbo=cbo, mild=True)),
    )


def _procedures(tipo: str) -> tuple[Rule, ...]:
    """Procedures performed: existence, sex, age, CBO and CID10."""
    if tipo == "FAO":
        at, name, up = "atendimentosOdontologicos[].procedimentosRealizados[]", "coMsProcedimento", "^"
    elif tipo in _PROCEDURES:
        at, name, up = _PROCEDURES[tipo], "procedimentos", ""
    else:
        return ()
    rules = [
        Rule("CTX-PROC-001", at, name, Compativel(EXISTE), state=TABLE),
        Rule("CTX-PROC-002", at, name, Compativel(SEXO, (f"{up}sexo",)), state=TABLE),
        Rule("CTX-PROC-003", at, name, Compativel(IDADE, (f"{up}{_BIRTH[tipo]}",)), state=TABLE),
        Rule("CTX-PROC-004", at, name, Compativel(CBO, _cbo_paths(tipo)), state=TABLE),
    ]
    if tipo != "FP":  # FP has no CID10
        rules.append(
            Rule("CTX-PROC-005", at, name, Compativel(CID, (f"{up}problemasCondicoes",)), state=TABLE)
        )
    return tuple(rules)


def _cbo_paths(tipo: str) -> tuple[str, ...]:
    if tipo == "FP":
        return ("/headerTransport.cboCodigo_2002",)
    places = ("lotacaoFormPrincipal", _LATE)
    return tuple(f"/headerTransport.{place}.cboCodigo_2002" for place in places)


def _exams(tipo: str) -> tuple[Rule, ...]:
    """Exams requested or evaluated: only told, and never against the CBO or the CID10."""
    if tipo not in ("FAI", "FAO"):
        return ()
    at, name = f"{_CHILDREN[tipo]}.exame[]", "codigoExame"
    checks = (
        ("CTX-EXAME-001", Compativel(EXISTE)),
        ("CTX-EXAME-002", Compativel(SEXO, ("^sexo",))),
        ("CTX-EXAME-003", Compativel(IDADE, (f"^{_BIRTH[tipo]}",))),
    )
    return tuple(Rule(code, at, name, check, state=TABLE, severity=AVISO) for code, check in checks)


def _cids(tipo: str) -> tuple[Rule, ...]:
    if tipo == "FAE":  # the sex: FAE-019-2, FAE-020-2, FAE-021-2
        names = ("cid10Principal", "cid10SecundarioUm", "cid10SecundarioDois")
        return tuple(Rule("CTX-CID-001", "", name, NaCid(), state=TABLE) for name in names)
    if tipo == "FCC":  # the sex: FCC-016-1
        return (
            Rule("CTX-CID-001", "", "cid10", NaCid(), state=TABLE),
            Rule("CTX-CIAP-001", "", "ciap", NaCiap(), state=TABLE),
        )
    if tipo == "FV":
        return _cid("vacinacoes[].vacinas[]", "cid10MotivoIndicacao", "^sexo")
    if tipo not in ("FAI", "FAO", "FAD"):
        return ()
    rules = _cid(f"{_CHILDREN[tipo]}.problemasCondicoes[]", "cid10", "^sexo")
    if tipo == "FAD":
        return rules
    # the sex: FAI-ENC-002-1, FAO-ENC-002-1
    at = f"{_CHILDREN[tipo]}.encaminhamentos[]"
    return (*rules, Rule("CTX-CID-001", at, "hipoteseDiagnosticoCid10", NaCid(), state=TABLE))


def _cid(at: str, name: str, sex: str) -> tuple[Rule, ...]:
    return (
        Rule("CTX-CID-001", at, name, NaCid(), state=TABLE),
        Rule("CTX-CID-002", at, name, NaCid(sex=sex), state=TABLE),
    )


def _history(tipo: str) -> tuple[Rule, ...]:
    """What only other records tell: declared here, checked by the system, never refused."""
    person = "identificacaoUsuarioCidadao"
    found: list[tuple[str, str, str | None, str]] = []
    if tipo in ("FCI", "FCD"):
        found.append(
            ("CTX-HIST-001", "", "uuidFichaOriginadora", "O cadastro que a ficha atualiza foi recebido.")
        )
    if tipo == "FCI":
        head = "O responsável familiar tem cadastro individual."
        home = "A família do cidadão está em um cadastro domiciliar."
        for name in ("cnsResponsavelFamiliar", "cpfResponsavelFamiliar"):
            found += [("CTX-HIST-002", person, name, head), ("CTX-HIST-003", person, name, home)]
    if tipo == "FCD":
        for name in ("numeroCnsResponsavel", "cpfResponsavel"):
            text = "O responsável da família tem cadastro individual."
            found.append(("CTX-HIST-004", "familias[]", name, text))
    if tipo == "FVD":
        text = "O cadastro domiciliar do imóvel visitado foi recebido."
        found.append(("CTX-HIST-005", _WHERE[tipo], "uuidOrigemCadastroDomiciliar", text))
    if tipo in ("FAI", "FAO", "FAD", "FP", "FV", "FVD"):
        text = "Não há outra ficha do mesmo cidadão, com o mesmo profissional, no mesmo momento."
        found.append(("CTX-HIST-006", _WHERE[tipo], None, text))
    if tipo in CITIZEN_FIELDS:
        birth, sex = CITIZEN_FIELDS[tipo]
        found.append(("CTX-CLI-001", _WHERE[tipo], birth, "O nascimento é o do cadastro do cliente."))
        found.append(("CTX-CLI-002", _WHERE[tipo], sex, "O sexo é o do cadastro do cliente."))
    return tuple(
        Rule(code, at, name, Declared(text), severity=AVISO, state=HISTORY, why=_NO_SISTEMA)
        for code, at, name, text in found
    )
