"""What the readers of the Ministry's reports share: the refusal, the source, and the shape of what is read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from ledi.errors import LediError
from ledi.retorno.text import EndlessLine, Lines, Row
from ledi.retorno.values import cell_text, heading

Registro = dict[str, Any]


class Motivo(StrEnum):
    """Why a file is refused (the key `motivo`)."""

    CABECALHO = "cabecalho_nao_reconhecido"
    CORTADO = "ultima_linha_com_menos_colunas"
    HTML = "html_no_lugar_do_csv"
    SEM_FONTE = "sem_linha_de_fonte"
    PESSOA = "coluna_de_pessoa"


WORDS = {
    Motivo.CABECALHO: "o arquivo não é um relatório conhecido do PEC, do SISAB ou do SIAPS: nenhuma linha tem as "
    "colunas de um deles. Baixe o relatório de novo e envie-o como veio.",
    Motivo.CORTADO: "o arquivo está cortado: a última linha não tem todas as colunas. Baixe o relatório de novo.",
    Motivo.HTML: "o arquivo é uma página da internet, não o relatório (quando o site falha ou a sessão expira, "
    "baixa-se uma página no lugar dele). Entre de novo no site e baixe o relatório.",
    Motivo.SEM_FONTE: "o arquivo está cortado: falta a linha “Fonte:” com que o SIAPS termina o relatório. "
    "Baixe-o de novo e envie-o como veio.",
    Motivo.PESSOA: "o arquivo traz dados de pessoas (CPF, CNS, nome, nascimento, telefone ou endereço), que este "
    "leitor não recebe. Envie o relatório por equipe, sem colunas de pessoas.",
}


class Refused(LediError):
    """The file is not one of the reports, or not a whole one. `formato` is None when it was not recognised."""

    def __init__(self, motivo: Motivo, formato: str | None = None) -> None:
        self.motivo = motivo
        self.formato = formato
        super().__init__(WORDS[motivo])


class Source(Protocol):
    """Where the rows come from: a text or a spreadsheet, standing right after the header."""

    separador: str | None
    size: int
    damaged: bool
    lines: Lines | None

    def leitura(self) -> dict[str, Any]: ...

    def rows(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


class Retorno:
    """A report being read. Iterate it once: each registro is a mapping of JSON values, as `ledi retorno` prints.

    `totais`, `avisos` and the rest of `leitura` are complete only after the last registro; a file that turns
    out to be cut raises Refused while it is iterated, so that whoever stores what came before undoes it.
    `contexto` is None for a report that says nothing about itself.
    """

    formato: ClassVar[str]
    contexto: dict[str, Any] | None = None

    def __init__(self, source: Source, head: Sequence[Row], header: Row) -> None:
        self._source = source
        self._head = head
        self._header = header
        self.leitura: dict[str, Any] = source.leitura()
        self.totais: dict[str, int] = {}
        self.avisos: list[str] = []
        if source.damaged:
            self._aviso("caracteres_ilegiveis")
        self._start([str(cell or "") for cell in header.cells])

    @classmethod
    def recognises(cls, names: Sequence[str]) -> bool:
        """Is this a header of the report? `names` are the cells, as `heading` makes them."""
        raise NotImplementedError

    def _start(self, cells: list[str]) -> None:
        raise NotImplementedError

    def _registros(self) -> Iterator[Registro]:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Registro]:
        try:
            yield from self._registros()
        except (EndlessLine, csv.Error):
            raise self._refused(Motivo.CORTADO) from None
        finally:
            self.close()

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Retorno:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _aviso(self, code: str) -> None:
        if code not in self.avisos:
            self.avisos.append(code)

    def _refused(self, motivo: Motivo) -> Refused:
        return Refused(motivo, self.formato)


def without_tail(cells: Sequence[str]) -> list[str]:
    """The names of a header without the nameless columns that spreadsheets and SISAB put at the end."""
    kept = [cell_text(cell) for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def place(names: Sequence[str], known: dict[str, str]) -> list[str | None]:
    """The canonical name of each column, None for one that is not known or that came before."""
    seen: set[str] = set()
    found: list[str | None] = []
    for name in names:
        canonical = known.get(heading(name))
        found.append(None if canonical in seen else canonical)
        if canonical:
            seen.add(canonical)
    return found
