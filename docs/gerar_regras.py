"""Makes docs/regras.md and docs/versoes/*.md from the library; --conferir only tells if they are current."""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gerar_paginas_de_regras import by_tipo, title_of

from ledi.catalog import STATES, catalog
from ledi.layouts import CURRENT, VERSIONS, Layout, Struct, layout, releases
from ledi.tables.closed import changes_in
from ledi.versions import in_force

DOCS = Path(__file__).parent
_GENERATED = "<!-- Gerado por docs/gerar_regras.py: não edite à mão. -->\n"


def main() -> int:
    pages = {"regras.md": "\n".join(_rules())}
    pages["versoes/LEIAME.md"] = "\n".join(_index())
    for older, version in itertools.pairwise((None, *VERSIONS)):
        assert version is not None
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
    yield "Cada código que o sistema mostra tem o seu texto, o campo a que se refere, a página oficial e um exemplo."
    yield "Códigos com sufixo de faceta (`-obrigatorio`, `-tipo`, `-minimo`, `-maximo`, `-dominio`,"
    yield "`-formato`, `-desconhecido`, `-sem_id`, `-duvida`) vêm do próprio layout e são listados por `ledi regras`.\n"
    count = Counter(entry.state for entry in {entry.code: entry for entry in entries}.values())
    yield "| estado | regras | o que quer dizer |\n| --- | --- | --- |"
    for state, words in STATES.items():
        yield f"| {state} | {count[state]} | {words} |"
    yield ""
    yield "| ficha | regras |\n| --- | --- |"
    for tipo, codes in by_tipo().items():
        yield f"| [{title_of(tipo)}](regras/{tipo}.md) | {len(codes)} |"
    yield ""
    yield "A página de cada ficha diz, regra a regra, o que ela pede, por quê, como corrigir e um registro que falha."
    yield ""


def _version(older: str | None, version: str) -> Iterator[str]:
    """What this version changed, and only that."""
    release = releases()[version]
    yield _GENERATED
    yield f"# LEDI {version}" + (f": o que mudou desde a {older}\n" if older else "\n")
    yield f"- publicada em {release.published:%d/%m/%Y}; válida até {release.valid_until:%d/%m/%Y}"
    yield f"- lida pelo PEC {release.pec} e posteriores"
    yield f"- no registro oficial: {'; '.join(release.changes)}\n"
    if older is None:
        yield "É a versão mais antiga com layout aqui. As anteriores são só lidas, com este layout."
        yield "O que ela mudou em relação à 7.2.1 está no registro oficial.\n"
        return
    parts = [*_field_changes(older, version), *_code_changes(version), *_rule_changes(version)]
    yield from parts or ["Nada muda nos campos, nas listas e nas regras.\n"]


def _field_changes(older: str, version: str) -> Iterator[str]:
    before, after = _fields(layout(older)), _fields(layout(version))
    new, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    changed = sorted(key for key in set(before) & set(after) if before[key][:-1] != after[key][:-1])
    yield from _list("Campos novos", [f"`{key}`: {after[key][0]}" for key in new])
    yield from _list("Campos que saíram", [f"`{key}`: {before[key][0]}" for key in gone])
    yield from _list(
        "Campos que mudaram", [f"`{key}`: {_changes(before[key], after[key])}" for key in changed]
    )


def _code_changes(version: str) -> Iterator[str]:
    rows = sorted(changes_in(version), key=lambda row: (row.lista, row.entrou, row.codigo))
    for title, entered in (("Códigos novos", True), ("Códigos que saíram", False)):
        found = [
            f"`{row.lista}`: {row.codigo}"
            + (f" {row.rotulo}" if row.rotulo != row.codigo else "")
            + _doubt(row.duvida)
            for row in rows
            if row.entrou is entered
        ]
        yield from _list(title, found)


def _rule_changes(version: str) -> Iterator[str]:
    entries = catalog(version)
    started = {e.code: e for e in entries if e.since == version}
    ended = {e.code: e for e in entries if e.until == version}
    lasting = {e.code: e for e in entries if e.code in ended and in_force(version, e.since, e.until)}
    started = {**lasting, **started}
    again = started.keys() & ended.keys()
    lines = {
        code: f"[{code}](../regras/{entry.tipo}.md#{code}): {entry.text}"
        + (f" (desde a {entry.maybe} em dúvida: só aviso)" if entry.maybe else "")
        for code, entry in started.items()
    }
    yield from _list("Regras novas", [lines[code] for code in sorted(started.keys() - again)])
    yield from _list("Regras que mudaram", [lines[code] for code in sorted(again)])
    yield from _list("Regras que deixaram de valer", sorted(ended.keys() - again))


def _list(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"## {title} ({len(lines)})\n"
        yield from (f"- {line}" for line in lines)
        yield ""


def _doubt(span: tuple[str, str]) -> str:
    return f" (entre a {span[0]} e a {span[1]}, sem se saber em qual: aceito, com aviso)" if span[1] else ""


_NAMES = ("rótulo", "id", "obrigatório", "mínimo", "máximo", "lista")


def _changes(old: tuple[Any, ...], new: tuple[Any, ...]) -> str:
    pairs = zip(_NAMES, old[:-1], new[:-1], strict=True)
    doubt = new[-1] or old[-1]
    text = "; ".join(f"{name}: {_shown(a)} → {_shown(b)}" for name, a, b in pairs if a != b)
    return text + (f" (entre a {doubt.since} e a {doubt.until}, sem se saber em qual)" if doubt else "")


def _shown(value: object) -> str:
    return "nada" if value in (None, "") else str(value)


def _fields(made: Layout) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}

    def walk(struct: Struct, place: str) -> None:
        for field in struct.fields:
            key = f"{place}.{field.name}"
            bounds = (field.required, field.min, field.max, field.domain)
            found[key] = (field.label, field.id, *bounds, field.doubt)
            inner = (field.type.item or field.type).struct
            if inner is not None:
                walk(inner, key)

    for tipo, ficha in made.fichas.items():
        walk(ficha.root, tipo)
    return found


def _index() -> Iterator[str]:
    yield _GENERATED
    yield "# Versões do LEDI\n"
    yield "`ledi versoes` diz a situação de cada uma hoje. Vale por 12 meses desde a publicação (NT 12/2025).\n"
    yield "| versão | publicada | válida até | PEC mínimo | o que trouxe |\n| --- | --- | --- | --- | --- |"
    for release in releases().values():
        name = release.id if release.read_only else f"[{release.id}]({release.id}.md)"
        changes = "; ".join(release.changes) + (" (só leitura)" if release.read_only else "")
        dates = f"{release.published:%d/%m/%Y} | {release.valid_until:%d/%m/%Y}"
        yield f"| {name} | {dates} | {release.pec} | {changes} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
