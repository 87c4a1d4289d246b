"""The round of every hour: what there is to tell is made into notices, and the day's digests go."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error
from django.db.models import Q
from django.utils import timezone

from saude.avisos import actions, envio
from saude.avisos.fontes import Fontes, of_installation
from saude.avisos.models import Aviso
from saude.avisos.queries import limits_in
from saude.banco import travas
from saude.cadastros.models import Entidade
from saude.contas.models import Usuario

log = logging.getLogger(__name__)
KEPT = timedelta(days=400)


def round_of(now: Callable[[], datetime] = timezone.now) -> bool:
    """Collect and send; False where another process is at it just now. Safe to run at any time, by anybody."""
    with travas.session(travas.AVISOS) as mine:
        if mine:
            collect(now())
            envio.send_digests(now())
            Aviso.objects.filter(criado_em__lt=now() - KEPT).exclude(encerrado_em=None, lido_em=None).delete()
        return mine


def collect(now: datetime) -> int:
    """How many notices are new."""
    made = 0
    for entidade in Entidade.objects.order_by("pk"):
        try:
            made += _of_entidade(entidade, now)
        except (ValueError, KeyError, Error) as error:  # one municipality does not silence the others
            log.error("notices of entidade %s: %s", entidade.pk, type(error).__name__)
    return made + _of_installation(now)


def _of_entidade(entidade: Entidade, now: datetime) -> int:
    sources, made = Fontes(entidade, now), 0
    here = Usuario.objects.filter(is_active=True, acessos__entidade=entidade).distinct()
    for user in here.order_by("pk"):
        found = list(sources.for_limits(dict(limits_in(user, entidade.pk))))
        made += actions.keep(usuario=user, entidade_id=entidade.pk, found=found, now=now)
    return made


def _of_installation(now: datetime) -> int:
    found = list(of_installation(now))
    rulers = Usuario.objects.filter(Q(administra_instalacao=True) | Q(is_superuser=True), is_active=True)
    return sum(actions.keep(usuario=u, entidade_id=None, found=found, now=now) for u in rulers.order_by("pk"))
