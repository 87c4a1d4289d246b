"""SISAB's Relatório de Validação: how many fichas were Aprovado, Duplicado, Reprovado…, by CNES and INE. No uuid.

Columns are those the person chose. The footer has quotes that are not CSV's: it is cut off, at the first line
that has no total, before any quote is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from ledi.masking import texto_seguro
from ledi.retorno.base import Motivo, Registro, Retorno, place, without_tail
from ledi.retorno.text import Row, split
from ledi.retorno.values import cell_text, competencia, count, digits, optional, plain

_COLUMNS = {
    "regiao": "regiao",
    "uf": "uf",
    "ibge": "ibge",
    "municipio": "municipio",
    "cnes": "cnes",
    "tipo unidade": "tp_unidade",
    "ine": "ine",
    "tipo equipe": "tp_equipe",
    "validacao": "validacao",
    "total": "total",
}
_CODES = {"cnes": 7, "ine": 10}
_SITUACOES = (
    ("reprovad", "reprovado"),
    ("aprovad", "aprovado"),
    ("duplicad", "duplicado"),
    ("data inv", "data_invalida"),
)


class SisabValidacao(Retorno):
    formato = "sisab-validacao"

    @classmethod
    def recognises(cls, names: Sequence[str]) -> bool:
        return "validacao" in names and "total" in names

    def _start(self, cells: list[str]) -> None:
        names = without_tail(cells)
        self._names = place(names, _COLUMNS)
        self._cells = len(cells)
        self.leitura |= {
            "linha_do_cabecalho": self._header.line,
            "linhas_do_rodape": 0,
            "colunas": names,
            "colunas_canonicas": self._names,
        }
        self.contexto = {
            "competencia": competencia(self._said("competencia") or ""),
            "ficha": self._said("tipo de ficha", "ficha", "modelo de informacao"),
            "aplicacao": self._said("aplicacao"),
        }
        if self.contexto["competencia"] is None:
            self._aviso("competencia_nao_encontrada")

    def _said(self, *names: str) -> str | None:
        """What the preamble says after "name…:"."""
        for row in self._head:
            text = ";".join(filter(None, (cell_text(cell) for cell in row.cells)))
            name, _, value = text.partition(":")
            if plain(name).startswith(names):
                return texto_seguro(value.strip(), 200) or None
        return None

    # ---- rows

    def _registros(self) -> Iterator[Registro]:
        found = self._rows()
        first = ""
        for row in found:
            registro = self._registro(row)
            if registro is None:
                self._footer(row, found, first)
                return
            first = cell_text(row.cells[0])
            yield registro

    def _rows(self) -> Iterator[Row]:
        """Cells by separator alone; a line with quotes is read as CSV only when it has all its columns."""
        lines, separator = self._source.lines, self._source.separador
        if lines is None or separator is None:
            yield from self._source.rows()
            return
        for line in lines:
            cells = line.rstrip("\r\n").split(separator)
            if len(cells) >= self._cells and '"' in line:
                cells = split(line, separator)
            yield Row(lines.number, cells)

    def _registro(self, row: Row) -> Registro | None:
        """None for what is not a row of the table any more."""
        cells = row.cells
        if len(cells) < self._cells:
            return None
        values = {
            name: optional(cell) for name, cell in zip(self._names, cells, strict=False) if name is not None
        }
        if values["total"] is None or values["validacao"] is None:
            return None
        registro: Registro = {"linha": row.line}
        for name, text in values.items():
            if name == "total":
                continue
            registro[name] = (
                self._code(name, text) if name in _CODES else texto_seguro(text, 200) if text else None
            )
            if name == "validacao":
                registro["situacao"] = _situacao(text or "")
        registro["total"] = self._total(values["total"], registro["situacao"])
        return registro

    def _code(self, name: str, text: str | None) -> str | None:
        found = digits(text, _CODES[name])
        if text and found is None:
            self._aviso(f"{name}_invalido")
        return found

    def _total(self, text: str, situacao: str) -> int | None:
        total = count(text)
        if total is None:
            self._aviso("total_nao_reconhecido")
        else:
            self.totais[situacao] = self.totais.get(situacao, 0) + total
        return total

    # ---- after the table

    def _footer(self, first: Row, rest: Iterator[Row], last_place: str) -> None:
        """Counts the footer; a table that stops in the middle of a row, with nothing after it, was cut."""
        lines = 1
        tail = deque([first], maxlen=1) if not first.is_blank else deque(maxlen=1)
        for row in rest:
            lines += 1
            if not row.is_blank:
                tail.append(row)
                if self._looks_like_data(row):
                    self._aviso("dados_depois_do_rodape")
        self.leitura["linhas_do_rodape"] = lines
        if tail and tail[0] is first and not first.is_blank and _is_cut(first, last_place):
            raise self._refused(Motivo.CORTADO)

    def _looks_like_data(self, row: Row) -> bool:
        if len(row.cells) < self._cells:
            return False
        return count(row.cells[self._names.index("total")]) is not None


def _is_cut(row: Row, last_place: str) -> bool:
    """Does this short line begin as the row before it did, or with a code?"""
    first = cell_text(row.cells[0])
    return first.isdigit() or bool(last_place and (first == last_place or last_place.startswith(first)))


def _situacao(text: str) -> str:
    bare = plain(text).lstrip("0123456789 ")
    return next((name for start, name in _SITUACOES if bare.startswith(start)), "outra")
