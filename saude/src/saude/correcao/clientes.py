"""Reads about clients. All scoped by entidade; whoever shows them records the reading."""

import secrets
from collections.abc import Set, Sized
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from saude.acesso.areas import in_areas
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.clientes import busca
from saude.clientes.models import Alteracao, Cliente
from saude.comum.texto import fold
from saude.contas.request import UserRequest
from saude.fichas.atendidos import visible
from saude.fichas.models import Ficha

SEARCHES, KEPT = "buscas", 20


def search(entidade: Entidade, text: str, limit: int = 50, *, cnes: Set[str] | None = None) -> list[Cliente]:
    """The best first: by CPF, CNS, birth, or a name that sounds like this."""
    mine = visible(Cliente.objects.filter(entidade=entidade, mesclado_em=None), cnes)
    return busca.ranked(entidade, mine, text, limit)


def asked(request: UserRequest) -> str:
    """What is searched for: kept in the session under a random name, since an address is written down everywhere."""
    kept = request.session.get(SEARCHES, {}).get(request.GET.get("busca", ""), "")
    return str(kept or request.GET.get("q", "")).strip()[:80].replace("\x00", "")


def listed(request: UserRequest, name: str, page: Sized) -> None:
    """Citizens shown in a list, page by page, in the trail."""
    record_event(
        by=request.user, entidade=request.entidade, tipo="cliente.listado", lista=name, mostrados=len(page)
    )


def keep_search(request: UserRequest, page: str = "", **more: str) -> str:
    """The address that shows the search that was posted (of this page, or of `page`); `more` goes with it."""
    page = page or request.path
    text = request.POST.get("q", "").strip()[:80].replace("\x00", "")
    if not text:
        return page + (f"?{urlencode(more)}" if any(more.values()) else "")
    name = secrets.token_urlsafe(9)
    kept = [*request.session.get(SEARCHES, {}).items(), (name, text)]
    request.session[SEARCHES] = dict(kept[-KEPT:])
    return f"{page}?{urlencode({'busca': name} | {k: v for k, v in more.items() if v})}"


def searched(request: UserRequest, text: str, found: int, **more: Any) -> None:
    """A search of citizens in the trail: by what kind of term, and how many were shown."""
    record_event(
        by=request.user, entidade=request.entidade, tipo="cliente.buscado", termo=busca.kind(text), achados=found,
        **more,
    )  # fmt: skip


def told_apart(c: Cliente) -> str:
    """Birth and mother, for choosing among people of one name."""
    born = f"{c.nascimento:%d/%m/%Y}" if c.nascimento else ""
    return " · ".join(part for part in (born, c.nome_mae and f"mãe {c.nome_mae}") if part)


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
