"""/conferidor/ as the site serves it: its own policy, its own files and nothing else, and no session on the way."""

import json
import os
import re
from pathlib import Path

import pytest
from django.conf import settings as real
from senha import SENHA

from saude.site.conferidor import POLICY
from saude.web.middleware import POLICY as OURS

PAGE = Path(__file__).resolve().parents[3] / "conferidor" / "pagina"
FILES = {
    "index.html": "text/html; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "pyodide/pyodide.mjs": "text/javascript; charset=utf-8",
    "pyodide/pyodide.asm.wasm": "application/wasm",
    "rodas/ledi-0.1.0-py3-none-any.whl": "application/zip",
    "conferidor.css": "text/css; charset=utf-8",
    "icone.svg": "image/svg+xml",
    "manifest.webmanifest": "application/manifest+json",
    "fontes/letra.woff2": "font/woff2",
    "LICENCA": "application/octet-stream",
}


@pytest.fixture
def made(tmp_path, settings) -> Path:
    folder = tmp_path / "conferidor"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "recursos.json").write_text(json.dumps({"marca": "m1", "rodas": [], "arquivos": sorted(FILES)}))
    (tmp_path / "segredo.txt").write_text("segredo")
    (folder / "sobra.txt").write_text("segredo")  # in the folder, not of the build
    settings.CONFERIDOR = folder
    return folder


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", FILES)
def test_each_file_with_its_type_and_the_policy_of_the_page(client, made, name):
    answer = client.get(f"/conferidor/{name}")
    assert (answer.status_code, answer["Content-Type"]) == (200, FILES[name])
    assert body(answer) == name.encode()
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-cache"


def test_the_address_alone_is_the_page_with_or_without_the_slash(client, made):
    assert body(client.get("/conferidor/")) == b"index.html"
    answer = client.get("/conferidor")
    assert (answer.status_code, answer["Location"]) == (301, "/conferidor/")
    assert json.loads(body(client.get("/conferidor/recursos.json")))["marca"] == "m1"


def test_the_policy_is_the_one_of_the_page_and_only_there(client, made, db):
    (declared,) = re.findall(
        r'Content-Security-Policy" content="([^"]+)"', (PAGE / "index.html").read_text("utf-8")
    )
    assert declared + "; frame-ancestors 'none'" == POLICY
    for needed in ("connect-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "form-action 'none'"):
        assert needed in POLICY.split("; ")
    for other in ("/entrar/", "/conferidorx/", "/conferidor/nada.js"):
        assert client.get(other)["Content-Security-Policy"] == OURS
    assert "wasm" not in OURS


HOSTILE = [
    "../segredo.txt",
    "..%2fsegredo.txt",
    "%2e%2e/segredo.txt",
    "pyodide/../../segredo.txt",
    "..\\segredo.txt",
    "/etc/passwd",
    "//etc/passwd",
    "sobra.txt",
    "pyodide",
    "pyodide/",
    "INDEX.HTML",
    "index.html/",
    "index.html%00.js",
    ".",
    "..",
    "recursos.json/..",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_but_the_files_of_the_build_has_an_address(client, made, name):
    answer = client.get("/conferidor/" + name)
    assert answer.status_code in (400, 404)
    assert b"segredo" not in answer.content.replace(name.encode(), b"")


def test_a_link_in_the_folder_that_is_not_of_the_build_leads_nowhere(client, made):
    os.symlink(made.parent / "segredo.txt", made / "atalho.txt")
    assert client.get("/conferidor/atalho.txt").status_code == 404


def test_a_build_seen_before_is_not_sent_again_and_a_new_one_is(client, made):
    first = client.get("/conferidor/app.js")
    again = client.get("/conferidor/app.js", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Content-Security-Policy"] == POLICY
    listed = json.loads((made / "recursos.json").read_text())
    (made / "recursos.json").write_text(json.dumps({**listed, "marca": "m2"}))
    os.utime(made / "recursos.json", ns=(1, 1))
    assert client.get("/conferidor/app.js", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_reading_only(client, made):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(client, method)("/conferidor/").status_code == 405
    head = client.head("/conferidor/")
    assert (head.status_code, head["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_no_session_is_read_renewed_or_made(client, made, usuario_de_passagem, django_assert_num_queries):
    client.login(username=usuario_de_passagem, password=SENHA)
    with django_assert_num_queries(0):
        for name in ("", "app.js", "nada.js"):
            answer = client.get(f"/conferidor/{name}")
            assert not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")
    client.cookies.clear()
    with django_assert_num_queries(0):
        assert not client.get("/conferidor/").cookies


@pytest.fixture
def usuario_de_passagem(db, django_user_model) -> str:
    django_user_model.objects.create_user("passagem", password=SENHA)
    return "passagem"


def test_off_there_is_no_such_page_and_nothing_leads_to_it(client, made, settings, db):
    settings.CONFERIDOR = None
    assert client.get("/conferidor/").status_code == 404
    assert client.get("/conferidor/app.js").status_code == 404
    assert b"/conferidor/" not in client.get("/entrar/").content


def test_without_being_told_the_installation_has_none():
    assert real.CONFERIDOR is None


def test_the_log_in_page_leads_to_it(client, made, db):
    assert b'href="/conferidor/"' in client.get("/entrar/").content


def test_the_menu_leads_to_it_where_the_installation_has_it(client, made, settings, criar_usuario):
    client.force_login(criar_usuario("Coordenador"))
    assert b'href="/conferidor/"' in client.get("/", follow=True).content
    settings.CONFERIDOR = None
    assert b"/conferidor/" not in client.get("/", follow=True).content


def test_not_made_it_says_so_and_how(client, settings, tmp_path):
    settings.CONFERIDOR = tmp_path / "nada"
    answer = client.get("/conferidor/")
    assert answer.status_code == 503
    assert "make conferidor" in answer.content.decode()
    assert str(tmp_path) not in answer.content.decode()
    assert answer["Content-Security-Policy"] == OURS
    assert client.get("/conferidor/app.js").status_code == 404
    assert not answer.cookies


@pytest.mark.parametrize("text", ["", "{", "[]", '{"marca": "x"}', '{"marca": "x", "arquivos": 3}', "\xff"])
def test_a_list_that_is_damaged_is_as_not_made(client, made, text):
    (made / "recursos.json").write_bytes(text.encode("latin-1"))
    assert client.get("/conferidor/").status_code == 503


def test_a_file_that_vanished_is_not_found_and_no_error(client, made):
    (made / "app.js").unlink()
    assert client.get("/conferidor/app.js").status_code == 404
