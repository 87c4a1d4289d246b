"""What a list of a form offers: only what the rules would take (`ledi.options`), in every form of the system."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ledi import options
from ledi.layouts import Field, layout
from ledi.paths import pattern
from ledi.tables import closed
from saude.cadastros.models import Entidade
from saude.cadastros.tempo import local_today
from saude.formularios import questionario
from saude.referencias.tables import tables_of


@lru_cache(maxsize=4096)
def labels(tipo: str, versao: str, caminho: str) -> Mapping[str, str]:
    """Code -> label of what the field may take in some record; empty when it chooses from no closed list."""
    made = options.of(tipo, versao, caminho)
    words = questionario.LABELS.get(made.field.domain or "") or made.labels()
    return {str(code): text for code, text in words.items() if made.always(as_sent(made.field, str(code)))}


@lru_cache(maxsize=4096)
def refused(tipo: str, versao: str, caminho: str, lista: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of a list that the field never takes."""
    made = options.of(tipo, versao, caminho)
    return tuple(code for code in lista if not made.always(as_sent(made.field, code)))


@lru_cache(maxsize=4096)
def narrows(tipo: str, versao: str, caminho: str) -> tuple[list[Any], ...]:
    """[condition, "so" or "menos", codes], for `comum/condicoes.js`: what other fields leave of the list."""
    return tuple(
        [_plain(when), kind, codes] for when, kind, codes in options.of(tipo, versao, caminho).narrows
    )


def _plain(condition: list[Any]) -> list[Any]:
    """Closed lists by name become their codes."""
    kind = condition[0]
    if kind == "table":
        return ["in", condition[1], sorted(closed.codes(condition[2]), key=str)]
    return [kind, *map(_plain, condition[1:])] if kind in ("all", "any", "not") else condition


def has(tipo: str, versao: str, caminho: str) -> bool:
    """Is it a field of the ficha? The envelope's stand in forms too."""
    return layout(versao).fichas[tipo].root.field_at(caminho.replace("[]", "[0]")) is not None


def judge(
    entidade: Entidade, tipo: str, versao: str, caminho: str, ficha: Mapping[str, Any]
) -> Callable[[str], bool]:
    """Would the record, as it is typed so far, take a code there? Asked with the tables in use."""
    if pattern(caminho) == layout(versao).fichas[tipo].twins["ibge"]:
        return entidade.ibge.__eq__  # the production of another município is not taken here
    made = options.of(tipo, versao, pattern(caminho))
    record = {"tipo": tipo, "versao": versao, "ibge": entidade.ibge, "ficha": ficha}
    takes = made.judge(record, caminho, tabelas=tables_of(entidade), hoje=local_today(entidade))
    return lambda code: takes(as_sent(made.field, code))


def as_sent(field: Field, code: str) -> Any:
    """A code as the record has it."""
    kind = (field.type.item or field.type).kind
    return int(code) if kind in ("i32", "i64") and code.lstrip("-").isdecimal() else code
