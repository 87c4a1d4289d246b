"""The workshop the ficha builders share: dice, people at hand, headers, documents, measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, TypeVar

from ledi_gerador.documentos import ms, uuid4
from ledi_gerador.municipio import ACS, Lotacao, Municipio, Profissional
from ledi_gerador.pessoas import Cidadao, Familia

Json = dict[str, Any]
T = TypeVar("T")
UTC_MAIS = 3  # hours from local time in Santa Catarina to UTC


@dataclass(slots=True)
class Rascunho:
    """A ficha before its envelope: content, who signs it, whom it is about (by position)."""

    ficha: Json
    uuid: str
    profissional: Profissional
    lotacao: Lotacao
    pessoas: Sequence[Cidadao | None] = ()
    urgencia: bool = False
    ine: str | None = None


@dataclass(slots=True)
class Hora:
    turno: int
    inicio: int  # epoch ms
    fim: int


@dataclass
class Oficina:
    municipio: Municipio
    rng: Random
    cidadaos: list[Cidadao] = field(default_factory=list)
    por_cnes: dict[str, list[Cidadao]] = field(default_factory=dict)
    familias: Sequence[Familia] = ()
    por_area: dict[str, list[Familia]] = field(default_factory=dict)
    visitados: set[tuple[str, date]] = field(default_factory=set)
    _quem: dict[tuple[str, ...], tuple[tuple[Profissional, Lotacao], ...]] = field(default_factory=dict)
    _agentes: dict[str, tuple[Profissional, Lotacao]] = field(default_factory=dict)
    _grupos: dict[str, list[Cidadao]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for agente, lotacao in self.municipio.com_cbo(ACS):
            self._agentes[lotacao.microarea or ""] = (agente, lotacao)

    def abre(self, familias: Sequence[Familia]) -> None:
        """Work with these families from now on."""
        self.familias = familias
        self.cidadaos = [c for f in familias for c in f.membros]
        self.por_cnes = {}
        for c in self.cidadaos:
            self.por_cnes.setdefault(c.familia.cnes, []).append(c)
        self.por_area = {area: [] for area in self._agentes}
        for f in familias:
            self.por_area[f.microarea].append(f)
        self.visitados = set()
        self._grupos = {}

    # --- dice -----------------------------------------------------------------------------------------
    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def um(self, opcoes: Sequence[T]) -> T:
        return opcoes[int(self.rng.random() * len(opcoes))]

    def entre(self, de: int, ate: int) -> int:
        """Integer from `de` to `ate`, both included."""
        return de + int(self.rng.random() * (ate - de + 1))

    def decimal(self, de: float, ate: float, casas: int = 1) -> float:
        return round(de + self.rng.random() * (ate - de), casas)

    def alguns(self, opcoes: Sequence[T], n: int) -> list[T]:
        return self.rng.sample(opcoes, min(n, len(opcoes)))

    def uuid(self, cnes: str) -> str:
        return f"{cnes}-{uuid4(self.rng)}"

    def hora(self, dia: date) -> Hora:
        """A turn and the start and end of an attendance in it."""
        turno = 1 if self.chance(0.6) else 2
        inicio = (8 if turno == 1 else 13) + self.entre(0, 210) / 60
        comeco = ms(dia, inicio + UTC_MAIS)
        return Hora(turno, comeco, comeco + self.entre(8, 40) * 60_000)

    # --- who ------------------------------------------------------------------------------------------
    def profissional(self, *cbos: str) -> tuple[Profissional, Lotacao]:
        if cbos not in self._quem:
            self._quem[cbos] = self.municipio.com_cbo(*cbos)
        return self.um(self._quem[cbos])

    def agente(self, familia: Familia) -> tuple[Profissional, Lotacao]:
        """The community health agent of the family's microárea."""
        return self._agentes[familia.microarea]

    def pessoas(
        self, dia: date, cnes: str, n: int, serve: Callable[[Cidadao], bool] | None = None
    ) -> list[Cidadao]:
        """Up to `n` different citizens of the post's territory, born before `dia`; at least one."""
        base = self.por_cnes.get(cnes) or self.cidadaos
        achadas: list[Cidadao] = []
        for _ in range(n * 4):
            c = self.um(base)
            if c.nascimento < dia and c not in achadas and (serve is None or serve(c)):
                achadas.append(c)
                if len(achadas) == n:
                    break
        return achadas or [self.alguem(dia, serve)]

    def alguem(self, dia: date, serve: Callable[[Cidadao], bool] | None = None) -> Cidadao:
        """One citizen who fits; LookupError when nobody does."""
        for _ in range(60):
            c = self.um(self.cidadaos)
            if c.nascimento < dia and (serve is None or serve(c)):
                return c
        servem = [c for c in self.cidadaos if c.nascimento < dia and (serve is None or serve(c))]
        if not servem:
            raise LookupError("nenhum cidadão do território serve para esta ficha")
        return self.um(servem)

    def grupo(self, nome: str, serve: Callable[[Cidadao], bool]) -> list[Cidadao]:
        """Citizens of this territory that fit, found once per territory under `nome`."""
        if nome not in self._grupos:
            self._grupos[nome] = [c for c in self.cidadaos if serve(c)]
        return self._grupos[nome]

    # --- parts ----------------------------------------------------------------------------------------
    def lotacao(self, p: Profissional, x: Lotacao) -> Json:
        parte: Json = {"profissionalCNS": p.cns, "cboCodigo_2002": x.cbo, "cnes": x.cnes}
        if x.ine:
            parte["ine"] = x.ine
        return parte

    def unica(self, p: Profissional, x: Lotacao, dia: date) -> Json:
        return {
            **self.lotacao(p, x),
            "dataAtendimento": ms(dia),
            "codigoIbgeMunicipio": self.municipio.ibge,
        }

    def varias(self, p: Profissional, x: Lotacao, dia: date) -> Json:
        return {
            "lotacaoFormPrincipal": self.lotacao(p, x),
            "dataAtendimento": ms(dia),
            "codigoIbgeMunicipio": self.municipio.ibge,
        }

    def documento(self, c: Cidadao, cpf: str = "cpfCidadao", cns: str = "cnsCidadao") -> Json:
        """CPF, or CNS with the reason why there is no CPF."""
        if c.cpf:
            return {cpf: c.cpf, "stNaoPossuiCpf": False}
        return {cns: c.cns, "stNaoPossuiCpf": True, "justificativaNaoPossuiCpf": c.justificativa}

    def medicoes(self, c: Cidadao, dia: date) -> Json:
        meses = c.meses(dia)
        peso, altura = corpo(self, meses, c.sexo)
        m: Json = {"peso": peso, "altura": altura, "temperatura": self.decimal(36.0, 37.4)}
        if meses < 24:
            m["perimetroCefalico"] = self.decimal(34 + meses * 0.5, 37 + meses * 0.5)
        if meses >= 216:
            sistolica = self.entre(105, 150)
            m["pressaoArterialSistolica"] = sistolica
            m["pressaoArterialDiastolica"] = sistolica - self.entre(35, 50)
            m["frequenciaCardiaca"] = self.entre(58, 98)
        if "diabetes" in c.condicoes:
            m["glicemiaCapilar"] = self.entre(80, 240)
            m["tipoGlicemiaCapilar"] = self.entre(0, 3)
        return m

    def ivcf(self, dia: date) -> Json:
        """Clinical-functional vulnerability index, asked of those aged 60 and over."""
        respostas = {n: self.chance(0.25) for n in _IVCF}
        return {
            "resultado": min(40, sum(respostas.values()) * 3),
            **respostas,
            "dataResultado": ms(dia),
        }


def corpo(o: Oficina, meses: int, sexo: int) -> tuple[float, float]:
    """Plausible weight (kg) and height (cm) at an age in months."""
    anos = meses / 12
    if meses < 12:
        peso, altura = 3.3 + meses * 0.55, 50 + meses * 2.1
    elif anos < 11:
        peso, altura = 8 + anos * 2.2, 77 + (anos - 1) * 6.2
    elif anos < 18:
        peso, altura = 32 + (anos - 11) * 4.2, 140 + (anos - 11) * 4
    else:
        peso, altura = (68, 162) if sexo else (79, 174)
    return round(peso * o.decimal(0.88, 1.2, 3), 1), round(altura * o.decimal(0.95, 1.05, 3), 1)


_IVCF = (
    "hasSgIdade",
    "hasSgPercepcaoSaude",
    "hasSgAvdInstrumental",
    "hasSgAvdBasica",
    "hasSgCognicao",
    "hasSgHumor",
    "hasSgAlcancePreensaoPinca",
    "hasSgCapAerobicaMuscular",
    "hasSgMarcha",
    "hasSgContinencia",
    "hasSgVisao",
    "hasSgAudicao",
    "hasSgComorbidade",
)
