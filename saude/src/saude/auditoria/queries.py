"""Reads of the trail, always inside one entidade."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from saude.auditoria.models import Evento


@dataclass(frozen=True)
class Filters:
    usuario: str = ""
    tipo: str = ""
    alvo: str = ""
    de: date | None = None
    ate: date | None = None

    def as_detail(self) -> dict[str, Any]:
        """What was asked, for the trail itself; the text searched for stays out (it may be a name)."""
        used = {"tipo_buscado": self.tipo, "de": self.de and str(self.de), "ate": self.ate and str(self.ate)}
        return {name: value for name, value in used.items() if value}


def events(*, entidade_id: int, filters: Filters, with_global: bool = False) -> QuerySet[Evento]:
    """Newest first. `with_global`: also events of no entidade (refused log-ins of unknown names)."""
    scope = Q(entidade_id=entidade_id)
    if with_global:
        scope |= Q(entidade_id__isnull=True)
    rows = Evento.objects.filter(scope).order_by("-id")
    if filters.usuario:
        rows = rows.filter(usuario_nome__icontains=filters.usuario)
    if filters.tipo:
        rows = rows.filter(tipo=filters.tipo)
    if filters.alvo:
        rows = rows.filter(alvo_id=filters.alvo)
    if filters.de:
        rows = rows.filter(momento__gte=_midnight(filters.de))
    if filters.ate:
        rows = rows.filter(momento__lt=_midnight(filters.ate + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
