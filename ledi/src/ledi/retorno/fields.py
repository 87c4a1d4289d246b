"""From words of the PEC to fields of LEDI: which fields a message names, which ficha a report's row is of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from ledi.layouts import TIPOS, VERSIONS, Struct, layout
from ledi.retorno.values import plain

_WORD = re.compile(r"\w+")
# In the IDL, where no page of the dictionary describes them: the PEC names them all the same.
_ONLY_IDL = {"FAI": ("ciaps", "outroCiap1", "outroCiap2", "cid10_2")}
_ONLY_IDL_ALL = ("ineEquipe", "cnesUnidadeSaude")
# What a message calls a field by in one ficha.
_ALSO_CALLED = {"FAC": {"cpf": "cpfParticipante", "cns": "cnsParticipante"}}
_ENVELOPE = ("DadoTransporteThrift", "DadoInstalacaoThrift")
_FICHAS = (
    ("FAO", ("atendimento", "odontologico")),
    ("FAI", ("atendimento", "individual")),
    ("FAD", ("atendimento", "domiciliar")),
    ("FAC", ("atividade", "coletiva")),
    ("FCI", ("cadastro", "individual")),
    ("FCD", ("cadastro", "domiciliar")),
    ("FVD", ("visita", "domiciliar")),
    ("FAE", ("elegibilidade",)),
    ("MCA", ("consumo", "alimentar")),
    ("FCZM", ("zika",)),
    ("FCZM", ("microcefalia",)),
    ("FCZM", ("complementar",)),
    ("FCC", ("cuidado", "compartilhado")),
    ("FP", ("procedimentos",)),
    ("FV", ("vacinacao",)),
)


@lru_cache(maxsize=256)
def ficha_of(name: str) -> str | None:
    """The tipo that a report's "Tipo da Ficha" names, by its words; None for what the PEC itself made."""
    words = plain(name).split()
    if "pec" in words:
        return None
    return next((tipo for tipo, needed in _FICHAS if all(word in words for word in needed)), None)


def fields_named(text: str, tipo: str | None) -> list[str]:
    """Every LEDI field that the text names as a word, as LEDI spells it, in the order of the text."""
    known = _names(tipo if tipo in TIPOS else None)
    found = (known.get(word.casefold()) for word in _WORD.findall(text))
    return list(dict.fromkeys(name for name in found if name is not None))


def deepest(campos: Iterable[str], tipo: str | None) -> str | None:
    """Of the fields named, the one to show: the innermost, the last of those that stand equally deep."""
    depth = _depths(tipo if tipo in TIPOS else None)
    return max(enumerate(campos), key=lambda one: (depth.get(one[1], 0), one[0]), default=(0, None))[1]


@lru_cache(maxsize=32)
def _names(tipo: str | None) -> Mapping[str, str]:
    """Small letters -> LEDI's spelling; of every ficha when the ficha is not known."""
    names = {name.casefold(): name for name in _depths(tipo)}
    for one in (tipo,) if tipo else TIPOS:
        names.update({name.casefold(): name for name in _ONLY_IDL.get(one, ())})
        names.update({called: name for called, name in _ALSO_CALLED.get(one, {}).items() if tipo})
    names.update({name.casefold(): name for name in _ONLY_IDL_ALL})
    return names


@lru_cache(maxsize=32)
def _depths(tipo: str | None) -> Mapping[str, int]:
    found: dict[str, int] = {}

    def walk(struct: Struct, depth: int) -> None:
        for field in struct.fields:
            found[field.name] = max(depth, found.get(field.name, 0))
            inner = (field.type.item or field.type).struct
            if inner is not None:
                walk(inner, depth + 1)

    for version in VERSIONS:
        made = layout(version)
        for name in _ENVELOPE:
            walk(made.structs[name], 0)
        for one in (tipo,) if tipo else TIPOS:
            walk(made.fichas[one].root, 1)
    return found
