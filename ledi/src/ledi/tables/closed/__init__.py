"""Code lists of the LEDI dictionary, shipped as CSV beside this file.

Names: an enum ("Turno"), a group of an enum ("MotivoVisita#BUSCA_ATIVA"), a table ("municipios") or one
list of a table ("cbo/FVD", "procedimentos/FP"). `names()` lists them all. Codes are `int` where every
code of the list is an integer on the wire, else `str` (CBO, SIGTAP, municípios, UF keep their leading
zeros).
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from ledi.errors import TableError
from ledi.tables.closed import _versions
from ledi.tables.closed._versions import Move, changes_in

__all__ = [
    "Code",
    "Move",
    "Row",
    "changes_in",
    "codes",
    "combos",
    "doubts",
    "ever",
    "labels",
    "names",
    "rows",
    "texts",
    "when",
]

Code = int | str
Row = Mapping[str, str]


class _Table(NamedTuple):
    file: str
    key: str
    label: str


class _Lines(NamedTuple):
    """Lines of a file under their heads."""

    head: tuple[str, ...]
    lines: list[list[str]]

    def column(self, name: str) -> list[str]:
        at = self.head.index(name)
        return [line[at] for line in self.lines]

    def only(self, **values: str) -> "_Lines":
        """The lines that have these values in these columns."""
        at = {self.head.index(name): value for name, value in values.items()}
        return _Lines(
            self.head, [line for line in self.lines if all(line[n] == value for n, value in at.items())]
        )


# Table name -> file, key column, label column. A file with a column `lista` also answers to "table/list".
_TABLES = {
    "catmat": _Table("catmat", "codigo_catmat", "principio_ativo"),
    "cbo": _Table("cbo", "code", "label"),
    "cbo_familias": _Table("cbo_familias", "code", "label"),
    "ciap2": _Table("ciap_cid", "ciap2", "ciap2_descricao"),
    "ciap_cid": _Table("ciap_cid", "ciap2", "ciap2_descricao"),
    "condicoes_ab": _Table("condicoes_ab", "code", "label"),
    "encaminhamento_odonto_especialidades": _Table(
        "encaminhamento_odonto_especialidades", "especialidade", "label"
    ),
    "exames": _Table("exames", "code", "label"),
    "exames_ab": _Table("exames_ab", "code", "label"),
    "exames_estruturados": _Table("exames_estruturados", "sigtap_sem_pontuacao", "descricao_sigtap"),
    "fusos": _Table("fusos", "prefixo", "fuso"),
    "mca_perguntas_respostas": _Table("mca_perguntas_respostas", "pergunta", "label"),
    "municipios": _Table("municipios", "codigo_ibge", "nome"),
    "paises": _Table("paises", "codigo", "nome"),
    "procedimentos": _Table("procedimentos", "code", "label"),
    "procedimentos_ab": _Table("procedimentos_ab", "code", "label"),
    "procedimentos_excecoes": _Table("procedimentos_excecoes", "code", "label"),
    "procedimentos_grupos": _Table("procedimentos_grupos", "code", "label"),
    "procedimentos_proibidos": _Table("procedimentos_proibidos", "code", "label"),
    "procedimentos_quantidade": _Table("procedimentos_quantidade", "code", "label"),
    "tipo_logradouro": _Table("tipo_logradouro", "numero_dne", "nome"),
    "uf": _Table("uf", "numero_dne", "nome"),
    "vacina_regras_combinacoes": _Table("vacina_regras", "code", "nome_na_tabela"),
    "vacina_regras": _Table("vacina_regras", "imunobiologico", "nome_na_tabela"),
}

# Lists whose codes look like numbers but are strings on the wire.
_TEXT = frozenset({"cboPrescritor", "coRndsFabricante", "fusos", "municipios", "procedimentos_quantidade"})
_TEXT_TABLES = ("cbo", "exames", "procedimentos")
_INTEGER = re.compile(r"0|[1-9][0-9]*")


@cache
def codes(name: str, version: str | None = None) -> frozenset[Code]:
    """Codes of a list as of a LEDI version (None: the newest one shipped)."""
    return _codes(name, _versions.edition(name, version))


@cache
def texts(name: str, version: str | None = None) -> frozenset[str]:
    """The same codes as text, for fields that carry an enum in a string (`doseFrequencia`, exam results)."""
    return _texts(name, _versions.edition(name, version))


@cache
def labels(name: str, version: str | None = None) -> Mapping[Code, str]:
    """Code -> Portuguese label, in the official order; of a repeated code the first label is kept."""
    return _labels(name, _versions.edition(name, version))


@cache  # one for all the versions in which the list is the same
def _codes(name: str, edition: str | None) -> frozenset[Code]:
    return frozenset(_labels(name, edition))


@cache
def _texts(name: str, edition: str | None) -> frozenset[str]:
    return frozenset(map(str, _codes(name, edition)))


@cache
def _labels(name: str, edition: str | None) -> Mapping[Code, str]:
    found: dict[str, str] = {}
    for code, label in _pairs(name):
        found.setdefault(code, label)
    found = _versions.as_of(name, found, edition)
    convert = _converter(name, found)
    return MappingProxyType({convert(code): text for code, text in found.items()})


@cache
def ever(name: str) -> Mapping[Code, str]:
    """Every code the list has or had in any version, with its label."""
    gone = _versions.removed(name)
    convert = _converter(name, [*labels(name), *gone])
    old = {convert(code): label for code, label in gone.items()}
    return MappingProxyType({**old, **labels(name)})


def when(name: str, code: object, version: str) -> str:
    """In which versions a code is that this one does not have ("a partir da versão 8.6.0"); "" when in none."""
    return _versions.when(name, str(code), version)


@cache
def doubts(name: str, version: str) -> Mapping[Code, tuple[str, str]]:
    """Codes of that version's list that may have come later, or gone before: (since, until) of the doubt."""
    found = _versions.doubts(name, version)
    if not found:
        return MappingProxyType({})
    convert = _converter(name, labels(name, version))
    return MappingProxyType({convert(code): span for code, span in found.items()})


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Every row of a list, as published (texts)."""
    head, lines = _listed(name)
    return tuple(MappingProxyType(dict(zip(head, line, strict=True))) for line in lines)


@cache
def _listed(name: str) -> _Lines:
    """The lines of a list as its file has them: most of what asks for codes needs two columns of them."""
    enums = _enums()
    if name in enums:
        return enums[name]
    if "#" in name:
        return _group(name)
    table, _, lista = name.partition("/")
    if table not in _TABLES:
        if _versions.knows(name):
            return _Lines((), [])
        raise TableError(f"A lista “{name}” não existe na biblioteca.")
    found = _file(_TABLES[table].file)
    if lista:
        found = found.only(lista=lista) if "lista" in found.head else _Lines(found.head, [])
        if not found.lines and not _versions.knows(name):
            raise TableError(f"A tabela “{table}” não tem a lista “{lista}”.")
    return found


def _columns(name: str) -> tuple[str, str]:
    """The columns of a list with its codes and their labels."""
    _listed(name)  # refuses an unknown name
    table = None if name in _enums() or "#" in name else _TABLES.get(name.partition("/")[0])
    return (table.key, table.label) if table else ("code", "label")


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """(code, label) of each line."""
    found = _listed(name)
    return zip(*map(found.column, _columns(name)), strict=True) if found.lines else iter(())


@cache
def combos(name: str, *columns: str) -> frozenset[tuple[Code, ...]]:
    """Combinations of columns, as in `combos("vacina_regras", "imunobiologico", "dose")`.

    A column is int when all its values are integers without leading zeros.
    """
    table = rows(name)
    unknown = [column for column in columns if column not in table[0]]
    if unknown:
        raise TableError(f"A tabela “{name}” não tem a coluna “{unknown[0]}”.")
    values = [_column([row[column] for row in table]) for column in columns]
    return frozenset(zip(*values, strict=True))


@cache
def names() -> tuple[str, ...]:
    """Every name `codes` answers to."""
    return tuple(sorted(_names()))


def _names() -> Iterator[str]:
    yield from _enums()
    grupos = _file("grupos")
    yield from {f"{enum}#{grupo}" for enum, grupo in zip(*map(grupos.column, ("enum", "grupo")), strict=True)}
    for name, table in _TABLES.items():
        yield name
        found = _file(table.file)
        if "lista" in found.head:
            yield from {f"{name}/{lista}" for lista in found.column("lista")}


def _converter(name: str, found: Iterable[Code]) -> type[int] | type[str]:
    base = re.split("[#/]", name)[0]
    if base in _TEXT or base.startswith(_TEXT_TABLES):
        return str
    # A group or a version takes the type of its whole list, not that of the codes left in it.
    every = set(_listed(base).column("code")) if base in _enums() else {str(code) for code in found}
    return int if all(_INTEGER.fullmatch(code) for code in every) else str


def _column(values: list[str]) -> list[Code]:
    if all(_INTEGER.fullmatch(value) for value in values):
        return [int(value) for value in values]
    return list(values)


def _group(name: str) -> _Lines:
    enum, _, grupo = name.partition("#")
    wanted = set(_file("grupos").only(enum=enum, grupo=grupo).column("code"))
    if not wanted:
        raise TableError(f"O grupo “{name}” não existe na biblioteca.")
    whole = _listed(enum)
    code = whole.head.index("code")
    return _Lines(whole.head, [line for line in whole.lines if line[code] in wanted])


@cache
def _enums() -> Mapping[str, _Lines]:
    head, lines = _file("enums")
    enum = head.index("enum")
    found: dict[str, list[list[str]]] = defaultdict(list)
    for line in lines:
        found[line[enum]].append(line)
    return {name: _Lines(head, some) for name, some in found.items()}


@cache
def _file(name: str) -> _Lines:
    text = (files(__package__) / f"{name}.csv").read_text(encoding="utf-8")
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    return _Lines(tuple(head), [line for line in lines if line])
