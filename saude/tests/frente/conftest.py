"""The modules of the pages alone in a real browser: no server, no database; each file comes from its folder."""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import saude

STATIC = Path(saude.__file__).parent / "static"
SITE = "http://localhost:9"  # nobody listens there: every request is answered here


@pytest.fixture
def folha(pagina: Any) -> Callable[[str], Any]:
    """`folha("<form>…</form>")`: the page with this body, under the policy of the system."""
    from saude.web.middleware import POLICY

    body = {"html": ""}

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        file = STATIC / path.removeprefix("/static/")
        if path.startswith("/static/") and file.is_file():
            kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif path == "/":
            html = f'<!doctype html><html lang="pt-BR"><title>t</title><body>{body["html"]}</body></html>'
            route.fulfill(
                body=html,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )
        else:
            route.fulfill(status=404, body="")

    pagina.route(f"{SITE}/**", answer)

    def make(html: str = "") -> Any:
        body["html"] = html
        pagina.goto(f"{SITE}/")
        return pagina

    return make
