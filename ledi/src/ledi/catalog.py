"""Every code the library can give, with its state and text: for `ledi regras` and the documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ledi.layouts import CURRENT, TIPOS, Field, Struct, layout
from ledi.rules import registry
from ledi.rules.checks import Declared
from ledi.rules.model import RECORD, Rule
from ledi.rules.scope import Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One code in one place. `state`: record, table, context, history or batch."""

    code: str
    tipo: str
    path: str
    state: str
    severity: str
    text: str
    since: str | None
    until: str | None
    maybe: str | None
    why: str | None
    doc_page: str
    declared: bool
    covered_by: str | None = None


@cache
def catalog(version: str = CURRENT) -> tuple[Entry, ...]:
    """The declared rules of all fichas and of the envelope (old forms included, with `until`)."""
    return tuple(entry for tipo in (*TIPOS, *registry.GENERAL) for entry in _of(tipo, version))


def _of(tipo: str, version: str) -> Iterator[Entry]:
    scopes = _scopes(tipo, version)
    for rule in registry.all_rules(tipo):
        yield _entry(tipo, rule, scopes[_place(rule)] if _place(rule) in scopes else scopes[""])


def _place(rule: Rule) -> str:
    return "instalacao" if rule.code.startswith("TRANSPORTE-I") else rule.at


def _entry(tipo: str, rule: Rule, scope: Scope) -> Entry:
    check = rule.check
    row = registry.published().get(rule.code)
    name = None if rule.name in (None, "*") else rule.name
    path = ".".join(part for part in (rule.at, name) if part)
    return Entry(
        code=rule.code,
        tipo=tipo,
        path=path,
        state=rule.state,
        severity=rule.severity,
        text=rule.text if rule.text and "{" not in rule.text else check.describe(scope, name),
        since=rule.since,
        until=rule.until,
        maybe=rule.maybe,
        why=rule.why,
        doc_page=row.doc_page if row else "",
        declared=isinstance(check, Declared),
        covered_by=getattr(check, "covered_by", None),
    )


def _scopes(tipo: str, version: str) -> dict[str, Scope]:
    made = layout(version)
    if tipo in ("TRANSPORTE", "COMUM"):
        transport = made.structs["DadoTransporteThrift"]
        installation = made.structs["DadoInstalacaoThrift"]
        return {"": Scope(made, None, transport, ()), "instalacao": Scope(made, None, installation, ())}
    found: dict[str, Scope] = {}
    ficha = made.fichas[tipo]
    newest = {} if version == CURRENT else _scopes(tipo, CURRENT)  # old rules may name newer fields

    def walk(struct: Struct, place: str, parents: tuple[Struct, ...]) -> None:
        found[place] = Scope(made, ficha, struct, parents, newest.get(place))
        for item in struct.fields:
            inner = (item.type.item or item.type).struct
            if inner is not None:
                part = f"{item.name}[]" if item.type.kind == "list" else item.name
                walk(inner, f"{place}.{part}" if place else part, (*parents, struct))

    walk(ficha.root, "", ())
    return found


def facets(version: str = CURRENT) -> Iterator[tuple[str, str, str]]:
    """(code, path, text) of the automatic facets of every field: type, required, bounds, domain, no id."""
    for tipo in TIPOS:
        for place, scope in _scopes(tipo, version).items():
            for item in scope.struct.fields:
                prefix = f"{tipo}-{scope.struct.name}-{item.name}"
                path = f"{place}.{item.name}" if place else item.name
                for facet, text in _facet_texts(item):
                    yield f"{prefix}-{facet}", path, text


def _facet_texts(item: Field) -> Iterator[tuple[str, str]]:
    yield "tipo", f"O campo {item.label} tem o tipo certo ({item.type})."
    if item.required == "sim":
        yield "obrigatorio", f"O campo {item.label} é obrigatório."
    if item.min is not None and item.min > 0 and item.unit:
        yield "minimo", f"O campo {item.label} tem no mínimo {item.min} {item.unit}."
    if item.max is not None and item.unit:
        yield "maximo", f"O campo {item.label} tem no máximo {item.max} {item.unit}."
    if item.domain:
        yield "dominio", f"O campo {item.label} só aceita os códigos da lista {item.domain}."
    if item.format:
        yield "formato", f"O campo {item.label} tem a forma de {item.format}."
    if item.id is None:
        yield "sem_id", f"O campo {item.label} é aceito e não é enviado: ainda não tem id no IDL."


STATES = {
    RECORD: "verificada em cada registro",
    "table": "verificada com as tabelas abertas (SIGTAP, CID, CBO)",
    "context": "depende do cadastro do município (CNES) ou da instalação de destino",
    "history": "depende de outros registros do cidadão ou do domicílio",
    "batch": "depende dos outros registros do mesmo envio",
}
