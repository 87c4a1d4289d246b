"""Taking away who a citizen is, where the law allows: never from a record of care, which it keeps for 20 years.

Somebody with a ficha here keeps the registration, which says whose the care was; what is not needed for it (the phone,
what the phone was before) goes. A registration without any ficha (made by mistake, or of somebody never attended) is
made nobody's: the row stays, so that numbers and the trail still hold.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from saude.auditoria.actions import Autor, record_event
from saude.clientes.models import Alteracao, Cliente, MudancaEsperada, ParPossivel
from saude.fichas.models import Ficha
from saude.painel import salvos
from saude.painel.actions import forget_people

YEARS = 20  # Lei 13.787/2018, article 6: from the last record
NOBODY = "Cidadão anonimizado"
#: of the registration, and what becomes of it
PERSONAL: dict[str, Any] = {
    "nome": NOBODY, "nome_social": "", "nascimento": None, "sexo": None, "cns": "", "cpf": "", "nome_mae": "",
    "desconhece_mae": False, "raca_cor": None, "telefone": "", "microarea": "", "cadastro_em": None,
}  # fmt: skip
UNNEEDED = ("telefone",)


class MudouAntes(Exception):
    """The registration, or what is known of the person, is not what the preview said."""


@dataclass
class Previa:
    cliente: Cliente
    fichas: int
    ate: date | None  # until when the law keeps the care
    inteiro: bool
    campos: list[str] = field(default_factory=list)  # labels of what goes
    anteriores: int = 0  # former values that go
    filtros: int = 0  # kept filters of lists that name the person

    @property
    def nada(self) -> bool:
        return not self.campos and not self.anteriores and not self.filtros


def preview(cliente: Cliente) -> Previa:
    people = _merged_too(cliente)
    fichas, last = _care(people).count(), _care(people).aggregate(ultima=Max("data"))["ultima"]
    whole = fichas == 0
    names = PERSONAL if whole else {name: PERSONAL[name] for name in UNNEEDED}
    goes = [name for name in names if any(getattr(one, name) != names[name] for one in people)]
    labels = [str(f.verbose_name) for f in Cliente._meta.concrete_fields if f.name in goes]
    named = sum(map(len, salvos.naming(people))) if whole else 0
    return Previa(cliente, fichas, _kept_until(last), whole, labels, _former(people, whole).count(), named)


def _merged_too(cliente: Cliente) -> list[Cliente]:
    return list(Cliente.objects.filter(Q(pk=cliente.pk) | Q(mesclado_em=cliente)).order_by("pk"))


def _care(people: list[Cliente]) -> QuerySet[Ficha]:
    """Fichas of the person in any situation: a discarded one can still be brought back."""
    return Ficha.objects.filter(atendidos__cliente__in=people).distinct()


def _kept_until(last: date | None) -> date | None:
    if last is None:
        return None
    try:
        return last.replace(year=last.year + YEARS)
    except ValueError:  # 29 February
        return last.replace(year=last.year + YEARS, day=28)


def _former(people: list[Cliente], whole: bool) -> QuerySet[Alteracao]:
    rows = Alteracao.objects.filter(cliente__in=people)
    return rows if whole else rows.filter(campo__in=UNNEEDED)


@transaction.atomic
def anonymise(*, by: Autor, cliente: Cliente, revisao: int, fichas: int) -> Previa:
    """As the preview said, of that registration and with so many fichas. Cannot be undone."""
    row = Cliente.objects.select_for_update().get(pk=cliente.pk)
    if row.revisao != revisao or row.mesclado_em_id is not None:
        raise MudouAntes
    seen = preview(row)
    if seen.fichas != fichas:
        raise MudouAntes
    if seen.nada:
        return seen
    people = _merged_too(row)
    if seen.inteiro:  # while the names are known
        forget_people(clientes=people, by=by)
    for one in people:
        for name in PERSONAL if seen.inteiro else UNNEEDED:
            setattr(one, name, PERSONAL[name])
        one.revisao += 1
        one.save()
    _former(people, seen.inteiro).delete()
    if seen.inteiro:
        MudancaEsperada.objects.filter(cliente__in=people).delete()
        ParPossivel.objects.filter(Q(a__in=people) | Q(b__in=people)).delete()
    record_event(
        by=by, entidade=row.entidade_id, tipo="titular.anonimizado", alvo=row, inteiro=seen.inteiro,
        campos=len(seen.campos), anteriores=seen.anteriores, filtros=seen.filtros,
    )  # fmt: skip
    return seen
