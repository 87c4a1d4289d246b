"""The manual and the pages of rules as the system shows them: the same files as in the repository and on the site.

Installed from a wheel they lie beside this module; in the repository, under docs/.
"""

import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

_HERE = Path(__file__).resolve()
DOCS = next(
    (p for p in (_HERE.parent / "docs", _HERE.parents[4] / "docs") if (p / "manual").is_dir()),
    _HERE.parent / "docs",
)
CHAPTER = re.compile(r"^## (?:(\d+)\. )?(.+)$", re.M)
RULE = re.compile(r'^## <a id="([^"]+)"></a>.*$', re.M)
HREF = re.compile(r'(<(?:a|img) [^>]*?(?:href|src)=")([^"]+)(")')
WORDS = "palavras"


@dataclass(frozen=True, slots=True)
class Capitulo:
    """`chave` names it in an address: its number, or a word where it has none."""

    chave: str
    titulo: str
    texto: str


@cache
def chapters() -> dict[str, Capitulo]:
    text = (DOCS / "manual" / "README.md").read_text(encoding="utf-8")
    heads = list(CHAPTER.finditer(text))
    ends = [*(h.start() for h in heads[1:]), len(text)]
    found = {}
    for head, end in zip(heads, ends, strict=True):
        chave = head[1] or slug(head[2])
        title = f"{head[1]}. {head[2]}" if head[1] else head[2]
        found[chave] = Capitulo(chave, title, text[head.end() : end])
    return found


@cache
def _pages_of_rules() -> dict[str, dict[str, str]]:
    """Every page, by its kind of ficha: what an address asks for is looked up here, never kept under its own name."""
    return {path.stem: _sections(path) for path in sorted((DOCS / "regras").glob("*.md"))}


def _sections(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    heads = list(RULE.finditer(text))
    last = text.find("\n## Registro mínimo")
    ends = [*(h.start() for h in heads[1:]), last if last > 0 else len(text)]
    found = {head[1]: text[head.end() : end] for head, end in zip(heads, ends, strict=True)}
    return found | ({"": text[last:]} if last > 0 else {})


def rules(tipo: str) -> dict[str, str]:
    """Code -> the section of its page; "" -> what follows the last of them (the minimal record)."""
    return _pages_of_rules().get(tipo, {})


def kinds_with(codigo: str) -> tuple[str, ...]:
    """Pages that tell of the rule: those of the fichas it holds for."""
    return tuple(tipo for tipo, found in _pages_of_rules().items() if codigo and codigo in found)


@cache
def html(text: str, of: str) -> SafeString:
    """The text of one of our documents (`of`: its place under docs/) with its links brought inside the system."""
    engine = Markdown(extensions=["tables", "fenced_code", "sane_lists", "toc"], extension_configs=_TOC)
    made = engine.convert(text)
    return mark_safe(HREF.sub(lambda m: f"{m[1]}{_inside(m[2], of)}{m[3]}", made))


@cache
def glossary() -> SafeString:
    text = (DOCS / "glossario.md").read_text(encoding="utf-8")
    return html(text.partition("\n")[2], "glossario.md")


def slug(title: str, separator: str = "-") -> str:
    """Addresses of headings as the repository's own pages have them (accents kept)."""
    words = re.sub(r"[^\w\s-]", "", title.lower()).strip()
    return re.sub(r"\s", separator, words)


_TOC = {"toc": {"slugify": slug}}


def _inside(address: str, of: str) -> str:
    if re.match(r"[a-z]+:|/", address):
        return address
    path, _, anchor = address.partition("#")
    place = posixpath.normpath(posixpath.join(posixpath.dirname(of), path)) if path else of
    if place.startswith("imagens/"):
        return reverse("ajuda:imagem", args=[place.removeprefix("imagens/")])
    if place == "manual/README.md":
        return _in_manual(anchor)
    if place.startswith("regras/"):
        return _in_rules(posixpath.basename(place).removesuffix(".md"), anchor)
    if place == "glossario.md":
        return reverse("ajuda:glossario")
    return reverse("ajuda:indice")


def _in_manual(anchor: str) -> str:
    """The chapter a heading is in, and the heading."""
    for chapter in chapters().values():
        if anchor == slug(chapter.titulo):
            return reverse("ajuda:capitulo", args=[chapter.chave])
        if any(slug(title) == anchor for title in re.findall(r"^### (.+)$", chapter.texto, re.M)):
            return f"{reverse('ajuda:capitulo', args=[chapter.chave])}#{anchor}"
    return reverse("ajuda:indice")


def _in_rules(tipo: str, anchor: str) -> str:
    if anchor in rules(tipo):
        return f"{reverse('ajuda:regra', args=[anchor])}?ficha={tipo}"
    return f"{reverse('ajuda:regras', args=[tipo])}{'#' if anchor else ''}{anchor}"
