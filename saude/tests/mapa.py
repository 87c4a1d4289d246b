"""The URL map as a list of addresses, each with an example. Imported by the tests that hold for every address."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {
    "int": "987654321",
    "str": "202610",
    "slug": "processados",
    "uuid": "0b0d5f4e-8d5c-4f0e-9d0b-0d5f4e8d5c4f",
    "path": "x",
    "competencia": "202610",
    "mes": "202610",
    "situacao": "processados",
}


@dataclass(frozen=True)
class Endereco:
    rota: str
    view: Any
    namespaces: tuple[str, ...]

    @property
    def exemplo(self) -> str:
        return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: EXAMPLES.get(m[1] or "str", "x"), self.rota)


def walk(patterns: Any, prefix: str = "", namespaces: tuple[str, ...] = ()) -> Iterator[Endereco]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, *([pattern.namespace] if pattern.namespace else []))
            yield from walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield Endereco(route, pattern.callback, namespaces)


ENDERECOS = list(walk(get_resolver().url_patterns))
