"""SIAPS, "Avaliação do quadrimestre": the indicators and the final mark of each team.

One row an indicator and a row Total for each team; a file that somebody sorted in another way is put together
in memory, which no município's file is too big for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ledi.distinct import HashSet
from ledi.retorno.base import Registro, place, without_tail
from ledi.retorno.siaps import Siaps
from ledi.retorno.values import cell_text, moment, plain

_COLUMNS = {
    "quadrimestre": "quadrimestre",
    "uf": "uf",
    "cod ibge": "ibge",
    "municipio": "municipio",
    "cnes": "cnes",
    "estabelecimento": "estabelecimento",
    "ine": "ine",
    "nome equipe": "equipe",
    "sigla equipe": "tipo",
    "indicador": "indicador",
    "resultado quadrimestre media meses": "resultado",
    "conceito obtido indicador no quadrimestre": "conceito",
    "conceito obtido indicador no quadrimestre variavel numerica": "fator",
    "peso indicador": "peso",
    "nota indicador": "nota",
    "nota final equipe": "nota_final",
    "classificacao final": "classificacao",
}
_NEEDED = ("cnes", "ine", "tipo", "indicador", "resultado", "conceito", "fator", "peso", "nota", "nota_final",
           "classificacao")  # fmt: skip
# By words of the name, the first that has them all: the spelling is not the same in every report.
_INDICADORES = (
    ("C1", ("mais", "acesso")),
    ("C2", ("desenvolvimento", "infantil")),
    ("C3", ("gestacao", "puerperio")),
    ("C3", ("gestante", "puerpera")),
    ("C4", ("diabetes",)),
    ("C5", ("hipertensao",)),
    ("C6", ("idosa",)),
    ("C7", ("prevencao", "cancer")),
    ("B1", ("primeira", "consulta", "odontologica")),
    ("B2", ("tratamento", "odontologico", "concluido")),
    ("B3", ("exodontias",)),
    ("B4", ("escovacao",)),
    ("B5", ("preventivos",)),
    ("B6", ("restaurador", "atraumatico")),
    ("M1", ("media", "atendimentos", "pessoa")),
    ("M2", ("acoes", "interprofissionais")),
)
_CODE = re.compile(r"[CBM][1-9]")
_ESF_EAP = frozenset(("esf", "eap"))
_COMPONENT = frozenset(f"C{n}" for n in range(1, 8))
_FAMILIES = {"esf": "C", "eap": "C", "esb": "B", "emulti": "M"}
GATHERED = 16 * 1024 * 1024  # bytes of a file whose teams are gathered whatever their order: some 6,000 teams


@dataclass(slots=True)
class _Team:
    """The rows of one team so far."""

    cells: list[Any] = field(default_factory=list)
    indicadores: list[dict[str, Any]] = field(default_factory=list)
    final: float | None = None
    classe: str | None = None


class SiapsEquipeQuadrimestre(Siaps):
    formato = "siaps-equipe-quadrimestre"
    decimal = "."

    @classmethod
    def recognises(cls, names: Sequence[str]) -> bool:
        return set(_NEEDED) <= set(place(names, _COLUMNS))

    def _start(self, cells: list[str]) -> None:
        names = without_tail(cells)
        self._check_people(names)
        found = place(names, _COLUMNS)
        self._places = {name: index for index, name in enumerate(found) if name is not None}
        self._width = max(self._places.values()) + 1
        self.leitura |= {
            "linha_do_cabecalho": self._header.line,
            "colunas": len(names),
            "decimal": self.decimal,
        }
        self.contexto = {
            "quadrimestre": _quadrimestre(self._said("competencia selecionada") or ""),
            "uf": self._said("uf"),
            "municipio_ibge6": self._municipio(),
            "preliminar": self._says("dado preliminar"),
            "gerado_em": moment(self._said("dado gerado em") or ""),
        }
        if self.contexto["quadrimestre"] is None:
            self._aviso("quadrimestre_nao_encontrado")
        self.totais = {"equipes": 0, "linhas_de_indicador": 0}

    # ---- teams

    def _registros(self) -> Iterator[Registro]:
        for team in self._teams():
            self.totais["equipes"] += 1
            yield self._registro(team)

    def _teams(self) -> Iterator[_Team]:
        """The teams, whole. Of a file bigger than any municipio's only teams whose rows stand together."""
        if self._source.size <= GATHERED:
            teams: dict[tuple[str, ...], _Team] = {}
            for row in self._rows(self._width):
                self._add(teams.setdefault(self._key(row.cells), _Team()), row.cells)
            yield from teams.values()
            return
        seen = HashSet()
        for key, rows in groupby(self._rows(self._width), lambda row: self._key(row.cells)):
            if not seen.add(hash(key)):
                self._aviso("equipe_em_partes")
            team = _Team()
            for row in rows:
                self._add(team, row.cells)
            yield team

    def _key(self, cells: list[Any]) -> tuple[str, ...]:
        return tuple(cell_text(self._cell(cells, name)).lstrip("0") for name in ("ine", "cnes"))

    def _add(self, team: _Team, cells: list[Any]) -> None:
        team.cells = team.cells or cells
        if plain(self._text(cells, "quadrimestre") or "") == "total" or self._text(cells, "nota_final"):
            team.final = self._decimal(self._cell(cells, "nota_final"))
            team.classe = self._text(cells, "classificacao")
            return
        team.indicadores.append(self._indicator(cells))
        self.totais["linhas_de_indicador"] += 1

    def _indicator(self, cells: list[Any]) -> dict[str, Any]:
        name = self._text(cells, "indicador") or ""
        code = indicator_code(name, self._text(cells, "tipo") or "")
        if code is None:
            self._aviso("indicador_nao_reconhecido")
        return {
            "indicador": code,
            "nome": name,
            "resultado": self._number(self._cell(cells, "resultado")),
            "conceito": self._text(cells, "conceito"),
            "fator": self._decimal(self._cell(cells, "fator")),
            "peso": self._number(self._cell(cells, "peso")),
            "nota": self._decimal(self._cell(cells, "nota")),
        }

    def _registro(self, team: _Team) -> Registro:
        cells, found = team.cells, team.indicadores
        tipo = self._text(cells, "tipo")
        in_component = plain(tipo or "") in _ESF_EAP
        if team.classe is None and team.final is None:
            self._aviso("equipe_sem_nota_final")
        else:
            self._check_sum(team)
        return {
            "ine": self._code(cells, "ine", 10),
            "tipo": tipo,
            "cnes": self._code(cells, "cnes", 7),
            "estabelecimento": self._text(cells, "estabelecimento"),
            "equipe": self._text(cells, "equipe"),
            "indicadores": found,
            "nota_final": team.final,
            "classificacao": team.classe,
            "completa": not in_component or {one["indicador"] for one in found} >= _COMPONENT,
            "fora_do_componente_esf_eap": not in_component,
        }

    def _check_sum(self, team: _Team) -> None:
        marks = [one["nota"] for one in team.indicadores]
        if team.final is not None and None not in marks and abs(sum(marks) - team.final) > 0.05:
            self._aviso("nota_final_diferente_da_soma")

    # ---- cells

    def _cell(self, cells: list[Any], name: str) -> Any:
        return cells[self._places[name]]

    def _decimal(self, cell: Any) -> float | None:
        found = self._number(cell)
        return None if found is None else float(found)


def indicator_code(name: str, tipo: str) -> str | None:
    """C1 to C7, B1 to B6, M1, M2 by the indicator's name and the kind of team; None for one not known here."""
    words = plain(name).split()
    family = _FAMILIES.get(plain(tipo))
    if words and family and _CODE.fullmatch(words[0].upper()) and words[0].upper().startswith(family):
        return words[0].upper()
    return next(
        (
            code
            for code, needed in _INDICADORES
            if code[0] == family and all(word in words for word in needed)
        ),
        None,
    )


def _quadrimestre(text: str) -> str | None:
    """2026Q2 of "Q2/26"."""
    found = re.search(r"Q([123])\s*/\s*(\d{4}|\d{2})(?!\d)", text, re.IGNORECASE)
    return f"{int(found[2]) + (2000 if len(found[2]) == 2 else 0)}Q{found[1]}" if found else None
