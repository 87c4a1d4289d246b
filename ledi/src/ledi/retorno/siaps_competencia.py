"""SIAPS, "Visão por Competência": numerator, denominator and result of one indicator (or CVAT), team by team.

The header is not quoted and its names may hold ";" inside parentheses: they are joined until the closing one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledi.retorno.base import Registro, without_tail
from ledi.retorno.siaps import Siaps
from ledi.retorno.values import cell_text, competencia, heading, plain

_FIXED = {
    "cnes": "cnes",
    "estabelecimento": "estabelecimento",
    "tipo estabelecimento": "tipo_estabelecimento",
    "ine": "ine",
    "nome equipe": "equipe",
    "sigla equipe": "sigla",
}
_RESULT = ("pontuacao", "razao entre", "somatorio")


class SiapsVisaoCompetencia(Siaps):
    formato = "siaps-visao-competencia"
    decimal = ","

    @classmethod
    def recognises(cls, names: Sequence[str]) -> bool:
        return {"cnes", "ine", "sigla equipe"} <= set(names) and "indicador" not in names

    def _start(self, cells: list[str]) -> None:
        joined = distinct(without_tail(join_parentheses(cells)))
        if len(joined) < len(without_tail(cells)):
            self._aviso("cabecalho_com_separador_entre_parenteses")
        self._width = len(joined)
        self._check_people(joined)
        self._places: dict[str, int] = {}
        values: list[int] = []
        for index, name in enumerate(joined):
            known = _FIXED.get(heading(name))
            if known is None:
                values.append(index)
            else:
                self._places.setdefault(known, index)
        named = [index for index in values if plain(joined[index]).startswith(_RESULT)]
        self._result = (named or values or [-1])[-1]
        self._values = [(index, joined[index]) for index in values if index != self._result]
        self.leitura |= {
            "linha_do_cabecalho": self._header.line,
            "decimal": self.decimal,
            "colunas_de_valor": [joined[index] for index in values],
        }
        self._context()
        self.totais = {"equipes": 0}

    def _context(self) -> None:
        self.contexto = {
            "componente": self._component(),
            "indicador": self._said("indicador"),
            "competencia": competencia(self._said("competencia selecionada") or ""),
            "municipio_ibge6": self._municipio(),
            "preliminar": self._says("dado preliminar"),
            "tipo_de_equipe": self._said("tipo de equipe"),
            "condicao": self._said("condicao das equipes"),
        }
        if self.contexto["competencia"] is None:
            self._aviso("competencia_nao_encontrada")

    def _component(self) -> str | None:
        """Qualidade or CVAT, from the report's name."""
        for row in self._head:
            words = plain(cell_text(row.cells[0])).split() if row.cells else []
            if "relatorio" in words and "competencia" in words:
                return "CVAT" if "cvat" in words else "Qualidade" if "qualidade" in words else None
        return None

    def _registros(self) -> Iterator[Registro]:
        for row in self._rows(self._width):
            self.totais["equipes"] += 1
            yield {
                "cnes": self._code(row.cells, "cnes", 7),
                "estabelecimento": self._text(row.cells, "estabelecimento"),
                "ine": self._code(row.cells, "ine", 10),
                "equipe": self._text(row.cells, "equipe"),
                "sigla": self._text(row.cells, "sigla"),
                "valores": {name: self._number(row.cells[index]) for index, name in self._values},
                "resultado": self._number(row.cells[self._result]) if self._result >= 0 else None,
            }


def join_parentheses(cells: Sequence[str]) -> list[str]:
    """Cells that SIAPS' ";" inside parentheses cut, put together again (whatever a spreadsheet cuts with now)."""
    made: list[str] = []
    depth = 0
    for cell in cells:
        if depth > 0:
            made[-1] += ";" + cell
        else:
            made.append(cell)
        depth = max(0, depth + cell.count("(") - cell.count(")"))
    if depth > 0:  # a parenthesis that is never closed explains nothing
        return list(cells)
    return made


def distinct(names: Sequence[str]) -> list[str]:
    """Each name once: "TOTAL" and "TOTAL (2)"."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
