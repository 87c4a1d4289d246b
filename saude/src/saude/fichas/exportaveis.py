"""What is left out of every export, by configuration: computed when asked, so that changing it acts at once.

The conditions name only columns that `Ficha` and `Contagem` share: the same filter counts and selects.
"""

from django.db.models import Q, TextChoices

from saude.cadastros.models import Entidade, Especialidade
from saude.fichas.models import Ficha

#: fichas of attendance carry especialidade and urgência (seed: "para fichas de atendimento…")
WITH_ESPECIALIDADE = ("FAI", "FAO", "FAD", "FP")


class Exclusao(TextChoices):
    ESPECIALIZADA = "especializada", "Atendimento especializado"
    URGENCIA = "urgencia", "Atendimento de urgência"
    VACINACAO = "vacinacao", "Vacinação não exportada (configuração da instalação)"


def exclusions(entidade: Entidade) -> list[tuple[Exclusao, Q]]:
    """Disjoint reasons, in the order they are told."""
    specialised = list(
        Especialidade.objects.filter(entidade=entidade, tipo=Especialidade.Tipo.ESPECIALIZADA).values_list(
            "codigo", flat=True
        )
    )
    attendance = Q(tipo__in=WITH_ESPECIALIDADE)
    special = attendance & Q(especialidade__in=specialised)
    reasons = [(Exclusao.ESPECIALIZADA, special)] if specialised else []
    urgent = attendance & Q(urgencia=True)
    reasons.append((Exclusao.URGENCIA, urgent & ~special if specialised else urgent))
    if not entidade.instalacao.exportar_vacinacao:
        reasons.append((Exclusao.VACINACAO, Q(tipo="FV")))
    return reasons


def excluded(entidade: Entidade) -> Q:
    """Fichas that stay *processada* and never go."""
    condition = Q()
    for _, reason in exclusions(entidade):
        condition |= reason
    return condition


def reason_of(ficha: Ficha, entidade: Entidade) -> Exclusao | None:
    """Why this ficha would not go, whatever its situation."""
    if ficha.tipo == "FV":
        return None if entidade.instalacao.exportar_vacinacao else Exclusao.VACINACAO
    if ficha.tipo not in WITH_ESPECIALIDADE:
        return None
    special = Especialidade.objects.filter(
        entidade=entidade, codigo=ficha.especialidade, tipo=Especialidade.Tipo.ESPECIALIZADA
    )
    if ficha.especialidade and special.exists():
        return Exclusao.ESPECIALIZADA
    return Exclusao.URGENCIA if ficha.urgencia else None
