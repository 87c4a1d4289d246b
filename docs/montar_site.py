"""Builds the documentation site: a static folder that asks nothing of another host and is searched without a network.

`montar_site.py [PASTA]` (default `dist/site`). The pages are the repository's own documents, laid out for three
readers: the coordinator, the vendor, the contributor. A link from one to another is kept; one to a file that is no
page becomes that file's name; one to nothing, or to a heading that is not there, fails the build.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
FONTS = ROOT / "saude/src/saude/static/saude/fontes"
#: file of the repository -> page of the site; everything else under docs/ keeps its place
PLACES = {
    "README.md": "sistema.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CODE_OF_CONDUCT.md": "CODE_OF_CONDUCT.md",
    "SECURITY.md": "SECURITY.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "ledi/README.md": "biblioteca/README.md",
    "ledi/CHANGELOG.md": "biblioteca/CHANGELOG.md",
    "conformidade/README.md": "conformidade/README.md",
    "implantacao/LEIAME.md": "implantacao/LEIAME.md",
    "bench/LEIAME.md": "bench/LEIAME.md",
    "docs/site/index.md": "index.md",
    "docs/site/library.md": "library/index.md",
    "docs/site/reference.md": "library/reference.md",
}
LINK = re.compile(r"(!?)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)")
#: addresses of headings as the repository's own pages have them (accents kept)
SLUGIFY = "SLUGIFY"
_UNICODE = "!!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}"


class Broken(Exception):
    """A link to nothing."""


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else ROOT / "dist" / "site").resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site.", dir=folder.parent) as name:
        place = Path(name)
        try:
            lay_out(place / "paginas")
        except Broken as broken:
            print(f"site: {broken}", file=sys.stderr)
            return 1
        text = yaml.safe_dump(config(place), allow_unicode=True).replace(SLUGIFY, _UNICODE)
        (place / "mkdocs.yml").write_text(text, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "-f",
            str(place / "mkdocs.yml"),
        ]
        quiet = {**os.environ, "DISABLE_MKDOCS_2_WARNING": "true", "NO_MKDOCS_2_WARNING": "1"}
        if subprocess.run(command, check=False, env=quiet).returncode:
            return 1
        if folder.exists():
            shutil.rmtree(folder)
        (place / "site").rename(folder)
    print(f"site: {folder}; abra index.html, ou sirva a pasta com qualquer servidor de arquivos")
    return 0


# ---- the pages


def pages() -> dict[str, str]:
    """File of the repository -> page of the site."""
    found = dict(PLACES)
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("docs/site/"):
            found[name] = path.relative_to(DOCS).as_posix()
    return found


def lay_out(folder: Path) -> None:
    made = pages()
    for source, target in made.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / source).read_text(encoding="utf-8")
        (folder / target).write_text(told(text, source, target, made), encoding="utf-8")
    shutil.copytree(DOCS / "imagens", folder / "imagens")
    for name in ("estilo.css", "iframe-worker.js", "busca.js"):
        shutil.copy(DOCS / "site" / name, folder / name)
    shutil.copy(FONTS / "raleway-latin-wght-normal.woff2", folder / "raleway.woff2")
    shutil.copy(FONTS / "OFL.txt", folder / "raleway-licenca.txt")
    shutil.copy(ROOT / "saude/src/saude/static/saude/icone.svg", folder / "icone.svg")
    (folder / "comando.md").write_text(command_page(), encoding="utf-8")
    reference = folder / "library/reference.md"
    reference.write_text(reference.read_text("utf-8") + "\n".join(public_names()), encoding="utf-8")


def told(text: str, source: str, target: str, made: dict[str, str]) -> str:
    """A document as a page of the site: links between documents followed to where their pages are."""
    parts = text.split("```")
    parts[::2] = [LINK.sub(lambda m: _link(m, source, target, made), part) for part in parts[::2]]
    return _states("```".join(parts))


def _link(match: re.Match[str], source: str, target: str, made: dict[str, str]) -> str:
    mark, words, address = match.groups()
    if re.match(r"[a-z]+:|#", address):
        return match[0]
    path, hash_, anchor = address.partition("#")
    if source.startswith("docs/site/"):  # written as the site has it
        return match[0]
    place = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if not (ROOT / place).exists():
        raise Broken(f"{source}: não há {address}")
    if place.startswith("docs/imagens/"):
        found = place.removeprefix("docs/")
    else:
        found = made.get(place) or made.get(f"{place}/README.md") or made.get(f"{place}/LEIAME.md") or ""
    if not found:
        return (
            words if words.startswith("`") else f"{words} (`{place}`)" if place not in words else f"`{place}`"
        )
    return f"{mark}[{words}]({posixpath.relpath(found, posixpath.dirname(target) or '.')}{hash_}{anchor})"


def _states(text: str) -> str:
    """A diagram of states as a table: what draws diagrams would have to come from another host."""

    def table(match: re.Match[str]) -> str:
        lines = re.findall(r"(\S+) --> (\S+?)(?:: (.+))?$", match[1], re.M)
        rows = [f"| {_state(a)} | {words} | {_state(b)} |" for a, b, words in lines]
        return "\n".join(["| De | Ação | Para |", "|---|---|---|", *rows])

    return re.sub(r"```mermaid\nstateDiagram-v2\n(.*?)```", table, text, flags=re.S)


def _state(name: str) -> str:
    return "—" if name == "[*]" else name


def command_page() -> str:
    """What `ledi` and each of its verbs say of themselves."""
    from ledi.cli import VERBS

    lines = ["# O comando `ledi`\n", "O que o comando diz de si mesmo (`ledi --help`), verbo a verbo.\n"]
    for verb in ("", *VERBS):
        words = [*([verb] if verb else []), "--help"]
        asked = [sys.executable, "-m", "ledi", *words]
        wide = {**os.environ, "COLUMNS": "100"}
        done = subprocess.run(asked, capture_output=True, text=True, check=True, env=wide, encoding="utf-8")
        lines += [f"## ledi {verb}".rstrip() + "\n", f"```text\n{done.stdout.rstrip()}\n```\n"]
    return "\n".join(lines)


def public_names() -> Iterator[str]:
    """A heading and a reference for each public name, whatever module it lives in."""
    import ledi
    from ledi import dados

    for name in sorted(set(ledi.__all__) - {"__version__"}, key=str.lower):
        value = getattr(ledi, name)
        if str(getattr(value, "__module__", "")).startswith("ledi"):
            yield f"::: {value.__module__}.{value.__name__}\n"
        else:  # a constant, or a type made of literals: the module it is taken from says where it is
            yield f"::: {_home(name)}.{name}\n"
    yield "\n## ledi.dados\n"
    for name in ("tabelar", "Totais", "Writer", "rows_of", "columns", "tables"):
        yield f"::: {getattr(dados, name).__module__}.{name}\n"


def _home(name: str) -> str:
    """The module whose text gives the name its value."""
    import ledi

    homes = ledi._HOMES  # noqa: SLF001 (where each public name is written)
    module = next(home for home, names in homes.items() if name in names)
    for path in sorted((ROOT / "ledi/src").joinpath(*module.split(".")).glob("*.py")):
        if re.search(rf"^{name}\b.*=", path.read_text(encoding="utf-8"), re.M):
            return f"{module}.{path.stem}"
    return module


# ---- the site


def config(place: Path) -> dict[str, Any]:
    return {
        "site_name": "Saúde e-SUS",
        "site_description": "Documentação do sistema Saúde e-SUS e da biblioteca ledi",
        "docs_dir": str(place / "paginas"),
        "site_dir": str(place / "site"),
        "use_directory_urls": False,
        "theme": {
            "name": "material", "language": "pt-BR", "font": False, "logo": "icone.svg", "favicon": "icone.svg",
            "features": ["navigation.tabs", "navigation.top", "navigation.indexes", "toc.follow", "search.highlight"],
        },
        # a file of this name: without one, its like would come from another host
        "extra": {"generator": False, "polyfills": ["iframe-worker.js", "busca.js"]},
        "extra_css": ["estilo.css"],
        "nav": nav(),
        "plugins": [
            {"search": {"lang": ["pt"]}},
            "offline",
            {"mkdocstrings": {"handlers": {"python": {
                "paths": [str(ROOT / "ledi/src")],
                "inventories": [],
                "options": {
                    "show_root_heading": True, "heading_level": 2, "show_source": True, "allow_inspection": False,
                    "show_signature_annotations": True, "separate_signature": True, "docstring_style": "sphinx",
                    "members_order": "source", "show_if_no_docstring": False,
                },
            }}}},
        ],
        "markdown_extensions": [
            "admonition", "attr_list", "md_in_html", "tables", "pymdownx.superfences", "pymdownx.highlight",
            {"toc": {"permalink": True, "permalink_title": "Endereço desta seção", "toc_depth": 3,
                     "slugify": SLUGIFY}},
        ],
        "validation": {"omitted_files": "warn", "absolute_links": "warn", "unrecognized_links": "warn",
                       "anchors": "warn"},
    }  # fmt: skip


def nav() -> list[Any]:
    """The menu. A document that no group names yet is under the last of the contributor's."""
    made = _groups()
    named = set(re.findall(r"'([^']+\.md)'", str(made)))
    others = sorted(set(pages().values()) - named)
    if others:
        (contribute,) = (group["Contribuir"] for group in made if "Contribuir" in group)
        contribute.append({"Outros": others})
    return made


def _groups() -> list[Any]:
    adr = sorted(path.name for path in (DOCS / "adr").glob("*.md"))
    versions = sorted((DOCS / "versoes").glob("[0-9]*.md"), key=lambda p: [int(n) for n in p.stem.split(".")])
    from gerar_paginas_de_regras import by_tipo, title_of

    rules = [{title_of(tipo): f"regras/{tipo}.md"} for tipo in by_tipo()]
    return [
        {"Início": "index.md"},
        {"Coordenação": [
            {"Manual do usuário": "manual/README.md"}, {"Situações": "situacoes.md"},
            {"A área e os números": "area-e-numeros.md"}, {"Nada falso na tela": "nada-falso.md"},
            {"O caminho de volta": "o-caminho-de-volta.md"},
            {"O dia das pessoas": "o-dia-das-pessoas.md"}, {"Nova ficha": "nova-ficha.md"},
            {"Glossário": "glossario.md"}, {"O sistema": "sistema.md"},
            {"Instalar e cuidar": "implantacao/LEIAME.md"}, {"Mudanças": "CHANGELOG.md"},
        ]},
        {"Fornecedor": [
            {"API de recebimento": "api.md"}, {"Aplicativo do agente": "api-saude-domiciliar.md"},
            {"Biblioteca ledi": "biblioteca/README.md"}, {"O comando ledi": "comando.md"},
            {"Parquet, DuckDB, Dask": "dados.md"}, {"Kit de conformidade": "conformidade/README.md"},
            {"PEC simulado": "pec-simulado.md"}, {"Retorno": "retorno.md"}, {"Formulários": "formularios.md"},
            {"O que há no kit": "kit.md"},
            {"Mudanças da biblioteca": "biblioteca/CHANGELOG.md"},
        ]},
        {"Regras": ["regras.md", *rules]},
        {"Versões do LEDI": ["versoes/LEIAME.md", *({path.stem: f"versoes/{path.name}"} for path in versions)]},
        {"Contribuir": [
            {"Como contribuir": "CONTRIBUTING.md"}, {"Arquitetura": "arquitetura.md"},
            {"Como adicionar uma regra": "como-adicionar-regra.md"},
            {"Como adicionar uma versão": "como-adicionar-versao.md"},
            {"Decisões": [f"adr/{name}" for name in adr]}, {"Desempenho": "desempenho.md"}, {"Escala": "escala.md"},
            {"Medidas": "bench/LEIAME.md"}, {"Confiabilidade": "confiabilidade.md"}, {"Mutação": "mutacao.md"},
            {"Segurança": "SECURITY.md"}, {"Código de conduta": "CODE_OF_CONDUCT.md"},
        ]},
        {"Library (English)": [{"The library": "library/index.md"}, {"Reference": "library/reference.md"}]},
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
