"""How values and names read in a Portuguese message, without giving away personal data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ledi.layouts.model import Field
from ledi.tables import closed

# Texts of these formats (and free text) identify a person: a message names the field, not the value.
_OPEN_FORMATS = frozenset(("cnes", "ine", "ibge", "cid", "ciap", "cbo", "procedimento", "catmat"))


def code_text(domain: str | None, value: Any) -> str:
    """ "3 (Terreno baldio)" when the domain knows the code, else the code."""
    if domain is not None:
        label = closed.ever(domain).get(value)
        if label and label != value:
            return f"{value} ({label})"
    return str(value)


def safe_value(field: Field, value: Any) -> str | None:
    """The value as a message may show it, or None when it could identify someone."""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if field.domain:
        return code_text(field.domain, value)[:120]
    if field.is_date or field.format == "data_texto":
        return None
    if isinstance(value, int | float):
        return str(int(value) if isinstance(value, float) and value.is_integer() else value).replace(
            ".", ","
        )[:40]
    if (
        isinstance(value, str)
        and (field.format in _OPEN_FORMATS)
        and len(value) <= 40
        and value.isprintable()
    ):
        return value
    return None


def tidy(code: str) -> str:
    """A code without what people write in it, in capitals: "02.14.01.001-5" -> "0214010015", " e11.9" -> "E119"."""
    return code.upper() if code.isalnum() else _SEPARATORS.sub("", code).upper()


def same(one: Any, other: Any) -> bool:
    """Are two values the same, texts compared clean (codes, uuids: "E11.9" is "e119")?"""
    if one == other or one.__class__ is not str or other.__class__ is not str:
        return bool(one == other)
    return tidy(one) == tidy(other)


def join(items: Iterable[str], last: str = "ou") -> str:
    """ "a, b ou c"."""
    texts = list(items)
    if len(texts) <= 1:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def codes_text(domain: str | None, codes: Iterable[Any], most: int = 12) -> str:
    """The codes of a set, with labels, cut after `most`."""
    ordered = sorted(codes, key=lambda code: (str(type(code)), code))
    shown = [code_text(domain, code) for code in ordered[:most]]
    if len(ordered) > most:
        return ", ".join(shown) + f" e mais {len(ordered) - most}"
    return join(shown)


def other_version(domain: str, code: Any, version: str) -> str:
    """ " Na lista, ele existe a partir da versão 8.6.0." for a code of another version, else nothing."""
    when = closed.when(domain, code, version)
    return f" Na lista, ele existe {when} do formato do e-SUS." if when else ""


def doubt_text(what: str, since: str, until: str) -> str:
    """Why something is an aviso: `what` changed somewhere from `since` to `until`."""
    return f"{what} entre a {since} e a {until} do formato do e-SUS, e não se sabe em qual versão: por isso é só um aviso."


_SEPARATORS = re.compile(r"[\s.\-]+")
_WISHES = {"está": "esteja", "é": "seja", "contém": "contenha", "há": "haja", "tem": "tenha"}
_VERB = re.compile(rf"(?<= )({'|'.join(_WISHES)})(?= )|^há(?= )")


def wish(text: str) -> str:
    """A condition after "é preciso que": "X está preenchido" -> "X esteja preenchido"."""
    return _VERB.sub(lambda found: _WISHES[found[0]], text)
