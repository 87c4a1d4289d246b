"""What happens to the phones when a CNES comes into force."""

from typing import Any

from django.dispatch import receiver

from saude.acs.dispositivos import end_with_lotacao
from saude.auditoria.actions import Autor
from saude.cadastros.models import Entidade
from saude.cadastros.sinais import lotacoes_ended


@receiver(lotacoes_ended)
def end_access(*, entidade: Entidade, origem: str, tentativa: bool, by: Autor, **_: Any) -> int:
    return end_with_lotacao(entidade=entidade, origem=origem, tentativa=tentativa, by=by)
