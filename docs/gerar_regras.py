"""Makes docs/regras.md and docs/versoes/*.md from the library; --conferir only tells if they are current."""

from __future__ import annotations

import itertools
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from ledi.catalog import STATES, Entry, catalog
from ledi.layouts import CURRENT, TIPOS, VERSIONS, Layout, Struct, layout
from ledi.rules.registry import published

DOCS = Path(__file__).parent
PAGES = "https://github.com/laboratoriobridge/esusaps-integracao/blob/main/"
_GENERATED = "<!-- Gerado por docs/gerar_regras.py: não edite à mão. -->\n"


def main() -> int:
    pages = {"regras.md": "\n".join(_rules())}
    for older, version in itertools.pairwise(VERSIONS):
        pages[f"versoes/{version}.md"] = "\n".join(_version(older, version))
    stale = [name for name, text in pages.items() if _current(name) != text]
    if "--conferir" in sys.argv:
        for name in stale:
            print(f"docs/{name} está desatualizado: rode make fix", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(pages[name], encoding="utf-8")
    return 0


def _current(name: str) -> str | None:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else None


def _rules() -> Iterator[str]:
    entries = catalog()
    yield _GENERATED
    yield f"# Regras do LEDI {CURRENT}\n"
    yield "Cada código que o sistema mostra tem aqui o seu texto, o campo a que se refere e a página oficial."
    yield "Códigos com sufixo de faceta (`-obrigatorio`, `-tipo`, `-minimo`, `-maximo`, `-dominio`,"
    yield "`-formato`, `-desconhecido`, `-sem_id`) vêm do próprio layout e são listados por `ledi regras`.\n"
    count = Counter(entry.state for entry in {entry.code: entry for entry in entries}.values())
    yield "| estado | regras | o que quer dizer |\n| --- | --- | --- |"
    for state, words in STATES.items():
        yield f"| {state} | {count[state]} | {words} |"
    yield ""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.tipo].append(entry)
    for tipo in (*TIPOS, *sorted(set(groups) - set(TIPOS))):
        if tipo in groups:
            yield from _group(tipo, groups[tipo])


def _group(tipo: str, entries: list[Entry]) -> Iterator[str]:
    fichas = layout(CURRENT).fichas
    yield f"## {tipo}: {fichas[tipo].nome}\n" if tipo in fichas else f"## {tipo}\n"
    by_code: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_code[entry.code].append(entry)
    for code in sorted(by_code):
        yield from _code(code, by_code[code])


def _code(code: str, entries: list[Entry]) -> Iterator[str]:
    first = entries[0]
    yield f'### <a id="{first.tipo}-{code}"></a>{code}\n'
    for entry in entries:
        span = _span(entry)
        yield f"- {entry.text}{span}"
        if entry.path:
            yield f"  - campo: `{entry.path}`; {entry.severity}; estado: {entry.state}"
        if entry.covered_by:
            yield f"  - aparece como {entry.covered_by}"
        if entry.why:
            yield f"  - {entry.why}"
    if first.doc_page:
        yield f"- [página oficial]({PAGES}{first.doc_page})"
    yield ""


def _span(entry: Entry) -> str:
    if entry.since and entry.until:
        return f" (de {entry.since} até antes de {entry.until})"
    if entry.since:
        return f" (desde {entry.since})"
    return f" (até antes de {entry.until})" if entry.until else ""


def _version(older: str, version: str) -> Iterator[str]:
    before, after = _fields(layout(older)), _fields(layout(version))
    yield _GENERATED
    yield f"# LEDI {version}: o que mudou desde a {older}\n"
    new = sorted(set(after) - set(before))
    gone = sorted(set(before) - set(after))
    yield f"## Campos novos ({len(new)})\n"
    for key in new:
        yield f"- `{key}`: {after[key][0]}"
    yield f"\n## Campos que saíram ({len(gone)})\n"
    yield from (f"- `{key}`" for key in gone) if gone else iter(["nenhum"])
    changed = sorted(key for key in set(before) & set(after) if before[key] != after[key])
    yield f"\n## Campos que mudaram ({len(changed)})\n"
    for key in changed:
        yield f"- `{key}`: {_changes(before[key], after[key])}"
    rows = published().values()
    started = sorted(row.rule_id for row in rows if row.since and row.until is None)
    ended = sorted({row.rule_id.split("-v7")[0] for row in rows if row.until})
    yield f"\n## Regras que passaram a valer ({len(started)})\n"
    yield ", ".join(f"{code}" for code in started) or "nenhuma"
    yield f"\n## Regras que deixaram de valer ou mudaram de forma ({len(ended)})\n"
    yield ", ".join(ended) or "nenhuma"
    yield ""


_NAMES = ("rótulo", "id", "obrigatório", "mínimo", "máximo", "lista")


def _changes(old: tuple[object, ...], new: tuple[object, ...]) -> str:
    parts = [f"{name}: {a} → {b}" for name, a, b in zip(_NAMES, old, new, strict=True) if a != b]
    return "; ".join(parts)


def _fields(made: Layout) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}

    def walk(struct: Struct, place: str) -> None:
        for field in struct.fields:
            key = f"{place}.{field.name}"
            found[key] = (field.label, field.id, field.required, field.min, field.max, field.domain)
            inner = (field.type.item or field.type).struct
            if inner is not None:
                walk(inner, key)

    for tipo, ficha in made.fichas.items():
        walk(ficha.root, tipo)
    return found


if __name__ == "__main__":
    sys.exit(main())
