"""A correction page says each part once: no heading repeats the one it stands under."""

import re

import pytest
from producao import ficha_de, receber, registro

from ledi.layouts import TIPOS

pytestmark = pytest.mark.django_db
HEADING = re.compile(r"<h([2-6])[^>]*>\s*(.*?)\s*</h\1>", re.S)


def headings(page: str) -> list[tuple[int, str]]:
    body = page[page.index("<main") :]
    return [(int(n), re.sub(r"<[^>]+>|\s+", " ", text).strip()) for n, text in HEADING.findall(body)]


@pytest.mark.parametrize("tipo", [t for t in TIPOS if t != "FCC"])
def test_no_heading_repeats_its_own(client, criar_usuario, entidade, tipo):
    client.force_login(criar_usuario("Coordenador"))
    bad = registro(tipo)
    bad["cnes"] = "12"
    header = bad["ficha"].get("headerTransport") or {}
    for holder in (header, header.get("lotacaoFormPrincipal") or {}):
        if "cnes" in holder:
            holder["cnes"] = "12"
    ficha = ficha_de(receber(entidade, bad)[0])
    for address in (f"/fichas/{ficha.chave}/corrigir/", f"/fichas/{ficha.chave}/corrigir/?campos=todos"):
        found = headings(client.get(address).content.decode())
        assert found
        assert sum(text.startswith("Cabeçalho") for _, text in found) <= 1, found
        under: list[tuple[int, str]] = []
        for level, text in found:
            under = [u for u in under if u[0] < level]
            assert all(text != u[1] and not text.startswith(f"{u[1]} (") for u in under), (text, under)
            under.append((level, text))
