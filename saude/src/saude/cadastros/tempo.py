"""The clock of a municipality."""

from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from saude.cadastros.models import Entidade


def local_today(entidade: Entidade) -> date:
    return timezone.now().astimezone(ZoneInfo(entidade.fuso)).date()
