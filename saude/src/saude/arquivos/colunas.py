"""From rows of a spreadsheet to records: which field a column is, and what its cells mean."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from ledi.layouts import Field, layout
from ledi.paths import value_at
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
DIGITS = {"cpf": 11, "cns": 15, "cnes": 7, "ine": 10, "ibge": 7, "cbo": 6}
CNES = re.compile(r"[0-9]{7}")
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T](\d{1,2}):(\d{2}))?")
YES = frozenset("sim s x 1 true verdadeiro v".split())
NO = frozenset("nao n 0 false falso f".split())


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
class Montado:
    """A record made of rows, and the lines they stand on."""

    linhas: tuple[int, ...]
    registro: dict[str, Any]
    divergencias: tuple[str, ...] = ()  # what the lines of one ficha say differently of the ficha itself


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
        for position, (number, cells) in enumerate(rows):
            values = _row_values(cells, chosen, fields, zone)
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
        yield Montado(tuple(n for n, _ in rows), record, tuple(differing))


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


def cell_value(field: Field, cell: Any, zone: ZoneInfo) -> Any:
    """The wire value of a cell; what the field does not take stays text, and the rules say so."""
    if isinstance(cell, bool):
        cell = "sim" if cell else "nao"
    if isinstance(cell, (datetime, date)):
        day = cell.date() if isinstance(cell, datetime) else cell
        hour = isinstance(cell, datetime) and field.format == "datahora"
        return cell.isoformat(timespec="minutes") if hour else day.isoformat()
    text = str(cell).replace("\x00", "").strip()
    if not text:
        return None
    kind = campos.widget(field)
    if kind == "booleano":
        return text if _yes(text) is None else _yes(text)
    if kind in ("opcoes", "varios"):
        parts = [_code(field, p.strip()) for p in re.split(r"[;,\n|]", text) if p.strip()]
        return ler.parse(field, ["\n".join(parts)] if kind == "varios" else parts, None, zone)
    if field.is_date and (found := DAY.fullmatch(text)):
        d, m, y, hh, mm = found.groups()
        text = f"{y}-{int(m):02}-{int(d):02}" + (f"T{int(hh):02}:{mm}" if hh and kind == "datahora" else "")
        return text
    if field.format in DIGITS and re.fullmatch(r"[\d. /-]+", text):
        return re.sub(r"\D", "", text).zfill(DIGITS[field.format])
    return ler.parse(field, [_code(field, text)], None, zone)


def shown(cell: Any) -> str:
    """A cell as its owner wrote it."""
    if isinstance(cell, bool):
        return "Sim" if cell else "Não"
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if (cell.hour, cell.minute) != (0, 0) else f"{cell:%d/%m/%Y}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell).strip()


def _yes(text: str) -> bool | None:
    folded = fold(text).lower()
    return True if folded in YES else False if folded in NO else None


def _code(field: Field, text: str) -> str:
    """`2 - Tarde` and `Tarde` are the code 2 of the list of the field."""
    if not field.domain:
        return text
    labels = campos.domain_labels(field.domain)
    head = text.partition(" - ")[0].strip()
    if any(str(code) == head for code in labels):
        return head
    folded = fold(text)
    return next((str(code) for code, label in labels.items() if fold(label) == folded), text)
