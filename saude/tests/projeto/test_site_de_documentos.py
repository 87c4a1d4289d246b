"""`make site`: no broken link, nothing asked of another host, and searched from a folder on the disk."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "docs"))

import montar_site as builder  # noqa: E402

SHOWN = ["index", "manual/index", "api", "regras/FVD", "dados", "comando", "situacoes", "library/reference"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("site") / "pasta"
    command = [sys.executable, str(ROOT / "docs" / "montar_site.py"), str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def test_every_document_is_a_page_and_in_the_menu(folder):
    named = set(re.findall(r"'([^']+\.md)'", str(builder.nav())))
    assert named == {*builder.pages().values(), "comando.md"}
    for page in named:
        made = page.replace("README.md", "index.md").removesuffix(".md") + ".html"
        assert (folder / made).exists(), page


def test_no_page_names_a_file_of_another_host(folder):
    outside = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)=\"?(?:https?:)?//", re.I)
    for page in folder.rglob("*.html"):
        found = [one for one in outside.findall(page.read_text("utf-8")) if 'rel="canonical"' not in one]
        assert found == [], page
    for style in folder.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", style.read_text("utf-8")), style


def test_the_reference_has_every_public_name_and_its_source(folder):
    import ledi

    text = (folder / "library/reference.html").read_text("utf-8")
    for name in set(ledi.__all__) - {"__version__", "load_tables"}:
        assert re.search(rf'id="ledi\.[\w.]*{name}"', text), name
    assert "ledi.dados.tabelar" in text
    assert "recast.py" in text


def test_the_command_page_has_every_verb(folder):
    from ledi.cli import VERBS

    text = (folder / "comando.html").read_text("utf-8")
    for verb in VERBS:
        assert f'id="ledi-{verb}"' in text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](api.md#x)", "[a](api.md#x)"),
        ("[a](../README.md)", "[a](sistema.md)"),
        ("[a](exemplos/cliente.py)", "a (`docs/exemplos/cliente.py`)"),
        ("![a](imagens/painel.png)", "![a](imagens/painel.png)"),
        ("[a](https://x.example/y)", "[a](https://x.example/y)"),
        ("`[a](nada.md)`\n```\n[a](nada.md)\n```", None),
        ("[a](adr/)", None),
    ],
)
def test_a_link_leads_to_the_page_or_says_the_file(text, found):
    if found is None:
        with pytest.raises(builder.Broken, match="nada"):
            builder.told("[a](nada.md)", "docs/api.md", "api.md", builder.pages())
        fenced = "```\n[a](nada.md)\n```"
        assert builder.told(fenced, "docs/api.md", "api.md", builder.pages()) == fenced
    else:
        assert builder.told(text, "docs/api.md", "api.md", builder.pages()) == found


def test_a_diagram_of_states_is_a_table():
    made = builder._states("```mermaid\nstateDiagram-v2\n    [*] --> a: receber\n    a --> [*]\n```")
    assert made.splitlines()[2:] == ["| — | receber | a |", "| a |  | — |"]


@pytest.mark.browser
@pytest.mark.parametrize("width", [1366, 390])
def test_the_folder_on_the_disk_is_read_and_searched_without_another_host(navegador, folder, width):
    context = navegador.new_context(locale="pt-BR", viewport={"width": width, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else problems.append(r.url))
    page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for name in SHOWN:
        page.goto(f"file://{folder}/{name}.html")
        assert page.inner_text("h1")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.goto(f"file://{folder}/index.html")
    if width < 960:
        page.click(".md-header__button[for=__search]")
    else:
        page.click(".md-search__input")
    page.type(".md-search__input", "FVD-003-1")
    page.wait_for_selector(".md-search-result__link")
    page.click(".md-search-result__link >> nth=0")
    page.wait_for_url(lambda url: "index.html" not in url)
    assert "FVD-003-1" in page.inner_text("article")
    context.close()
    assert problems == []
