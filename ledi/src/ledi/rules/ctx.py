"""Rules of context (CTX-…): what a record says against the município's CNES and the monthly tables.

They are ours, not LEDI's: what the PEC or SIAPS reproves and no single record tells. Where a published rule
asks the same of a table, that rule is the one that speaks (CIAP2 and CBO of the lists, sex of a CID10 in
encaminhamentos and FAE).
"""

from __future__ import annotations

from collections.abc import Iterable

from ledi.findings import AVISO, ERRO, Severidade
from ledi.layouts import CURRENT, Block, Ficha, layout
from ledi.rules.checks import Declared
from ledi.rules.checks.compatibility import CBO, CID, EXISTE, IDADE, SEXO, Compativel, NaCiap, NaCid
from ledi.rules.checks.posts import Vinculo
from ledi.rules.model import CONTEXT, HISTORY, TABLE, Rule
from ledi.tables import vinculo

#: part of a post -> (code, role of the field that the finding points at)
_PARTS = {
    vinculo.CNES: ("CTX-CNES-001", "cnes"),
    vinculo.INE: ("CTX-INE-001", "ine"),
    vinculo.INE_CNES: ("CTX-INE-002", "ine"),
    vinculo.INE_ATIVA: ("CTX-INE-003", "ine"),
    vinculo.PROFISSIONAL: ("CTX-LOT-001", "profissional"),
    vinculo.CBO: ("CTX-LOT-002", "cbo"),
    vinculo.POSTO: ("CTX-LOT-003", "cnes"),
    vinculo.EQUIPE: ("CTX-LOT-004", "ine"),
}
#: in what the page lets be any CBO, CNES and INE of the município, the rest of the post is only told
_STRICT_ANYWHERE = frozenset((vinculo.CNES, vinculo.INE, vinculo.PROFISSIONAL))
_NO_SISTEMA = "Depende dos outros registros recebidos: verificada no sistema."


def _ficha(tipo: str) -> Ficha:
    return layout(CURRENT).fichas[tipo]


def context_rules(tipo: str) -> tuple[Rule, ...]:
    """The CTX rules of a ficha."""
    return (*_posts(tipo), *_procedures(tipo), *_exams(tipo), *_cids(tipo), *_history(tipo))


def _posts(tipo: str) -> tuple[Rule, ...]:
    ficha = _ficha(tipo)
    rules = _post(ficha.main)
    if late := ficha.shared:
        rules += _post(late, free=True)
    if tipo == "FAI":
        rules += _post(ficha.block(f"{ficha.citizen.pattern}.finalizadorObservacao"), free=True)
    if tipo == "FCC":
        rules += _post(ficha.block("solicitante"), mild=True) + _post(ficha.block("executante"), mild=True)
    if tipo == "FAC":  # who holds a group activity with others may come from outside health
        rules += _post(ficha.block("profissionais"), mild=True, parts=(vinculo.PROFISSIONAL, vinculo.CBO))
    return rules


def _post(
    block: Block, *, mild: bool = False, free: bool = False, parts: Iterable[str] = _PARTS
) -> tuple[Rule, ...]:
    """`mild`: only told. `free`: LEDI lets it be anyone of the município."""
    at, name = block.pattern, block.struct.role_name
    rules = []
    for part in parts:
        code, role = _PARTS[part]
        check = Vinculo(part, mild=mild or (free and part not in _STRICT_ANYWHERE))
        severity: Severidade = AVISO if check.mild else ERRO
        rules.append(Rule(code, at, name(role), check, state=CONTEXT, severity=severity))
    return tuple(rules)


def _citizen(tipo: str) -> str:
    return _ficha(tipo).citizen.pattern


def _birth_and_sex(tipo: str) -> tuple[str, str]:
    person = _ficha(tipo).citizen.struct
    return person.role_name("nascimento"), person.role_name("sexo")


def _procedures(tipo: str) -> tuple[Rule, ...]:
    """Procedures performed: existence, sex, age, CBO and CID10."""
    if tipo == "FAO":
        at, name, up = f"{_citizen(tipo)}.procedimentosRealizados[]", "coMsProcedimento", "^"
    elif tipo in ("FP", "FAD"):
        at, name, up = _citizen(tipo), "procedimentos", ""
    else:
        return ()
    birth, sex = _birth_and_sex(tipo)
    rules = [
        Rule("CTX-PROC-001", at, name, Compativel(EXISTE), state=TABLE),
        Rule("CTX-PROC-002", at, name, Compativel(SEXO, (f"{up}{sex}",)), state=TABLE),
        Rule("CTX-PROC-003", at, name, Compativel(IDADE, (f"{up}{birth}",)), state=TABLE),
        Rule("CTX-PROC-004", at, name, Compativel(CBO, _cbo_paths(tipo)), state=TABLE),
    ]
    if tipo != "FP":  # FP has no CID10
        rules.append(
            Rule("CTX-PROC-005", at, name, Compativel(CID, (f"{up}problemasCondicoes",)), state=TABLE)
        )
    return tuple(rules)


def _cbo_paths(tipo: str) -> tuple[str, ...]:
    ficha = _ficha(tipo)
    blocks = (ficha.main, ficha.shared) if ficha.shared else (ficha.main,)
    return tuple(f"/{block.name('cbo')}" for block in blocks)


def _exams(tipo: str) -> tuple[Rule, ...]:
    """Exams requested or evaluated: only told, and never against the CBO or the CID10."""
    if tipo not in ("FAI", "FAO"):
        return ()
    at, name = f"{_citizen(tipo)}.exame[]", "codigoExame"
    birth, sex = _birth_and_sex(tipo)
    checks = (
        ("CTX-EXAME-001", Compativel(EXISTE)),
        ("CTX-EXAME-002", Compativel(SEXO, (f"^{sex}",))),
        ("CTX-EXAME-003", Compativel(IDADE, (f"^{birth}",))),
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
        return _cid(tipo, "vacinas[]", "cid10MotivoIndicacao")
    if tipo not in ("FAI", "FAO", "FAD"):
        return ()
    rules = _cid(tipo, "problemasCondicoes[]", "cid10")
    if tipo == "FAD":
        return rules
    # the sex: FAI-ENC-002-1, FAO-ENC-002-1
    at = f"{_citizen(tipo)}.encaminhamentos[]"
    return (*rules, Rule("CTX-CID-001", at, "hipoteseDiagnosticoCid10", NaCid(), state=TABLE))


def _cid(tipo: str, items: str, name: str) -> tuple[Rule, ...]:
    """Of the items of a list that each citizen of the ficha has."""
    at, sex = f"{_citizen(tipo)}.{items}", f"^{_birth_and_sex(tipo)[1]}"
    return (
        Rule("CTX-CID-001", at, name, NaCid(), state=TABLE),
        Rule("CTX-CID-002", at, name, NaCid(sex=sex), state=TABLE),
    )


def _history(tipo: str) -> tuple[Rule, ...]:
    """What only other records tell: declared here, checked by the system, never refused."""
    citizen = _ficha(tipo).citizen
    person, at = citizen.struct, citizen.pattern
    found: list[tuple[str, str, str | None, str]] = []
    if tipo in ("FCI", "FCD"):
        found.append(
            ("CTX-HIST-001", "", "uuidFichaOriginadora", "O cadastro que a ficha atualiza foi recebido.")
        )
    if tipo == "FCI":
        head = "O responsável familiar tem cadastro individual."
        home = "A família do cidadão está em um cadastro domiciliar."
        for role in ("cns_responsavel", "cpf_responsavel"):
            name = person.role_name(role)
            found += [("CTX-HIST-002", at, name, head), ("CTX-HIST-003", at, name, home)]
    if tipo == "FCD":
        for role in ("cns", "cpf"):
            text = "O responsável da família tem cadastro individual."
            found.append(("CTX-HIST-004", at, person.role_name(role), text))
    if tipo == "FVD":
        text = "O cadastro domiciliar do imóvel visitado foi recebido."
        found.append(("CTX-HIST-005", at, "uuidOrigemCadastroDomiciliar", text))
    if tipo in ("FAI", "FAO", "FAD", "FP", "FV", "FVD"):
        text = "Não há outra ficha do mesmo cidadão, com o mesmo profissional, no mesmo momento."
        found.append(("CTX-HIST-006", at, None, text))
    birth, sex = _birth_and_sex(tipo)
    if birth and sex and tipo != "FCI":  # the registration is the client's own
        found.append(("CTX-CLI-001", at, birth, "O nascimento é o do cadastro do cliente."))
        found.append(("CTX-CLI-002", at, sex, "O sexo é o do cadastro do cliente."))
    return tuple(
        Rule(code, at, name, Declared(text), severity=AVISO, state=HISTORY, why=_NO_SISTEMA)
        for code, at, name, text in found
    )
