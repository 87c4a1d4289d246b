"""What of a record is not a citizen's: the keys beside its ficha, who typed it, and the header.

Findings point at them by path: `ibge`, `originadora.cpfOuCnpj`, `headerTransport.cnes`.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from ledi.layouts import Field, Type, layout

VERSIONS = "VersaoLedi"  # the list of codes of the field `versao`
#: as a form shows them; the header's twin (`Ficha.twins`) is changed along
FIELDS = {
    "cnes": Field("cnes", Type("string"), "CNES do registro", format="cnes"),
    "ine": Field("ine", Type("string"), "INE do registro", format="ine"),
    "ibge": Field("ibge", Type("string"), "Município do registro (código IBGE)", format="ibge"),
    "versao": Field("versao", Type("string"), "Versão do formato do registro", domain=VERSIONS),
}
KEYS = frozenset(FIELDS)
ORIGIN = "originadora"
ORIGIN_LABEL = "Quem digitou (instalação originadora)"


@cache
def origin_fields() -> Mapping[str, Field]:
    """Path -> field of the installation that typed a record which came in another system's envelope."""
    struct = layout().structs["DadoInstalacaoThrift"]
    return MappingProxyType({f"{ORIGIN}.{f.name}": f for f in struct.fields if f.required})


def is_origin(path: str) -> bool:
    return path.partition(".")[0] == ORIGIN


def envelope_field(path: str) -> Field | None:
    """The field of the envelope at a path; None for one of the ficha's own."""
    return FIELDS.get(path) or origin_fields().get(path)


def with_origin(proveniencia: Any, changes: Mapping[str, Any]) -> Any:
    """A copy of `Conteudo.proveniencia` with the values at those paths of the originadora; None removes one."""
    if not changes:
        return proveniencia
    kept = dict(proveniencia) if isinstance(proveniencia, Mapping) else {}
    data = dict(kept.get(ORIGIN) or {})
    for path, value in changes.items():
        name = path.partition(".")[2]
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
    return {**kept, ORIGIN: data}


@cache
def headers() -> tuple[str, ...]:
    """Names of the headers of the fichas."""
    return tuple(dict.fromkeys(ficha.header_field for ficha in layout().fichas.values()))


def in_header(path: str) -> bool:
    """Does a path point at the professional, the date or the place, or at who typed the record?"""
    return path in KEYS or is_origin(path) or path.partition(".")[0] in headers()
