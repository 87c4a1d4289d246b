"""The clock of a municipality."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from saude.cadastros.models import Entidade


def local_today(entidade: Entidade) -> Any:
    return timezone.now().astimezone(ZoneInfo(entidade.fuso)).date()
