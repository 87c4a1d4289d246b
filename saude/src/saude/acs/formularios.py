"""The forms of the app, as data: the layout's fields, the rules' conditions, the lists they choose from."""

from functools import lru_cache
from typing import Any

from ledi.layouts import Field, Struct, layout
from ledi.rules.checks import Expect, Range
from ledi.rules.conditions import Filled
from ledi.rules.registry import rules_in_force
from ledi.tables import closed
from saude.formularios import campos, fontes, opcoes
from saude.formularios.condicoes import conditions

TIPOS = ("FVD", "FCI", "FCD")
#: written by the app or by the server, never asked
WRITTEN = frozenset(
    "uuid uuidFicha uuidFichaOriginadora fichaAtualizada tpCdsOrigem headerTransport longitude "
    "uuidOrigemCadastroDomiciliar tipoEndereco".split()
)
GROUP_NAMES = {
    "TIPO_VISITA": "Tipo de visita",
    "BUSCA_ATIVA": "Busca ativa",
    "ACOMPANHAMENTO": "Acompanhamento",
    "CONTROLE_AMBIENTAL_E_VETORIAL": "Controle ambiental e vetorial",
    "OUTROS": "Outros",
}


@lru_cache(maxsize=8)
def form(tipo: str, versao: str) -> dict[str, Any]:
    """The form of a ficha: `campos` (a tree) and the conditions beside each field."""
    ficha = layout(versao).fichas[tipo]
    return {
        "tipo": tipo,
        "nome": ficha.nome,
        "versao": versao,
        "campo_uuid": ficha.uuid_field,
        "campos": _fields(tipo, versao, ficha.root, ""),
    }


def _fields(tipo: str, versao: str, struct: Struct, at: str) -> list[dict[str, Any]]:
    """In the order of the phone's sections; without them, of the paper ficha's. The rest follows as on the wire."""
    order = [name for _, names in struct.phone for name in names] or [f.name for f in struct.paper]
    place = {name: n for n, name in enumerate(order)}
    shown = [f for f in struct.fields if f.name not in WRITTEN]
    shown.sort(key=lambda f: place.get(f.name, len(place)))
    return [_field(tipo, versao, f, f"{at}.{f.name}" if at else f.name, struct) for f in shown]


def _field(tipo: str, versao: str, f: Field, path: str, struct: Struct) -> dict[str, Any]:
    heading = _heading(f, struct, inside="." in path)
    if f.name == "latitude":
        return _place(heading)
    widget = campos.widget(f)
    made: dict[str, Any] = {"n": f.name, "r": f.label, "w": widget}
    inner = f.type.struct or (f.type.item.struct if f.type.item else None)
    if inner is not None:
        made["campos"] = _fields(tipo, versao, inner, f"{path}[]" if widget == "lista" else path)
        made["item"] = inner.label
    if f.required == "sim":
        made["o"] = True
    if domain := list_of(f):
        made["d"] = domain
        made |= _offered(tipo, versao, path, domain)
    made |= _limits(f)
    if f.type.kind in ("i32", "i64", "double"):
        made["num"] = True
    if f.type.item is not None and f.type.item.kind in ("i32", "i64"):
        made["num"] = True
    if found := conditions(tipo, versao).get(path):
        made["regras"] = found
    made |= _value_rules(tipo, versao).get(path, {})
    return made | heading


def _offered(tipo: str, versao: str, path: str, domain: str) -> dict[str, Any]:
    """`menos`: codes of the list that this field never takes; `aceita`: what other fields leave of it."""
    codes = {str(row[0]): row[0] for row in options(domain)["opcoes"]}
    found: dict[str, Any] = {}
    if out := opcoes.refused(tipo, versao, path, tuple(codes)):
        found["menos"] = [codes[code] for code in out]
    if left := opcoes.narrows(tipo, versao, path):
        found["aceita"] = list(left)
    return found


def _heading(f: Field, struct: Struct, *, inside: bool) -> dict[str, str]:
    """The section it stands under: the phone's, or that of the paper ficha in a group."""
    if struct.phone:
        last = struct.phone[-1][0]
        title = next((title for title, names in struct.phone if f.name in names), last)
    else:
        title = f.section or "" if inside else ""
    return {"s": title} if title else {}


def _place(heading: dict[str, str]) -> dict[str, Any]:
    """Latitude and longitude are one answer: the phone's own location."""
    return {"n": "latitude", "r": "Localização", "w": "localizacao", "par": "longitude"} | heading


@lru_cache(maxsize=8)
def _value_rules(tipo: str, versao: str) -> dict[str, dict[str, Any]]:
    """Path -> `faixa` (least, most) and `com` (another field asked with this one), from the rules."""
    found: dict[str, dict[str, Any]] = {}
    for rule in rules_in_force(tipo, versao):
        path = f"{rule.at}.{rule.name}" if rule.at else rule.name or ""
        check = rule.check
        if rule.severity != "erro":
            continue
        if isinstance(check, Range):
            found.setdefault(path, {})["faixa"] = [_float(check.low), _float(check.high)]
        elif isinstance(check, Expect) and check.when is None and isinstance(check.then, Filled):
            found.setdefault(path, {})["com"] = check.then.path
    return found


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _limits(f: Field) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if f.unit and f.unit != "ocorrencias":
        found |= {"u": f.unit}
        found |= {"min": float(f.min)} if f.min is not None else {}
        found |= {"max": float(f.max)} if f.max is not None else {}
    return found | ({"fmt": f.format} if f.format else {})


def list_of(f: Field) -> str:
    """Name of the list a field chooses from; "" when it chooses from none."""
    if f.domain and campos.domain_labels(f.domain):
        return f.domain
    source = campos.source_of(f)
    return source if source and fontes.table(source) else ""


def lists_of(tipo: str, versao: str) -> list[str]:
    found: dict[str, None] = {}

    def walk(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if "d" in row:
                found[row["d"]] = None
            walk(row.get("campos", []))

    walk(form(tipo, versao)["campos"])
    return list(found)


@lru_cache(maxsize=64)
def options(name: str) -> dict[str, Any]:
    """`opcoes`: [code, label] or [code, label, group] in the order of the list."""
    groups = _groups(name)
    labels = campos.domain_labels(name) if name not in fontes.TABLES else fontes.table(name)
    rows = [[code, text, *([groups[code]] if code in groups else [])] for code, text in labels.items()]
    if len(rows) > campos.MAX_SELECT and not groups:
        rows.sort(key=lambda row: str(row[1]))
    return {"nome": name, "opcoes": rows}


def _groups(name: str) -> dict[Any, str]:
    """Code -> heading, where the list is divided and every code is in one group only."""
    found: dict[Any, str] = {}
    for full in closed.names():
        enum, _, group = full.partition("#")
        if enum == name and group in GROUP_NAMES:
            found |= dict.fromkeys(closed.codes(full), GROUP_NAMES[group])
    return found
