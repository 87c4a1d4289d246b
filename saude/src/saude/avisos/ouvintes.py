"""What somebody asked for in the background is over: who asked is told."""

from typing import Any

from django.dispatch import receiver

from saude.acesso.permissoes import Permissao
from saude.avisos import actions
from saude.avisos.fontes import Novo
from saude.avisos.models import Especie
from saude.comum.sinais import terminou
from saude.contas.models import Usuario


@receiver(terminou)
def tell_who_asked(
    *,
    especie: str,
    entidade_id: int,
    usuario_id: int | None,
    chave: str,
    texto: str,
    endereco: str,
    areas: list[str] | None,
    **_: Any,
) -> None:
    user = Usuario.objects.filter(pk=usuario_id, is_active=True).first() if usuario_id else None
    if user is None:
        return
    limits = None if areas is None else frozenset(areas)
    novo = Novo(Especie(especie), chave, texto, endereco, Permissao.EXPORTAR, limits)
    actions.tell(usuario=user, entidade_id=entidade_id, novo=novo)
