"""The stream of records: which type, which day, what share goes wrong. Same seed, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, overload

from ledi.layouts import CURRENT
from ledi_gerador import erros as catalogo
from ledi_gerador import erros_contexto as de_contexto
from ledi_gerador.documentos import iso
from ledi_gerador.fichas.bucal import fao
from ledi_gerador.fichas.cadastros import fcd, fci, imovel
from ledi_gerador.fichas.coletiva import fac
from ledi_gerador.fichas.compartilhado import fcc
from ledi_gerador.fichas.consumo import fczm, mca
from ledi_gerador.fichas.domicilio import fad, fae
from ledi_gerador.fichas.individual import fai
from ledi_gerador.fichas.procedimentos import fp
from ledi_gerador.fichas.vacinacao import fv
from ledi_gerador.fichas.visitas import fvd
from ledi_gerador.municipio import HOJE, Municipio, build
from ledi_gerador.oficina import Json, Oficina, Rascunho

VERSAO = CURRENT
FICHAS_POR_BLOCO = 6000  # what 1,500 citizens give in three months
# Share of each type among fichas; FCC only on request
PESOS: Mapping[str, float] = {
    "FVD": 0.235,
    "FCI": 0.225,
    "FAI": 0.17,
    "FP": 0.14,
    "FCD": 0.08,
    "FV": 0.05,
    "FAO": 0.045,
    "FAC": 0.02,
    "MCA": 0.015,
    "FAD": 0.011,
    "FAE": 0.006,
    "FCZM": 0.003,
}
DOZE: tuple[str, ...] = tuple(PESOS)
_PESO_FCC = 0.005
_POR_DIA: Mapping[str, Callable[[Oficina, date], Rascunho]] = {
    "FVD": fvd,
    "FAI": fai,
    "FP": fp,
    "FV": fv,
    "FAO": fao,
    "FAC": fac,
    "MCA": mca,
    "FAD": fad,
    "FAE": fae,
    "FCZM": fczm,
    "FCC": fcc,
}
_DO_APP = ("FVD", "FCI", "FCD")
_FERIADOS = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (11, 20), (12, 25))


@overload
def gerar(
    *,
    semente: int,
    fichas: int,
    competencias: Sequence[str] | None = ...,
    hoje: date = ...,
    tipos: Sequence[str] = ...,
    erros: float = ...,
    erros_contexto: float = ...,
    app: float = ...,
    municipio: Municipio | None = ...,
    com_gabarito: Literal[False] = ...,
) -> Iterator[Json]: ...


@overload
def gerar(
    *,
    semente: int,
    fichas: int,
    competencias: Sequence[str] | None = ...,
    hoje: date = ...,
    tipos: Sequence[str] = ...,
    erros: float = ...,
    erros_contexto: float = ...,
    app: float = ...,
    municipio: Municipio | None = ...,
    com_gabarito: Literal[True],
) -> Iterator[tuple[Json, tuple[str, ...]]]: ...


def gerar(
    *,
    semente: int,
    fichas: int,
    competencias: Sequence[str] | None = None,
    hoje: date = HOJE,
    tipos: Sequence[str] = DOZE,
    erros: float = 0.06,
    erros_contexto: float = 0.0,
    app: float = 0.04,
    municipio: Municipio | None = None,
    com_gabarito: bool = False,
) -> Iterator[Any]:
    """`fichas` records of the JSON form, in the three months before `hoje` unless `competencias` (AAAAMM)
    says otherwise. A share `erros` is wrong on purpose, a share `app` comes from the agents' app, a share
    `erros_contexto` of the right ones shows its mistake only against CNES or SIGTAP. With `com_gabarito`,
    each comes with the codes it must yield (empty when right; those of a context mistake need the tables).
    ValueError for an unknown type or a competência without a working day before `hoje`."""
    dias = _dias(competencias or competencias_antes(hoje), hoje)
    local = municipio or build(semente, hoje=hoje)
    pesos = {t: PESOS.get(t, _PESO_FCC) for t in tipos}
    if desconhecidos := set(tipos) - {*PESOS, "FCC"}:
        raise ValueError(f"Tipo de ficha desconhecido: {', '.join(sorted(desconhecidos))}.")
    return _corre(
        local, Random(f"fichas/{semente}"), fichas, dias, pesos, (erros, erros_contexto), app, com_gabarito
    )


def competencias_antes(hoje: date, n: int = 3) -> tuple[str, ...]:
    """The `n` months before that of `hoje`, oldest first, as AAAAMM."""
    meses = [hoje.year * 12 + hoje.month - 1 - k for k in range(n, 0, -1)]
    return tuple(f"{m // 12:04d}{m % 12 + 1:02d}" for m in meses)


def _dias(competencias: Sequence[str], hoje: date) -> list[date]:
    """Working days of the months, before `hoje`."""
    dias: list[date] = []
    for competencia in competencias:
        dia = date(int(competencia[:4]), int(competencia[4:]), 1)
        mes = dia.month
        antes = len(dias)
        while dia.month == mes and dia < hoje:
            if dia.weekday() < 5 and (dia.month, dia.day) not in _FERIADOS:
                dias.append(dia)
            dia += timedelta(days=1)
        if len(dias) == antes:
            raise ValueError(f"A competência {competencia} não tem dia útil antes de {hoje:%d/%m/%Y}.")
    return dias


def _plano(rng: Random, n: int, pesos: Mapping[str, float]) -> list[str]:
    """The types of `n` fichas in a shuffled order: shares by largest remainder, each type at least once."""
    total = sum(pesos.values())
    cotas = {t: n * p / total for t, p in pesos.items()}
    vezes = {t: max(1, int(c)) for t, c in cotas.items()}
    for t in sorted(cotas, key=lambda t: cotas[t] - int(cotas[t]), reverse=True):
        if sum(vezes.values()) >= n:
            break
        vezes[t] += 1
    plano = [t for t, v in vezes.items() for _ in range(v)]
    rng.shuffle(plano)
    return plano[:n]


def _corre(
    local: Municipio,
    rng: Random,
    fichas: int,
    dias: Sequence[date],
    pesos: Mapping[str, float],
    erros: tuple[float, float],
    app: float,
    com_gabarito: bool,
) -> Iterator[Any]:
    o = Oficina(local, rng)
    feitas = 0
    for bloco in range(-(-fichas // FICHAS_POR_BLOCO)):
        o.abre(local.territorio(bloco))
        cadastros = _Cadastros(o)
        for tipo in _plano(rng, min(FICHAS_POR_BLOCO, fichas - feitas), pesos):
            dia = o.um(dias)
            rascunho = cadastros.proxima(tipo, dia) or _POR_DIA[tipo](o, dia)
            registro = _envelope(o, tipo, dia, rascunho, app, feitas)
            codigos: tuple[str, ...] = ()
            sorte = rng.random()
            if sorte < erros[0]:
                codigos = catalogo.estraga(registro, rng, local)
            elif sorte < erros[0] + erros[1]:
                codigos = de_contexto.estraga(registro, rng, local)
            if rng.random() < 0.1:
                _datas_em_iso(registro["ficha"])
            yield (registro, codigos) if com_gabarito else registro
            feitas += 1
        if bloco:
            for familia in o.familias:  # citizen <-> family: free at once, not when the collector comes
                familia.membros = ()


class _Cadastros:
    """Every citizen and every home once, then updates of those already sent."""

    def __init__(self, o: Oficina) -> None:
        self.o = o
        self.cidadaos = o.rng.sample(o.cidadaos, len(o.cidadaos))
        self.casas = o.rng.sample(list(o.familias), len(o.familias))
        self.vistos = {"FCI": 0, "FCD": 0}

    def proxima(self, tipo: str, dia: date) -> Rascunho | None:
        """The next registration of this type, None when the type is not one."""
        if tipo not in self.vistos:
            return None
        if tipo == "FCD" and self.o.chance(0.05):
            return imovel(self.o, dia)
        lista: Sequence[Any] = self.cidadaos if tipo == "FCI" else self.casas
        visto = self.vistos[tipo]
        atualiza = visto >= len(lista) or (visto > 20 and self.o.chance(0.03))
        alvo = lista[self.o.entre(0, min(visto, len(lista)) - 1)] if atualiza else lista[visto]
        if tipo == "FCD":
            dia = max(dia, alvo.desde)
            self.vistos[tipo] += not atualiza
            return fcd(self.o, dia, alvo, atualiza)
        self.vistos[tipo] += not atualiza
        if alvo.nascimento >= dia:  # not born yet on that day: somebody else's update instead
            alvo, atualiza = self.o.alguem(dia), True
        return fci(self.o, dia, alvo, atualiza)


def _envelope(o: Oficina, tipo: str, dia: date, r: Rascunho, app: float, numero: int) -> Json:
    registro: Json = {"tipo": tipo, "versao": VERSAO, "uuid": r.uuid, "cnes": r.lotacao.cnes}
    if r.lotacao.ine:
        registro["ine"] = r.lotacao.ine
    registro["ibge"] = o.municipio.ibge
    registro["ficha"] = r.ficha
    origem, sistema = ("api", "saude-clinico")
    if tipo in _DO_APP:
        # the app's share is counted over all fichas, but only the agents have the app
        if o.chance(app / sum(PESOS[t] for t in _DO_APP)):
            origem, sistema = ("app", "saude-domiciliar")
    elif o.chance(0.2):
        origem, sistema = ("formulario", "saude")
    registro["contexto"] = {
        "origem": origem,
        "sistema": sistema,
        "id": f"{sistema}-{dia:%Y%m}-{numero + 1:07d}",
        "especialidade": r.profissional.especialidade,
        "urgencia": r.urgencia,
        "area": r.lotacao.microarea or "",
        "clientes": [_cliente(c) for c in r.pessoas],
    }
    return registro


def _cliente(c: Any) -> Json:
    if c is None:
        return {}
    cliente = {"nome": c.nome, "nascimento": c.nascimento.isoformat(), "sexo": c.sexo, "cns": c.cns}
    if c.cpf:
        cliente["cpf"] = c.cpf
    return cliente


_DATAS = frozenset(
    {"dataAtendimento", "dtNascimento", "dataNascimento", "dataNascimentoCidadao", "dumDaGestante"}
)
_MOMENTOS = frozenset({"dataHoraInicialAtendimento", "dataHoraFinalAtendimento"})


def _datas_em_iso(valor: Any) -> None:
    """Write the dates of a ficha as ISO 8601 strings, as many systems do; the moment stays the same."""
    if isinstance(valor, list):
        for item in valor:
            _datas_em_iso(item)
    elif isinstance(valor, dict):
        for nome, item in valor.items():
            if isinstance(item, int) and nome in _DATAS:
                valor[nome] = iso(item)[:10]
            elif isinstance(item, int) and nome in _MOMENTOS:
                valor[nome] = iso(item)
            else:
                _datas_em_iso(item)
