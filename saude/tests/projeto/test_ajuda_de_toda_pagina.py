"""Every page has its chapter, every rule its page, every link of the manual leads somewhere: over the whole of each."""

import re

import pytest
from django.urls import resolve
from mapa import ENDERECOS

from ledi.catalog import catalog, facets
from saude.acesso.guarda import PUBLIC, TOKEN, mark_of
from saude.ajuda import documentos
from saude.ajuda.do_layout import page_of
from saude.ajuda.mapa import chapter_of, help_for

PAGES = sorted({a.exemplo for a in ENDERECOS if not {PUBLIC, TOKEN} & set(mark_of(a.view, a.namespaces))})
#: answers of scripts, not pages that somebody looks at
NOT_PAGES = ("/formularios/", "/metricas")


@pytest.mark.parametrize("path", [p for p in PAGES if not p.startswith(NOT_PAGES)])
def test_every_page_of_the_url_map_has_its_chapter(path):
    found = chapter_of(path)
    assert found, f"{path}: add it to saude/ajuda/mapa.py"
    chapter, heading = found
    text = documentos.chapters()[chapter].texto
    titles = [documentos.slug(t) for t in re.findall(r"^### (.+)$", text, re.M)]
    assert not heading or heading in titles
    assert resolve(help_for(path).partition("#")[0]).namespace == "ajuda"


@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("/", "1"), ("/executando/sistema/exportacao/", "2"),
        ("/executando/sistema/exportacao/202610/inconsistencias/", "3"), ("/fichas/x/", "3"),
        ("/fichas/x/corrigir/", "4"), ("/pendencias/", "6"), ("/executando/sistema/exportacoes/nova/", "7"),
        ("/registrar/FAI/", "16"), ("/clientes/duplicados/3/", "17"), ("/arquivos/planilha/", "19"),
        ("/administrando/instalacao/regenerar/3/", "13"), ("/administrando/acessos/tokens/", "14"),
    ],
)  # fmt: skip
def test_the_chapter_is_that_of_the_page(path, chapter):
    assert chapter_of(path)[0] == chapter


def test_every_rule_of_the_catalogue_has_its_page():
    without = {entry.code for entry in catalog() if not documentos.kinds_with(entry.code)}
    assert without == set()


def test_so_has_every_code_that_the_layout_makes():
    found = [code for code, _, _ in facets()]
    assert len(found) > 2000
    assert [code for code in found if not page_of(code)] == []
    assert page_of("NADA-001") == page_of("x") == ""


def bodies():
    for chapter in documentos.chapters().values():
        yield chapter.titulo, documentos.html(chapter.texto, "manual/README.md")
    yield "glossário", documentos.glossary()
    for tipo in ("FVD", "FAI", "COMUM", "TRANSPORTE"):
        for code, text in documentos.rules(tipo).items():
            yield f"{tipo} {code}", documentos.html(text, f"regras/{tipo}.md")


def test_every_link_of_what_is_shown_stays_inside_and_leads_somewhere():
    ids = {}
    links = []
    for where, body in bodies():
        ids[where] = set(re.findall(r'id="([^"]+)"', body))
        links += [(where, address) for address in re.findall(r'(?:href|src)="([^"]+)"', body)]
    assert len(links) > 150
    for where, address in links:
        if re.match(r"https?:", address):
            assert not address.startswith("http:"), (where, address)
            continue
        path, _, anchor = address.partition("#")
        match = resolve(path.partition("?")[0])
        assert match.namespace == "ajuda", (where, address)
        if match.url_name == "imagem":
            assert (documentos.DOCS / "imagens" / match.kwargs["nome"]).is_file(), (where, address)
        if match.url_name == "capitulo":
            title = documentos.chapters()[match.kwargs["chave"]].titulo
            assert not anchor or anchor in ids[title], (where, address)
        if match.url_name == "regra":
            assert documentos.kinds_with(match.kwargs["codigo"]), (where, address)
