"""Makes docs/regras/<ficha>.md: of each rule what it asks, why, how to mend it, and a record that fails.

The example is the failing case that the library's own tests run; its message is what the library says of it today.
--conferir only tells if the pages are current.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent / "ledi" / "tests"))

import rule_cases  # noqa: E402
from rule_cases.harness import DELETE, FOREVER, TODAY, Case, build  # noqa: E402
from rule_cases.transporte import INSTALLATION  # noqa: E402

from ledi import validate  # noqa: E402
from ledi.catalog import STATES, Entry, catalog  # noqa: E402
from ledi.findings import Finding  # noqa: E402
from ledi.installation import FICTICIA, validate_installation  # noqa: E402
from ledi.layouts import CURRENT, TIPOS, layout  # noqa: E402
from ledi_gerador import minimal  # noqa: E402

PAGES = "https://github.com/laboratoriobridge/esusaps-integracao/blob/main/"
_GENERATED = "<!-- Gerado por docs/gerar_paginas_de_regras.py: não edite à mão. -->\n"
_OTHERS = {"COMUM": "Regras de todas as fichas", "TRANSPORTE": "Envelope e instalação"}
_LONGEST = 400  # characters of a value shown in an example


def main() -> int:
    pages = {f"{tipo}.md": "\n".join(_page(tipo, entries)) for tipo, entries in by_tipo().items()}
    folder = DOCS / "regras"
    have = {path.name for path in folder.glob("*.md")}
    stale = [
        name for name, text in pages.items() if name not in have or (folder / name).read_text("utf-8") != text
    ]
    gone = sorted(have - set(pages))
    if "--conferir" in sys.argv:
        for name in (*stale, *gone):
            print(f"docs/regras/{name} está desatualizado: rode make fix", file=sys.stderr)
        return 1 if stale or gone else 0
    folder.mkdir(exist_ok=True)
    for name in gone:
        (folder / name).unlink()
    for name in stale:
        (folder / name).write_text(pages[name], encoding="utf-8")
    return 0


def by_tipo() -> dict[str, dict[str, list[Entry]]]:
    """Ficha -> code -> where the code applies in it; fichas in their order."""
    found: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in catalog():
        found[entry.tipo][entry.code].append(entry)
    order = [*TIPOS, *sorted(set(found) - set(TIPOS))]
    return {tipo: found[tipo] for tipo in order if tipo in found}


def title_of(tipo: str) -> str:
    fichas = layout(CURRENT).fichas
    return f"{tipo}: {fichas[tipo].nome}" if tipo in fichas else _OTHERS.get(tipo, tipo)


def _page(tipo: str, codes: dict[str, list[Entry]]) -> Iterator[str]:
    yield _GENERATED
    yield f"# {title_of(tipo)}\n"
    yield f"As {len(codes)} regras, uma a uma: o que pedem, por quê, como corrigir e um registro que falha."
    yield "O exemplo é o que os testes da biblioteca rodam, e o texto em *Como corrigir* é o que ela responde a ele.\n"
    for code in sorted(codes):
        yield from _rule(code, codes[code])
    if tipo in layout(CURRENT).fichas:
        yield "## Registro mínimo\n"
        yield "O registro válido que os exemplos mudam:\n"
        yield "```json\n" + json.dumps(minimal(tipo), ensure_ascii=False, indent=1) + "\n```\n"


def _rule(code: str, entries: list[Entry]) -> Iterator[str]:
    first = entries[0]
    yield f'## <a id="{code}"></a>{code}\n'
    for text in dict.fromkeys(f"{entry.text}{span(entry)}" for entry in entries):
        yield f"**O que pede.** {text}\n"
    places = ", ".join(f"`{path}`" for path in dict.fromkeys(e.path for e in entries if e.path))
    if places:
        yield f"Campo: {places}. Gravidade: {first.severity}.\n"
    yield f"**Por quê.** {' '.join(_why(entries))}\n"
    case, finding = _example(first.tipo, code)
    if finding is not None and case is not None:
        yield f"**Como corrigir.** {_safe(finding.message)}\n"
        yield f"**Registro que falha.** {_change(case)}\n"
    elif installation := _of_installation(code):
        yield f"**Como corrigir.** {_safe(installation[0])}\n"
        yield f"**Instalação que falha.** `{installation[1]}` = {_value(installation[2])}\n"
    elif first.covered_by:
        yield f"**Como corrigir.** O achado aparece como {first.covered_by}, com o que fazer.\n"
    else:
        yield "**Como corrigir.** O achado aponta o campo e diz o que fazer. Sem exemplo aqui: um registro"
        yield "sozinho não a faz falhar neste tipo, ou ela vale para qualquer campo.\n"


def span(entry: Entry) -> str:
    if entry.since and entry.until:
        return f" (de {entry.since} até antes de {entry.until})"
    if entry.since:
        return f" (desde {entry.since})"
    return f" (até antes de {entry.until})" if entry.until else ""


def _why(entries: list[Entry]) -> Iterator[str]:
    first = entries[0]
    if first.code.startswith("CASA-"):
        yield "É uma regra da casa: o PEC não a publica, mas o que ela aponta quase sempre é engano."
    elif first.doc_page:
        yield f"Está na [página oficial]({PAGES}{first.doc_page}) do LEDI, e o PEC recusa o que não a cumpre."
    else:
        yield "Vem do cadastro e das tabelas com que o PEC e o SISAB conferem o registro."
    yield f"Quando se sabe: {STATES[first.state]}."
    yield from dict.fromkeys(entry.why for entry in entries if entry.why)


@cache
def _cases() -> dict[tuple[str, str], Case]:
    found: dict[tuple[str, str], Case] = {}
    for module in pkgutil.iter_modules(rule_cases.__path__):
        if module.name != "harness":
            for case in importlib.import_module(f"rule_cases.{module.name}").CASES:
                kept = found.get((case.tipo, case.code))
                if kept is None or (kept.versao != CURRENT and case.versao == CURRENT):
                    found[case.tipo, case.code] = case
    return found


def _example(tipo: str, code: str) -> tuple[Case | None, Finding | None]:
    """The failing case of a rule in a ficha (a rule of all: in the first that has one), and its finding."""
    case = _cases().get((tipo, code))
    if case is None and tipo not in layout(CURRENT).fichas:
        case = next((one for (_, of), one in _cases().items() if of == code), None)
    if case is None:
        return None, None
    report = validate(build(case, case.bad), tabelas=case.tabelas, hoje=TODAY, validades=FOREVER)
    return case, next((one for one in report.findings if one.code == code), None)


def _of_installation(code: str) -> tuple[str, str, Any] | None:
    for case in INSTALLATION:
        if case.code == code:
            (found, *_) = validate_installation(replace(FICTICIA, **{case.name: case.bad}), case.version)
            return found.message, case.name, case.bad
    return None


def _change(case: Case) -> str:
    changes = {**case.base, **case.bad}
    version = "" if case.versao == CURRENT else f" da versão {case.versao}"
    start = f"O [registro mínimo]({case.tipo}.md#registro-mínimo){version}"
    parts = [
        f"sem `{path}`" if value is DELETE else f"`{path}` = {_value(value)}"
        for path, value in changes.items()
    ]
    tables = " (com as tabelas do mês)" if case.tabelas is not None else ""
    return f"{start} com{tables}: {'; '.join(parts)}." if parts else f"{start}{tables}, como está."


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"``{text}``" if "`" in text else f"`{text}`"


def _safe(text: str) -> str:
    """A message as text: what it quotes of a record is no markup."""
    for char in "\\`*_<>[]|":
        text = text.replace(char, f"\\{char}" if char not in "<>" else {"<": "&lt;", ">": "&gt;"}[char])
    return text


if __name__ == "__main__":
    sys.exit(main())
