"""Cases of the rules of context, against a small CNES and a small SIGTAP."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledi.layouts import CURRENT, TIPOS, layout
from ledi.referencias.memory import CnesRelease, MemoryTables, SigtapRelease
from ledi.tables.port import Cbo, Cid, Equipe, Estabelecimento, Procedimento
from ledi_gerador.documentos import cns
from ledi_gerador.minimos import minimal
from rule_cases.harness import Case

H = "headerTransport."
MAIN, SHARED = f"{H}lotacaoFormPrincipal.", f"{H}lotacaoFormAtendimentoCompartilhado."
OTHER_CNES, OTHER_INE, CLOSED_INE, UNKNOWN_INE = "0019623", "0000471844", "0000471852", "0009999999"
COLLEAGUE = cns(31)
OUTRO = "3550308"  # another município


def post_of(tipo: str) -> dict[str, str]:
    """The post that the minimal record of a ficha names."""
    ficha = minimal(tipo)["ficha"]
    header = ficha.get("headerTransport") or ficha["lotacaoEvolucao"]
    found = header.get("lotacaoFormPrincipal", header)
    return {
        "cns": found.get("profissionalCNS") or found.get("cns"),
        "cbo": found["cboCodigo_2002"],
        "cnes": found["cnes"],
        "ine": found.get("ine") or "",
    }


def tables(
    tipo: str, *, when: date = date(2026, 4, 20), sigtap: str = "202601", ibge: str = "4205407"
) -> MemoryTables:
    """The post of the minimal record and some more; procedures with every kind of limit."""
    post = post_of(tipo)
    made = MemoryTables()
    places = {
        code: Estabelecimento(code, "UBS", "4205407", "", "02", "") for code in (post["cnes"], OTHER_CNES)
    }
    ine = post["ine"] or "0000471828"
    teams = {
        ine: Equipe(ine, post["cnes"], "A", "70", "ESF", "1", None),
        "0000471836": Equipe("0000471836", post["cnes"], "B", "70", "ESF", "2", None),
        OTHER_INE: Equipe(OTHER_INE, OTHER_CNES, "C", "70", "ESF", "3", None),
        CLOSED_INE: Equipe(CLOSED_INE, post["cnes"], "D", "70", "ESF", "4", date(2026, 5, 1)),
    }
    posts = {
        (post["cns"], post["cbo"], post["cnes"]): frozenset((post["ine"],)),
        (COLLEAGUE, "225142", post["cnes"]): frozenset((ine,)),
    }
    made.add_cnes(when, CnesRelease(ibge, places, teams, posts))
    none = frozenset[str]()

    def act(
        code: str, sexo: str = "I", low: int = 0, high: int = 1571, cbos: Any = none, cids: Any = none
    ) -> Procedimento:
        return Procedimento(code, "ATO", "1", sexo, low, high, frozenset(cbos), frozenset(cids), none, none)

    acts = [
        act("0301100047"), act("0201020033", sexo="F"), act("0201020050", high=1), act("0301100209"),
        act("0301040095", cbos=("225142",)), act("0401010031", cids=("L020",)), act("0202010295"),
        act("0202060217", sexo="F"), act("0202050092", low=1200), act("0301100284"),
        act("0307010031", sexo="M"),
    ]  # fmt: skip
    cids = [Cid("L020", "A", "I"), Cid("J00", "B", "I"), Cid("N40", "C", "M"), Cid("Z340", "D", "F")]
    if sigtap:
        made.add_sigtap(
            sigtap,
            SigtapRelease(
                {a.codigo: a for a in acts}, {c.codigo: c for c in cids}, {"225142": Cbo("225142", "M")}
            ),
        )
    return made


def at_end_of_month(tipo: str) -> MemoryTables:
    """Tables of the month of the minimal record: what is missing is an error."""
    return tables(tipo, when=date(2026, 9, 1), sigtap="202609")


def there(tipo: str) -> dict[str, str]:
    """The record moved to the other município."""
    return {"@ibge": OUTRO, layout(CURRENT).fichas[tipo].twins["ibge"]: OUTRO}


def case(code: str, tipo: str, bad: dict, **more: Any) -> Case:
    more.setdefault("tabelas", at_end_of_month(tipo))
    return Case(code, tipo, bad, **more)


def both(change: dict[str, str]) -> dict[str, str]:
    """The same CNES or INE in the header and beside the ficha."""
    return {f"{place}{key}": value for key, value in change.items() for place in (H, "@")}


P, D, C = "atendProcedimentos[0].", "atendimentosDomiciliares[0].", "atendimentosIndividuais[0]."
BUCAL = "atendimentosOdontologicos[0].procedimentosRealizados[0]"
CID_D, CID_C = f"{D}problemasCondicoes[0].cid10", f"{C}problemasCondicoes[0].cid10"
SO_HOMENS = {"coMsProcedimento": "0307010031", "quantidade": 1}
SO_MULHERES = "0202060217"
COM_COLEGA = {"solicitante.cns": COLLEAGUE}
PR, E = "profissionais[0].", f"{C}exame[0]."
EXAME = {E + "codigoExame": "0202010295", E + "solicitadoAvaliado": ["S"]}
COMPARTILHADO = {
    f"{SHARED}profissionalCNS": COLLEAGUE, f"{SHARED}cboCodigo_2002": "225142", f"{SHARED}cnes": "0019615",
    f"{SHARED}ine": "0000471828",
}  # fmt: skip
PARTICIPANTE = {f"{PR}cnsProfissional": COLLEAGUE, f"{PR}codigoCbo2002": "225142"}

CASES: list[Case] = [
    case("CTX-CNES-001", "FVD", both({"cnes": "5990000"})),
    case("CTX-INE-001", "FVD", both({"ine": UNKNOWN_INE})),
    case("CTX-INE-002", "FVD", both({"ine": OTHER_INE})),
    case("CTX-INE-003", "FVD", both({"ine": CLOSED_INE})),
    case("CTX-LOT-001", "FVD", {f"{H}profissionalCNS": cns(99)}),
    case("CTX-LOT-002", "FVD", {f"{H}cboCodigo_2002": "515140"}),
    case("CTX-LOT-003", "FVD", both({"cnes": OTHER_CNES, "ine": OTHER_INE})),
    case("CTX-LOT-004", "FVD", both({"ine": "0000471836"})),
    # an older CNES proves little by what it lacks
    case("CTX-LOT-001", "FVD", {f"{H}profissionalCNS": cns(99)}, tabelas=tables("FVD"), severity="aviso"),
    # elsewhere LEDI takes anyone of the município
    case("CTX-LOT-004", "FAI", {f"{SHARED}ine": "0000471836"}, base=COMPARTILHADO, severity="aviso"),
    case("CTX-LOT-001", "FAI", {f"{SHARED}profissionalCNS": cns(99)}, base=COMPARTILHADO),
    case("CTX-LOT-001", "FAC", {f"{PR}cnsProfissional": cns(99)}, base=PARTICIPANTE, severity="aviso"),
    case("CTX-LOT-002", "FAC", {f"{PR}codigoCbo2002": "223565"}, base=PARTICIPANTE, severity="aviso"),
    case("CTX-LOT-002", "FCC", {"solicitante.cboCodigo_2002": "225125"}, base=COM_COLEGA, severity="aviso"),
    case("CTX-PROC-001", "FP", {f"{P}procedimentos": ["0301999999"]}),
    case("CTX-PROC-001", "FP", {f"{P}procedimentos": ["0309050022"]}, severity="aviso"),  # LEDI lists it
    case("CTX-PROC-001", "FP", {f"{P}procedimentos": ["0301999999"]}, tabelas=tables("FP"),
         severity="aviso"),
    case("CTX-PROC-002", "FP", {f"{P}sexo": 0}, base={f"{P}procedimentos": ["0201020033"]}),
    case("CTX-PROC-003", "FP", {f"{P}procedimentos": ["0201020050"]}),
    case("CTX-PROC-004", "FP", {f"{P}procedimentos": ["0301040095"]}),
    case("CTX-PROC-005", "FAD", {CID_D: "J00"}, good={CID_D: "L020"},
         base={f"{D}procedimentos": ["0401010031"]}),
    case("CTX-PROC-002", "FAO", {BUCAL: SO_HOMENS}),
    case("CTX-EXAME-001", "FAI", {f"{E}codigoExame": "0202999999"}, base=EXAME, severity="aviso"),
    case("CTX-EXAME-002", "FAI", {f"{C}sexo": 0, f"{E}codigoExame": SO_MULHERES}, base=EXAME, severity="aviso"),
    case("CTX-EXAME-003", "FAI", {f"{E}codigoExame": "0202050092"}, base=EXAME, severity="aviso"),
    case("CTX-CID-001", "FAD", {CID_D: "U999"}, good={CID_D: "J00"}),
    case("CTX-CID-002", "FAI", {CID_C: "N40"}, good={CID_C: "J00"}),
    *[case(f"CASA-{tipo}-cnes_de_outro", tipo, {}, good=there(tipo), tabelas=tables(tipo, sigtap="", ibge=OUTRO), severity="aviso")
      for tipo in TIPOS],
    case("CTX-CIAP-001", "FCC", {"ciap": "Q01"}, base=COM_COLEGA),
]  # fmt: skip
