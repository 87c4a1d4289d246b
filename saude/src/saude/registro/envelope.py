"""What of a record is not a citizen's: the keys beside its ficha, and the header. Findings point at them by path."""

from functools import cache

from ledi.layouts import Field, Type, layout

#: as a form shows them; the header's twin (`Ficha.twins`) is changed along
FIELDS = {
    "cnes": Field("cnes", Type("string"), "CNES do registro", format="cnes"),
    "ine": Field("ine", Type("string"), "INE do registro", format="ine"),
    "ibge": Field("ibge", Type("string"), "Município do registro (código IBGE)", format="ibge"),
}
KEYS = frozenset({*FIELDS, "versao"})


@cache
def headers() -> tuple[str, ...]:
    """Names of the headers of the fichas."""
    return tuple(dict.fromkeys(ficha.header_field for ficha in layout().fichas.values()))


def in_header(path: str) -> bool:
    """Does a path point at the professional, the date or the place?"""
    return path in KEYS or path.partition(".")[0] in headers()
