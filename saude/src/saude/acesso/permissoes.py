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


def preset_of(permissoes: Iterable[str]) -> str:
    """The name of the preset with exactly these permissions, or "Personalizado"."""
    mine = set(permissoes)
    return next((name for name, preset in PRESETS.items() if set(preset) == mine), "Personalizado")


#: what these change holds for all áreas: never carried by a grant limited to one
ENTIDADE_INTEIRA = frozenset({Permissao.CONFIGURAR, Permissao.ADMINISTRAR})


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
