"""Reads about clients. All scoped by entidade; whoever shows them records the reading."""

from django.db.models import Q, QuerySet

from saude.cadastros.models import Entidade
from saude.clientes.models import Alteracao, Cliente
from saude.fichas.leitura import digits
from saude.fichas.models import Ficha
from saude.web.texto import fold


def search(entidade: Entidade, text: str) -> QuerySet[Cliente]:
    """By CPF, CNS, or the beginning of the name; empty text gives all, by name."""
    mine = Cliente.objects.filter(entidade=entidade, mesclado_em=None)
    if cpf := digits(text, 11):
        return mine.filter(cpf=cpf)
    if cns := digits(text, 15):
        return mine.filter(cns=cns)
    folded = fold(text)
    return (mine.filter(busca__startswith=folded) if folded else mine).order_by("busca", "pk")


def by_id(entidade: Entidade, pk: int) -> Cliente | None:
    return Cliente.objects.filter(entidade=entidade, pk=pk).first()


def fichas_of(cliente: Cliente) -> QuerySet[Ficha]:
    return Ficha.objects.filter(atendidos__cliente=cliente).distinct().order_by("-data", "-pk")


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
