"""Which notices a person may see now: access may have changed since they were made."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from saude.acesso.permissoes import INSTALACAO, Limite
from saude.avisos.models import Aviso, Especie, Preferencia
from saude.contas.models import Usuario
from saude.contas.queries import work_context
from saude.contas.request import UserRequest

SHOWN = 100


def limits_in(user: Usuario, entidade_id: int | None) -> Mapping[str, Limite]:
    """What the person may do in an entidade, or (None) in the installation; nothing when dismissed."""
    if not user.is_active:
        return {}
    if entidade_id is None:
        rules = user.is_superuser or user.administra_instalacao
        return {INSTALACAO: None} if rules else {}
    context = work_context(user, entidade_id)
    here = context.entidade is not None and context.entidade.pk == entidade_id
    return context.limites if here else {}


def may_see(aviso: Aviso, limites: Mapping[str, Limite]) -> bool:
    """Every área that it tells of is still theirs."""
    if aviso.permissao not in limites:
        return False
    limite = limites[aviso.permissao]
    return limite is None or (aviso.areas is not None and set(aviso.areas) <= limite)


def wanted(user: Usuario, way: str) -> set[str]:
    """Kinds that the person wants `na_pagina` or `por_email`."""
    refused = Preferencia.objects.filter(usuario=user, **{way: False}).values_list("especie", flat=True)
    return set(Especie.values) - set(refused)


def shown_to(request: UserRequest) -> list[Aviso]:
    """The newest of the chosen entidade and of the installation."""
    rows = Aviso.objects.filter(_where(request), usuario=request.user)
    kinds = wanted(request.user, "na_pagina")
    rows = rows.filter(especie__in=kinds).select_related("profissional")
    return [row for row in rows[:SHOWN] if may_see(row, request.limites)]


def unread(request: UserRequest) -> int:
    """How many hold and were not read: for the bell of every page."""
    rows = Aviso.objects.filter(_where(request), usuario=request.user, lido_em=None, encerrado_em=None)
    found = list(rows.only("especie", "permissao", "areas")[:SHOWN])
    if not found:
        return 0
    kinds = wanted(request.user, "na_pagina")
    return sum(may_see(row, request.limites) for row in found if row.especie in kinds)


def told_to(kinds: Iterable[str], limites: Mapping[str, Limite]) -> list[str]:
    """Of the kinds, those that somebody with these permissions may ever be told of."""
    asked = {
        Especie.PRAZO: {"ver"},
        Especie.PRONTA: {"exportar"},
        Especie.AGENTE: {"corrigir"},
        Especie.EXPORTACAO: {"exportar"},
        Especie.TRANSMISSAO: {"exportar"},
        Especie.TABELA: {"configurar", INSTALACAO},
        Especie.TRABALHADOR: {INSTALACAO},
    }
    return [kind for kind in kinds if asked[Especie(kind)] & limites.keys()]


def _where(request: UserRequest) -> Q:
    here = request.contexto.entidade
    return Q(entidade=None) | Q(entidade=here) if here else Q(entidade=None)
