"""What the exports of SIAPS have in common: the preamble, the line "Fonte:", the refusal of columns of people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ledi.masking import texto_seguro
from ledi.retorno.base import Motivo, Retorno
from ledi.retorno.text import Row
from ledi.retorno.values import cell_text, digits, number, optional, plain

_PERSON = re.compile(
    r"(numero )?(d[oae] )?(cpf|cns|cartao (do )?sus|cartao nacional de saude)( |$)"
    r"|nome( completo| social)?$"
    r"|nome d[oae] (cidad|pacient|usuari|pesso|mae|pai|crianc|gestant|mulher|idos|respons|profission|medic|enferm)"
    r"|(cidadao|cidada|paciente|usuario|profissional)$"
    r"|((data|dt) (de )?)?nasc(imento)?( |$)"
    r"|(telefone|celular|endereco|logradouro)( |$)"
)


def has_person(names: Iterable[str]) -> bool:
    """Is there a column of people? What stands in parentheses explains a sum, it is no column."""
    return any(_PERSON.match(plain(name.partition("(")[0])) for name in names)


def _has_data(row: Row, width: int) -> bool:
    """As many cells as the table, most of them filled: two reports put together."""
    return len(row.cells) >= width and 2 * sum(1 for cell in row.cells if cell_text(cell)) > width


class Siaps(Retorno):
    """Base of both exports: rows until "Fonte:", which must be there."""

    decimal: str
    _places: dict[str, int]

    def _check_people(self, names: Sequence[str]) -> None:
        if has_person(names):
            raise self._refused(Motivo.PESSOA)

    def _rows(self, width: int) -> Iterator[Row]:
        """The rows of the table; Refused when the file ends without the line "Fonte:"."""
        rows = (row for row in self._source.rows() if not row.is_blank)
        for row in rows:
            if plain(cell_text(row.cells[0])).startswith("fonte"):
                if any(_has_data(after, width) for after in rows):
                    self._aviso("dados_depois_do_rodape")
                return
            if len(row.cells) < width:
                self._aviso("linha_com_menos_colunas")
                continue
            yield row
        raise self._refused(Motivo.SEM_FONTE)

    def _said(self, name: str) -> str | None:
        """What the preamble says after "name:"."""
        for row in self._head:
            text = ";".join(filter(None, (cell_text(cell) for cell in row.cells)))
            before, mark, value = text.partition(":")
            if mark and plain(before) == name:
                return texto_seguro(value.strip(), 200) or None
        return None

    def _says(self, words: str) -> bool:
        return any(plain(cell_text(cell)) == words for row in self._head for cell in row.cells[:1])

    def _municipio(self) -> str | None:
        found = re.match(r"\s*(\d{6,7})(?!\d)", self._said("municipio") or "")
        return found[1][:6] if found else None

    def _number(self, cell: object) -> int | float | None:
        """None for the dash; what is there and is no number is told."""
        if optional(cell) is None:
            return None
        found = number(cell, self.decimal)
        if found is None:
            self._aviso("numero_nao_reconhecido")
        elif isinstance(found, float) and isinstance(cell, str) and self.decimal not in cell:
            self.leitura["decimal"] = {",": ".", ".": ","}[self.decimal]  # saved again by a spreadsheet
        return found

    def _text(self, cells: list[Any], name: str) -> str | None:
        index = self._places.get(name)
        text = None if index is None else optional(cells[index])
        return texto_seguro(text, 200) if text else None

    def _code(self, cells: list[Any], name: str, length: int) -> str | None:
        text = optional(cells[self._places[name]])
        found = digits(text, length)
        if text and found is None:
            self._aviso(f"{name}_invalido")
        return found
