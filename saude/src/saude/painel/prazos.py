"""What the panel says of a competência's deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from saude.cadastros.models import Entidade
from saude.cadastros.prazos import deadlines
from saude.comum.texto import counted, days_left
from saude.fichas.contagens import LinhaPainel

SOON = 5


@dataclass(frozen=True, slots=True)
class PrazoDaLinha:
    data: date
    dias: int
    aberto: bool  # something still has to be done

    @property
    def tom(self) -> str:
        if not self.aberto:
            return "ok"
        return "erro" if self.dias < 0 else "aviso" if self.dias <= SOON else "info"

    @property
    def texto(self) -> str:
        if self.dias < 0:
            return f"vencido há {counted(-self.dias, 'dia', 'dias')}"
        return days_left(self.dias) if self.dias else "vence hoje"


def of_lines(entidade: Entidade, lines: Sequence[LinhaPainel], today: date) -> dict[str, PrazoDaLinha]:
    """Of each competência; what has no date has no deadline."""
    lines = [line for line in lines if not line.sem_data]
    due = deadlines(entidade, [line.competencia for line in lines])
    return {
        line.competencia: PrazoDaLinha(
            due[line.competencia].data,
            (due[line.competencia].data - today).days,
            line.prazo_bloqueado_por > 0,
        )
        for line in lines
    }
