"""Who needs a second factor, and who has one."""

from django.conf import settings

from saude.contas.models import Usuario
from saude.contas.queries import rules_installation
from saude.web.models import Marco


def demonstration() -> bool:
    """Here everybody enters with a password alone, and the log-in page says so."""
    return bool(Marco.reached() & {Marco.DEMO_PEDIDA, Marco.DEMO_CARREGADA})


def has_factor(usuario: Usuario) -> bool:
    return usuario.fatores.exists()


def needs_factor(usuario: Usuario) -> bool:
    """By the rule of the installation (SAUDE_SEGUNDO_FATOR)."""
    if settings.SECOND_FACTOR == "opcional" or demonstration():
        return False
    if settings.SECOND_FACTOR == "todos" or rules_installation(usuario):
        return True
    return usuario.acessos.filter(permissoes__contains=["administrar"]).exists()
