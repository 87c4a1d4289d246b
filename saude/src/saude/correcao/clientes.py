"""Reads about clients. All scoped by entidade; whoever shows them records the reading."""

from collections.abc import Set

from django.db.models import Q, QuerySet

from saude.acesso.areas import in_areas
from saude.cadastros.models import Entidade
from saude.clientes.models import Alteracao, Cliente
from saude.comum.texto import fold
from saude.correcao import busca
from saude.correcao.areas import visible
from saude.fichas.models import Ficha


def search(entidade: Entidade, text: str, limit: int = 50, *, cnes: Set[str] | None = None) -> list[Cliente]:
    """The best first: by CPF, CNS, birth, or a name that sounds like this."""
    return busca.ranked(entidade, text, limit, cnes=cnes)


def listing(entidade: Entidade, text: str = "", *, cnes: Set[str] | None = None) -> QuerySet[Cliente]:
    """All by name, or those whose name begins so."""
    mine = visible(Cliente.objects.filter(entidade=entidade, mesclado_em=None), cnes)
    folded = fold(text)
    return (mine.filter(busca__startswith=folded) if folded else mine).order_by("busca", "pk")


def by_id(entidade: Entidade, pk: int, *, cnes: Set[str] | None = None) -> Cliente | None:
    return visible(Cliente.objects.filter(entidade=entidade, pk=pk), cnes).first()


def fichas_of(cliente: Cliente, *, cnes: Set[str] | None = None) -> QuerySet[Ficha]:
    rows = in_areas(Ficha.objects.filter(atendidos__cliente=cliente), cnes)
    return rows.distinct().order_by("-data", "-pk")


def divergences(entidade: Entidade) -> QuerySet[Alteracao]:
    """Values that fichas brought against the registration and nobody has looked at."""
    rows = Alteracao.objects.filter(cliente__entidade=entidade, aplicada=False)
    return rows.select_related("cliente", "ficha").order_by("-em")


def same_person(cliente: Cliente) -> QuerySet[Cliente]:
    """Others who may be the same: same name and birth, or the same mother and birth."""
    others = Cliente.objects.filter(entidade=cliente.entidade, mesclado_em=None).exclude(pk=cliente.pk)
    if not cliente.nascimento:
        return others.none()
    same = Q(busca=cliente.busca) if cliente.busca else Q(pk__in=[])
    if cliente.nome_mae:
        same |= Q(nome_mae__iexact=cliente.nome_mae)
    return others.filter(same, nascimento=cliente.nascimento)
