"""The PEC's CSV of inconsistencies (Transmissão de dados > Recebimento): only problems, one row a ficha.

Source: manual of the e-SUS APS PEC, §3.7.3 and its images; how several messages are joined in a cell is not
known: lines and " | " separate them, ";" never does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from ledi.distinct import HashSet
from ledi.documents import uuid as uuid_document
from ledi.masking import texto_seguro
from ledi.retorno.base import Motivo, Registro, Retorno, without_tail
from ledi.retorno.fields import ficha_of, fields_named
from ledi.retorno.text import Row
from ledi.retorno.values import cell_text, digits, heading, iso_date, optional

_MESSAGES = ("regras", "obrigatorios", "estruturais")
_COLUMNS = {
    "data recebimento": "data_recebimento",
    "tipo recebimento": "tipo_recebimento",
    "lote": "lote",
    "cnes emitente": "cnes",
    "cnes": "cnes",
    "uuid": "uuid",
    "versao": "versao",
}
_REPEATED = re.compile(r"duplicad[ao]s?\s*:\s*(\d{1,9})", re.IGNORECASE)
_SEPARATORS = re.compile(r"\r\n|\r|\n| \| ")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}")


class PecInconsistencias(Retorno):
    formato = "pec-inconsistencias"

    @classmethod
    def recognises(cls, names: Sequence[str]) -> bool:
        found = {_canonical(name) for name in names}
        return "uuid" in found and len(found & set(_MESSAGES)) >= 2

    def _start(self, cells: list[str]) -> None:
        names = without_tail(cells)
        self._places: dict[str, int] = {}
        canonical: list[str | None] = []
        for index, name in enumerate(names):
            known = _canonical(heading(name))
            known = None if known in self._places else known
            canonical.append(known)
            if known:
                self._places[known] = index
        self._width = len(names)
        self._joinable = canonical[-3:] == list(_MESSAGES)
        self.leitura |= {"colunas": names, "colunas_canonicas": canonical}
        self._uuids = HashSet()
        self.totais = {"linhas": 0, "repetidas": 0, "recusadas": 0, "uuids_distintos": 0}

    def _registros(self) -> Iterator[Registro]:
        short = False
        for row in self._source.rows():
            if row.is_blank:
                continue
            if short:
                self._aviso("linha_com_menos_colunas")
            values = self._values(row.cells)
            if (values.get("uuid") or "").casefold() == "uuid":
                self._aviso("cabecalho_repetido")  # two reports put together
                continue
            short = len(row.cells) < self._width
            if short and _identifier(values.get("uuid")) is None:
                continue  # the rest of a message without quotes, or the end of a cut file
            yield self._registro(row, values)
        if short:
            raise self._refused(Motivo.CORTADO)

    def _values(self, cells: list[Any]) -> dict[str, str | None]:
        if len(cells) > self._width:
            cells = self._whole(cells)
        size = len(cells)
        return {name: optional(cells[index]) for name, index in self._places.items() if index < size}

    def _registro(self, row: Row, values: dict[str, str | None]) -> Registro:
        get = values.get
        tipo_ficha = _safe(get("tipo_ficha"))
        ficha = ficha_of(tipo_ficha) if tipo_ficha else None
        messages, repeated = _messages(values, ficha)
        registro: Registro = {
            "linha": row.line,
            "data_recebimento": self._date(row.cells),
            "tipo_recebimento": _safe(get("tipo_recebimento")),
            "nome_arquivo": _safe(get("nome_arquivo")),
            "lote": _safe(get("lote")),
            "tipo_ficha": tipo_ficha,
            "ficha": ficha,
            "cnes": self._cnes(get("cnes")),
            "uuid": _identifier(get("uuid")),
            "versao": _version(get("versao")),
            "registro": _safe(get("registro")),
            "situacao": "recusada" if messages else "repetida" if repeated else None,
            "duplicadas": repeated,
            "mensagens": messages,
        }
        self._count(registro)
        return registro

    def _count(self, registro: Registro) -> None:
        totais = self.totais
        totais["linhas"] += 1
        if registro["situacao"] == "recusada":
            totais["recusadas"] += 1
        elif registro["situacao"] == "repetida":
            totais["repetidas"] += 1
        else:
            self._aviso("linha_sem_motivo")
        if registro["uuid"] is None:
            self._aviso("uuid_invalido")
        elif self._uuids.add(hash(registro["uuid"].casefold())):
            totais["uuids_distintos"] += 1

    # ---- cells

    def _whole(self, cells: list[Any]) -> list[Any]:
        """The row with as many cells as columns: a message with ";" outside quotes is put together again."""
        extra = [index for index, cell in enumerate(cells[self._width :]) if cell_text(cell)]
        if not extra:
            return cells
        self._aviso("linha_com_mais_colunas")
        end = self._width + extra[-1] + 1
        first = self._width - 3
        if not self._joinable:
            return cells
        joined = ";".join(str(cell) for cell in cells[first : end - 2])
        return [*cells[:first], joined, *cells[end - 2 : end]]

    def _date(self, cells: list[Any]) -> str | None:
        index = self._places.get("data_recebimento", len(cells))
        if index >= len(cells) or optional(cells[index]) is None:
            return None
        found = iso_date(cells[index])
        if found is None:
            self._aviso("data_nao_reconhecida")
        return found

    def _cnes(self, text: str | None) -> str | None:
        found = digits(text, 7)
        if text and found is None:
            self._aviso("cnes_invalido")
        return found


def _messages(values: dict[str, str | None], ficha: str | None) -> tuple[list[dict[str, Any]], int]:
    """What was refused, and how many times the uuid was a duplicate."""
    messages: list[dict[str, Any]] = []
    repeated = 0
    for column in _MESSAGES:
        cell = values.get(column)
        for part in _SEPARATORS.split(cell) if cell else ():
            text = part.strip()
            if not text or text == "-":
                continue
            if again := _REPEATED.fullmatch(text):
                repeated += int(again[1])
                continue
            campos = fields_named(text[:4000], ficha)
            messages.append({"coluna": column, "texto_seguro": texto_seguro(text), "campos": campos})
    return messages, repeated


@lru_cache(maxsize=1024)
def _safe(text: str | None) -> str | None:
    return texto_seguro(text, 200) if text else None


def _identifier(text: str | None) -> str | None:
    return text if text and uuid_document.is_valid(text) else None


def _version(text: str | None) -> str | None:
    """None where a spreadsheet made a date of it."""
    return text if text and _VERSION.fullmatch(text) else None


def _canonical(name: str) -> str | None:
    """By words, in any order: the PEC of today may say "modelo de informação" where it said "ficha"."""
    words = frozenset(name.split())
    if "regras" in words:
        return "regras"
    if words & {"obrigatorios", "obrigatorio"}:
        return "obrigatorios"
    if words & {"estruturais", "estrutural"}:
        return "estruturais"
    if "nome" in words:
        return "nome_arquivo"
    if words & {"ficha", "modelo"}:
        return "tipo_ficha" if "tipo" in words else "registro" if "registro" in words else None
    return _COLUMNS.get(name)
