"""Mistakes that one record cannot tell: they show only against the municipality's CNES and the SIGTAP table.

Each leaves a record that satisfies every rule of its layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from ledi_gerador.documentos import DIA_MS, cns_definitivo, instante
from ledi_gerador.municipio import ENFERMEIRO, MEDICO, TECNICO, Municipio
from ledi_gerador.mutacoes import Json, cabecalho, leiaute, pessoa, pessoas

Muta = Callable[[Json, Random, Municipio], bool]
_COM_CABECALHO = ("FVD", "FCI", "FCD", "FAI", "FAO", "FAD", "FAE", "FAC", "FP", "FV", "MCA", "FCZM")
# Another CBO that the same fichas take, and that this professional does not have at CNES
_CBO_PARECIDO = {MEDICO: "225125", ENFERMEIRO: "223505", TECNICO: "322205"}
CITOPATOLOGICO, TESTE_DO_PEZINHO, PE_DIABETICO, DRENAGEM = (
    "0201020033",
    "0201020050",
    "0301040095",
    "0401010031",
)


@dataclass(frozen=True, slots=True)
class ErroContexto:
    """`muta(registro, rng, municipio)` spoils in place; False: does not fit this record, left as it was.
    `codigo` is the code it must yield against the municipality's own CNES and SIGTAP files, None when the
    system's client registry has to tell."""

    nome: str
    tipos: tuple[str, ...]
    codigo: str | None
    muta: Muta


def _fora_do_cnes(registro: Json, rng: Random, municipio: Municipio) -> bool:
    cabecalho(registro)["profissionalCNS"] = cns_definitivo(1_234_500_000 + rng.randrange(10_000), 1)
    return True


def _equipe_alheia(registro: Json, rng: Random, municipio: Municipio) -> bool:
    """An INE of the municipality, but of a team in which the professional is not."""
    topo = cabecalho(registro)
    suas = {x.ine for p in municipio.profissionais if p.cns == topo["profissionalCNS"] for x in p.lotacoes}
    outras = [e.ine for e in municipio.equipes if e.ine not in suas and e.cnes != topo["cnes"]]
    if "ine" not in registro or not outras:
        return False
    topo["ine"] = registro["ine"] = rng.choice(outras)
    return True


def _ine_de_fora(registro: Json, rng: Random, municipio: Municipio) -> bool:
    if "ine" not in registro:
        return False
    cabecalho(registro)["ine"] = registro["ine"] = f"{9_000_000 + rng.randrange(1000):010d}"
    return True


def _cnes_de_fora(registro: Json, rng: Random, municipio: Municipio) -> bool:
    cabecalho(registro)["cnes"] = registro["cnes"] = f"{5_990_000 + rng.randrange(1000):07d}"
    return True


def _outro_cbo(registro: Json, rng: Random, municipio: Municipio) -> bool:
    topo = cabecalho(registro)
    if topo["cboCodigo_2002"] not in _CBO_PARECIDO:
        return False
    topo["cboCodigo_2002"] = _CBO_PARECIDO[topo["cboCodigo_2002"]]
    return True


def _procedimento(codigo: str, serve: Callable[[Json, Json], bool]) -> Muta:
    """A procedure SIGTAP does not allow there: `serve(citizen's part, main lotação)` tells where."""

    def muta(registro: Json, rng: Random, municipio: Municipio) -> bool:
        for filho in pessoas(registro):
            if filho.get("procedimentos") and serve(filho, cabecalho(registro)):
                filho["procedimentos"] = [codigo]
                return True
        return False

    return muta


_ANO_2010, _ANO_1970 = 1_262_304_000_000, 0


def _adulto(filho: Json, topo: Json) -> bool:
    return instante(filho["dtNascimento"]) < _ANO_2010


def _homem(filho: Json, topo: Json) -> bool:
    return bool(filho["sexo"] == 0) and _adulto(filho, topo)


def _tecnico(filho: Json, topo: Json) -> bool:
    return bool(topo["cboCodigo_2002"] == TECNICO) and instante(filho["dtNascimento"]) < _ANO_1970


def _do_medico(filho: Json, topo: Json) -> bool:
    return bool(topo["cboCodigo_2002"] == MEDICO)


def _cid(cid: str, serve: Callable[[Json], bool]) -> Muta:
    def muta(registro: Json, rng: Random, municipio: Municipio) -> bool:
        quem = pessoa(registro)
        if quem is None or not serve(quem) or not quem.get("problemasCondicoes"):
            return False
        quem["problemasCondicoes"] = [{"cid10": cid, "isAvaliado": True}]
        return True

    return muta


def _outro_nascimento(registro: Json, rng: Random, municipio: Municipio) -> bool:
    """The birth date is not the registered one: day and month swapped, a year wrong."""
    quem: Any = pessoa(registro)
    campo = leiaute(registro["tipo"]).citizen.struct.role_name("nascimento")
    if quem is None or campo not in quem or "ivcf" in quem or registro["tipo"] not in ("FP", "FVD"):
        return False
    quem[campo] = instante(quem[campo]) - 366 * DIA_MS
    return True


ERROS_CONTEXTO: tuple[ErroContexto, ...] = (
    ErroContexto("profissional fora do CNES", _COM_CABECALHO, "CTX-LOT-001", _fora_do_cnes),
    ErroContexto("INE de equipe de que o profissional não é", _COM_CABECALHO, "CTX-INE-002", _equipe_alheia),
    ErroContexto("INE que o município não tem", _COM_CABECALHO, "CTX-INE-001", _ine_de_fora),
    ErroContexto("CNES que o município não tem", _COM_CABECALHO, "CTX-CNES-001", _cnes_de_fora),
    ErroContexto("CBO que o profissional não tem no CNES", ("FP", "FV", "FAD"), "CTX-LOT-002", _outro_cbo),
    ErroContexto(
        "procedimento não serve para o sexo", ("FP",), "CTX-PROC-002", _procedimento(CITOPATOLOGICO, _homem)
    ),
    ErroContexto(
        "procedimento não serve para a idade",
        ("FP",),
        "CTX-PROC-003",
        _procedimento(TESTE_DO_PEZINHO, _adulto),
    ),
    ErroContexto(
        "procedimento não serve para o CBO", ("FP",), "CTX-PROC-004", _procedimento(PE_DIABETICO, _tecnico)
    ),
    ErroContexto(
        "procedimento não serve para a CID", ("FAD",), "CTX-PROC-005", _procedimento(DRENAGEM, _do_medico)
    ),
    ErroContexto("CID inexistente", ("FAI", "FAD"), "CTX-CID-001", _cid("U999", bool)),
    ErroContexto(
        "CID não serve para o sexo", ("FAI",), "CTX-CID-002", _cid("N40", lambda quem: quem["sexo"] == 1)
    ),
    ErroContexto("nascimento diferente do cadastro", ("FP", "FVD"), None, _outro_nascimento),
)

_POR_TIPO: dict[str, list[ErroContexto]] = {
    tipo: [e for e in ERROS_CONTEXTO if tipo in e.tipos] for tipo in _COM_CABECALHO
}


def estraga(registro: Json, rng: Random, municipio: Municipio) -> tuple[str, ...]:
    """Spoils the record with one fitting context mistake; the codes it must yield."""
    lista = _POR_TIPO.get(registro["tipo"], [])
    for erro in rng.sample(lista, len(lista)):
        if erro.muta(registro, rng, municipio):
            return (erro.codigo,) if erro.codigo else ()
    return ()
