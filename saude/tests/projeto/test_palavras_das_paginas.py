"""One word for one thing on every page, and none of the trade before a digitador: what a template says is read."""

import re
from pathlib import Path

import saude

TEMPLATES = Path(saude.__file__).parent / "templates"
#: a word that no page says, and the one it says in its place
NEVER = {
    r"\bpacientes?\b": "cliente",
    r"\b[Ff]ormulários? de atendimento\b": "ficha",
    r"\bé obrigatóri[oa]\b": "Falta X.",
    r"\bThrift\b": "nothing",
    r"\bJSON\b": "in detalhes técnicos",
    r"\bSHA\b": "in detalhes técnicos",
    r"\bstatus\b": "situação",
    r"\b[Ss]ubmeter\b": "finalizar, salvar or enviar",
    r"\bLEDI\b": "formato do e-SUS",
}
#: who opens these keeps the installation, or joins another system to it: for them the word is the right one
OF_WHO_ADMINISTERS = {
    "cadastros/instalacao.html", "cadastros/regeneracao.html", "cadastros/regenerar.html",
    "cadastros/versao.html", "cadastros/versoes.html",
}  # fmt: skip
SAID = re.compile(r'(?:aria-label|title|placeholder|data-rotulo|titulo|texto|rotulo)="([^"]*)"')


def words(template: str) -> str:
    """What a template shows or reads aloud, but for what stands under *Detalhes técnicos*."""
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", " ", template, flags=re.S)
    text = re.sub(
        r"<details[^>]*>\s*<summary>Detalhes técnicos</summary>.*?</details>", " ", text, flags=re.S
    )
    spoken = " ".join(SAID.findall(text))
    shown = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.S)
    return " ".join(f"{shown} {spoken}".split())


def test_no_page_says_a_word_of_the_trade():
    pages = {
        p.relative_to(TEMPLATES).as_posix(): p.read_text(encoding="utf-8") for p in TEMPLATES.rglob("*.html")
    }
    assert len(pages) > 150 and pages.keys() >= OF_WHO_ADMINISTERS
    found = {
        (name, word): re.findall(rf".{{0,40}}{word}.{{0,40}}", words(text))
        for name, text in pages.items()
        for word in NEVER
        if not (word == r"\bLEDI\b" and name in OF_WHO_ADMINISTERS)
    }
    assert {key: where for key, where in found.items() if where} == {}


def test_what_is_read_is_what_is_said():
    said = words(
        '<p title="um LEDI">Oi {{ json }}</p><details><summary>Detalhes técnicos</summary>JSON</details>'
        "{% comment %}Thrift{% endcomment %}{% if status %}fim{% endif %}"
    )
    assert said == "Oi fim um LEDI"
