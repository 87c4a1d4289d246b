"""What a form that is being filled is told: of the fields that were left or are told already; sent, of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from ledi.paths import owner
from saude.formularios.arvore import Grupo
from saude.registro.tipos import UmAchado

SAID_APART = 10


@dataclass(frozen=True, slots=True)
class Verificacao:
    blocos: list[tuple[str, Sequence[UmAchado]]]  # (id of the place on the page, what is said there)
    erros: int
    fora: list[UmAchado]  # of what is not on the page
    inteira: bool


def fields_in(post: QueryDict) -> set[str]:
    """Paths of the fields that the page has."""
    return {name[2:] for name in post if name.startswith("f:")}


def left(post: QueryDict) -> set[str] | None:
    """Ids of the places whose field somebody left, or that say something already; None: the whole is asked for."""
    told = post.get("tocados")
    return None if told is None else set(told.split())


def verified(tree: Grupo, found: Sequence[UmAchado], post: QueryDict, *, whole: bool = False) -> Verificacao:
    """`whole`: what was not left counts too."""
    sent, shown = fields_in(post), left(post)
    blocks: list[tuple[str, Sequence[UmAchado]]] = []
    placed: set[int] = set()
    for node in tree.nos():
        target = f"e-g-{node.id}" if isinstance(node, Grupo) else f"e-{node.id}"
        if (isinstance(node, Grupo) or node.caminho in sent) and (shown is None or target in shown):
            blocks.append((target, node.achados))
            placed |= {id(a) for a in node.achados}
    whole = whole or shown is None
    errors = [a for a in found if a.severidade == "erro" and (whole or id(a) in placed)]
    outside = [a for a in errors if id(a) not in placed and owner(a.campo) not in sent]
    return Verificacao(blocks, len(errors), outside[:SAID_APART], whole)
