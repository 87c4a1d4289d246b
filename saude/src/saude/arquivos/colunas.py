"""From rows of a spreadsheet to records: which field a column is, and what its cells mean."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from ledi.layouts import Field, layout
from ledi.paths import value_at
from saude.arquivos.celulas import cell_value, padded_codes
from saude.arquivos.planilhas import Tabela
from saude.cadastros.models import Entidade
from saude.comum.texto import fold
from saude.formularios import campos, ler
from saude.formularios.arvore import KEYS
from saude.registrar.actions import complete, version_for
from saude.registro.texto_json import digest

TIPOS = ("FVD", "FP", "FAC")
GROUP = "grupo"  # rows with the same value here are one ficha
GROUP_LABEL = "Número da ficha (linhas com o mesmo número formam uma ficha)"
CNES = re.compile(r"[0-9]{7}")


@dataclass(frozen=True, slots=True)
class Alvo:
    """A field a column may be. `caminho` has [0] where the ficha has a list of citizens."""

    caminho: str
    rotulo: str
    campo: Field | None


def targets(tipo: str, versao: str) -> list[Alvo]:
    """The group, the header, and the simple fields of the ficha and of its citizens."""
    made = layout(versao).fichas[tipo]
    found = [Alvo(GROUP, GROUP_LABEL, None)]
    for outer in sorted(made.root.fields, key=lambda f: f.name != made.header_field):
        if outer.name in KEYS or outer.name in campos.TECHNICAL:
            continue
        below = (outer.type.item or outer.type).struct
        if below is None:
            found.append(Alvo(outer.name, outer.label, outer))
        elif outer.name in (made.header_field, made.children_field):
            prefix = f"{outer.name}[0]" if outer.type.kind == "list" else outer.name
            found += [
                Alvo(f"{prefix}.{f.name}", f.label, f)
                for f in below.fields
                if (f.type.item or f.type).struct is None
            ]
    return found


def guess(colunas: list[str], alvos: list[Alvo], remembered: Mapping[str, str]) -> dict[str, str]:
    """Number of the column -> path: as the entidade said last time, else by the name."""
    known = {a.caminho for a in alvos}
    names = {fold(name): a.caminho for a in alvos for name in (a.rotulo, a.caminho.split(".")[-1])}
    found: dict[str, str] = {}
    for number, title in enumerate(colunas):
        path = remembered.get(fold(title)) or names.get(fold(title))
        if path in known and path not in found.values():
            found[str(number)] = path
    return found


@dataclass(frozen=True, slots=True)
class Completado:
    """A code that got back the zeros a spreadsheet had taken."""

    linha: int
    rotulo: str
    veio: str
    ficou: str


@dataclass(frozen=True, slots=True)
class Montado:
    """A record made of rows, and the lines they stand on."""

    linhas: tuple[int, ...]
    registro: dict[str, Any]
    divergencias: tuple[str, ...] = ()  # what the lines of one ficha say differently of the ficha itself
    completados: tuple[Completado, ...] = ()  # codes that came without their zeros


def records(tabela: Tabela, mapa: Mapping[str, str], *, entidade: Entidade, tipo: str) -> Iterator[Montado]:
    """A ficha has the uuid its content gives it: a sheet sent again, or grown since, brings only what is new.
    Equal rows of one sheet are as many fichas as there are rows."""
    versao = version_for(entidade)
    known = targets(tipo, versao)
    fields, labels = {a.caminho: a.campo for a in known}, {a.caminho: a.rotulo for a in known}
    chosen = {int(n): path for n, path in mapa.items() if path in fields}
    zone = ZoneInfo(entidade.fuso)
    seen: Counter[str] = Counter()
    for rows in _grouped(tabela, chosen).values():
        ficha: dict[str, Any] = {}
        differing: list[str] = []
        filled: list[Completado] = []
        for position, (number, cells) in enumerate(rows):
            values = _row_values(cells, chosen, fields, zone)
            filled += _filled(number, cells, chosen, known)
            differing += [f"linha {number}, {labels[p]}" for p in _differing(values, ficha)]
            ficha = ler.applied(ficha, _placed(values, position, ficha))
        header = ficha.setdefault(layout(versao).fichas[tipo].header_field, {})
        header.setdefault("codigoIbgeMunicipio", entidade.ibge)
        content = digest(ficha).hex()
        seen[content] += 1
        uuid = str(uuid5(NAMESPACE_URL, f"planilha:{entidade.ibge}:{tipo}:{content}:{seen[content]}"))
        if CNES.fullmatch(str(header.get("cnes"))):
            uuid = f"{header['cnes']}-{uuid}"
        record = complete(ficha, entidade=entidade, tipo=tipo, versao=versao, uuid=uuid)
        yield Montado(tuple(n for n, _ in rows), record, tuple(differing), tuple(filled))


def _grouped(tabela: Tabela, chosen: Mapping[int, str]) -> dict[str, list[tuple[int, list[Any]]]]:
    column = next((n for n, path in chosen.items() if path == GROUP), None)
    groups: dict[str, list[tuple[int, list[Any]]]] = {}
    for number, cells in tabela.linhas:
        label = str(cells[column]).strip() if column is not None and column < len(cells) else ""
        groups.setdefault(f"g:{label}" if label else f"linha:{number}", []).append((number, cells))
    return groups


def _row_values(
    cells: list[Any], chosen: Mapping[int, str], fields: Mapping[str, Field | None], zone: ZoneInfo
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, path in chosen.items():
        field = fields[path]
        if field is not None and number < len(cells):
            value = cell_value(field, cells[number], zone)
            if value is not None:
                found[path] = value
    return found


def _filled(
    line: int, cells: list[Any], chosen: Mapping[int, str], known: Iterable[Alvo]
) -> Iterator[Completado]:
    targets = {a.caminho: a for a in known}
    for number, path in chosen.items():
        target = targets[path]
        if target.campo is not None and number < len(cells):
            for came, became in padded_codes(target.campo, cells[number]):
                yield Completado(line, target.rotulo, came, became)


def _placed(values: Mapping[str, Any], position: int, ficha: Mapping[str, Any]) -> dict[str, Any]:
    """Citizens of the second row on come after the first; the ficha's own fields are those of the first row."""
    found: dict[str, Any] = {}
    for path, value in values.items():
        if "[0]" in path:
            found[path.replace("[0]", f"[{position}]", 1)] = value
        elif value_at(ficha, path) is None:
            found[path] = value
    return found


def _differing(values: Mapping[str, Any], ficha: Mapping[str, Any]) -> list[str]:
    """Paths of the ficha itself that an earlier line said differently."""
    return [p for p, v in values.items() if "[0]" not in p and value_at(ficha, p) not in (None, v)]
