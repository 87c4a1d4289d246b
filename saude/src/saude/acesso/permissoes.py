"""What may be done, and where: the permissions, ready-made sets of them, and the áreas they are limited to."""

from collections.abc import Iterable

from django.db import models


class Permissao(models.TextChoices):
    VER = "ver", "Ver"
    CORRIGIR = "corrigir", "Corrigir"
    REPROCESSAR = "reprocessar", "Reprocessar"
    EXPORTAR = "exportar", "Exportar"
    CONFIGURAR = "configurar", "Configurar"
    ADMINISTRAR = "administrar", "Administrar"


#: of a user, not of an entidade: what changes the work of every municipality of the installation (SIGTAP,
#: accounts of anybody). No set carries it, and only who has it gives it
INSTALACAO = "instalacao"
INSTALACAO_NOME = "Administrar a instalação"


#: ready-made sets the administrator chooses from (name -> permissões)
PRESETS: dict[str, tuple[str, ...]] = {
    "Administrador": tuple(Permissao.values),
    "Coordenador": ("ver", "corrigir", "reprocessar", "exportar", "configurar"),
    "Digitador": ("ver", "corrigir", "reprocessar"),
    "Consulta": ("ver",),
}


#: what these change holds for all áreas: never carried by a grant limited to one
ENTIDADE_INTEIRA = frozenset({Permissao.CONFIGURAR, Permissao.ADMINISTRAR})


def preset_of(permissoes: Iterable[str], *, na_area: bool = False) -> str:
    """The name of the preset with exactly these permissions, or "Personalizado"; `na_area`: as far as one área goes."""
    mine, out = set(permissoes), ENTIDADE_INTEIRA if na_area else frozenset[str]()
    whole = (name for name, preset in PRESETS.items() if not (na_area and Permissao.ADMINISTRAR in preset))
    return next((name for name in whole if set(PRESETS[name]) - out == mine), "Personalizado")


#: CNES a permission is limited to; None: the whole entidade
Limite = frozenset[str] | None


def union(limites: Iterable[Limite]) -> Limite:
    """The limit of who has any of them."""
    found: set[str] = set()
    for limite in limites:
        if limite is None:
            return None
        found |= limite
    return frozenset(found)
