"""Who has a ficha open to mend it, by tab, while the page gives a sign of life."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

ALIVE = timedelta(seconds=60)  # the page says every 20 s that it is there


class Presenca(models.Model):
    """One tab with the correction of a ficha open."""

    ficha = models.ForeignKey("fichas.Ficha", models.CASCADE, related_name="+", db_index=False)
    usuario = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    aba = models.CharField(max_length=32)
    desde = models.DateTimeField(db_default=Now())
    vista_em = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ficha", "usuario", "aba"], name="presenca_unica")]

    def __str__(self) -> str:
        return f"{self.usuario_id} na ficha {self.ficha_id}"


@dataclass(frozen=True, slots=True)
class Outro:
    """Somebody who is mending the same ficha; `eu`: the same user, in another tab."""

    nome: str
    desde: datetime
    eu: bool


def beat(ficha_id: int, user: AbstractUser, tab: str) -> None:
    """This tab is there; those that gave no sign for long are gone."""
    now = timezone.now()
    Presenca.objects.filter(ficha_id=ficha_id, vista_em__lt=now - ALIVE).delete()
    Presenca.objects.update_or_create(
        ficha_id=ficha_id, usuario_id=user.pk, aba=tab[:32], defaults={"vista_em": now}
    )


def leave(ficha_id: int, user: AbstractUser, tab: str) -> None:
    Presenca.objects.filter(ficha_id=ficha_id, usuario_id=user.pk, aba=tab[:32]).delete()


def others(ficha_id: int, user: AbstractUser, tab: str = "") -> list[Outro]:
    """Who else is there, each once, the first to come first; another tab of one's own too."""
    alive = Presenca.objects.filter(ficha_id=ficha_id, vista_em__gte=timezone.now() - ALIVE)
    found: dict[int, Outro] = {}
    for row in alive.exclude(usuario_id=user.pk, aba=tab[:32]).select_related("usuario").order_by("desde"):
        name = row.usuario.get_full_name() or "Outra pessoa"
        found.setdefault(row.usuario_id, Outro(name, row.desde, row.usuario_id == user.pk))
    return list(found.values())
