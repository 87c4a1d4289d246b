"""Reads of the queue: what is given to whom, in the áreas of who asks. All scoped by entidade."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade, Equipe, Estabelecimento
from saude.comum.texto import number
from saude.contas.models import Acesso, Usuario
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.fila.models import Anotacao, Encargo
from saude.painel.filtros import teams_of

OPEN = (Situacao.INCONSISTENTE, Situacao.PENDENTE)
DONE = (Situacao.PROCESSADA, Situacao.EXPORTADA, Situacao.DESCARTADA)
STATES = {"abertas": "A corrigir", "aguardando": "Aguardando o profissional", "corrigidas": "Corrigidas"}
WHOSE = {"minha": "Minha fila", "todas": "De todos", "sem": "Sem quem corrija"}


def visible(entidade: Entidade, cnes: Areas) -> QuerySet[Encargo]:
    """Those whose ficha is of these áreas: who it was given to opens no other."""
    rows = Encargo.objects.filter(entidade=entidade, ficha__entidade=entidade)
    return in_areas(rows, cnes, "ficha__cnes")


def of_user(rows: QuerySet[Encargo], user: Usuario, entidade: Entidade, cnes: Areas) -> QuerySet[Encargo]:
    """Given to this person, or to a unit or a team of the áreas they work in (of all of them: to the person alone)."""
    mine = Q(usuario=user)
    if cnes is not None:
        units = Estabelecimento.objects.filter(entidade=entidade, cnes__in=sorted(cnes))
        mine |= Q(estabelecimento__in=units) | Q(equipe__in=teams_of(entidade, cnes).values("pk"))
    return rows.filter(mine)


def orphans(rows: QuerySet[Encargo], entidade: Entidade) -> QuerySet[Encargo]:
    """Given to who cannot mend it any more: a person dismissed or without access to its área, a unit or a team that
    is closed, or that the ficha is not of since its CNES was corrected."""
    return rows.filter(
        Q(usuario__isnull=False) & ~_works()
        | Q(estabelecimento__isnull=False)
        & (Q(estabelecimento__ativo=False) | ~Q(estabelecimento__cnes=F("ficha__cnes")))
        | Q(equipe__isnull=False) & (Q(equipe__ativa=False) | ~_served())
    )


def _works() -> Q:
    """The person of the row is active and may mend in the área of the ficha."""
    access = Acesso.objects.filter(
        usuario=OuterRef("usuario"), entidade=OuterRef("entidade"), permissoes__contains=["corrigir"]
    ).filter(Q(estabelecimento=None) | Q(estabelecimento__cnes=OuterRef("ficha__cnes")))
    return Q(usuario__is_active=True) & (Q(Exists(access)) | Q(usuario__is_superuser=True))


def _served() -> Q:
    """The team of the row serves the unit of the ficha, its own or another."""
    more = Equipe.outros_estabelecimentos.through.objects.filter(
        equipe_id=OuterRef("equipe"), estabelecimento__cnes=OuterRef("ficha__cnes")
    )
    return Q(equipe__estabelecimento__cnes=F("ficha__cnes")) | Q(Exists(more))


def in_state(rows: QuerySet[Encargo], state: str) -> QuerySet[Encargo]:
    if state == "corrigidas":
        return rows.filter(ficha__situacao__in=DONE)
    rows = rows.filter(ficha__situacao__in=OPEN)
    wanted = Encargo.Estado.AGUARDANDO if state == "aguardando" else Encargo.Estado.CORRIGIR
    return rows.filter(estado=wanted)


def listed(rows: QuerySet[Encargo]) -> QuerySet[Encargo]:
    """Oldest first: what waits longest is next."""
    return rows.select_related("ficha", "usuario", "estabelecimento", "equipe").order_by("id")


def mark_orphans(rows: list[Encargo], entidade: Entidade) -> None:
    gone = set(
        orphans(Encargo.objects.filter(pk__in=[r.pk for r in rows]), entidade).values_list("pk", flat=True)
    )
    for row in rows:
        row.sem_ninguem = row.pk in gone


def of_ficha(ficha: Ficha) -> Encargo | None:
    row = Encargo.objects.filter(ficha=ficha).select_related("usuario", "estabelecimento", "equipe").first()
    if row is not None:
        row.ficha = ficha
        mark_orphans([row], ficha.entidade)
    return row


def notes_of(ficha: Ficha) -> QuerySet[Anotacao]:
    return Anotacao.objects.filter(ficha=ficha).select_related("usuario").order_by("id")


@dataclass(frozen=True, slots=True)
class Opcoes:
    """Whom a ficha of these áreas can be given to: (value, name) by kind."""

    pessoas: list[tuple[str, str]]
    unidades: list[tuple[str, str]]
    equipes: list[tuple[str, str]]


def choices(entidade: Entidade, cnes: Areas) -> Opcoes:
    people = Acesso.objects.filter(
        entidade=entidade, usuario__is_active=True, permissoes__contains=["corrigir"]
    )
    if cnes is not None:
        people = people.filter(Q(estabelecimento=None) | Q(estabelecimento__cnes__in=sorted(cnes)))
    users = Usuario.objects.filter(pk__in=people.values("usuario")).order_by("nome", "username")
    units = in_areas(Estabelecimento.objects.filter(entidade=entidade, ativo=True), cnes)
    teams = teams_of(entidade, cnes).filter(ativa=True)
    return Opcoes(
        [(f"u{u.pk}", u.get_full_name()) for u in users],
        [(f"e{e.pk}", str(e)) for e in units],
        [(f"q{q.pk}", str(q)) for q in teams],
    )


def assignee(entidade: Entidade, value: str) -> Usuario | Estabelecimento | Equipe | None:
    """Who a value of `choices` names, of this entidade; None for anybody else."""
    kind, pk = value[:1], number(value[1:])
    if pk is None:
        return None
    if kind == "u":
        here = Usuario.objects.filter(pk=pk, is_active=True)
        return here.filter(acessos__entidade=entidade, acessos__permissoes__contains=["corrigir"]).first()
    if kind == "e":
        return Estabelecimento.objects.filter(pk=pk, entidade=entidade, ativo=True).first()
    teams = Equipe.objects.filter(pk=pk, entidade=entidade, ativa=True)
    return teams.first() if kind == "q" else None


def areas_of(entidade: Entidade, who: Usuario | Estabelecimento | Equipe) -> Areas:
    """Where it can mend: of a person, by their accesses; None: everywhere."""
    if isinstance(who, Estabelecimento):
        return frozenset({who.cnes})
    if isinstance(who, Equipe):
        return frozenset(e.cnes for e in who.estabelecimentos)
    if who.is_superuser:
        return None
    accesses = who.acessos.filter(entidade=entidade, permissoes__contains=["corrigir"])
    codes = list(accesses.values_list("estabelecimento__cnes", flat=True))
    return None if None in codes else frozenset(c for c in codes if c)


def to_hand_out(entidade: Entidade, competencia: str, cnes: Areas) -> list[dict[str, Any]]:
    """Fichas to mend by unit and professional: how many each has. By the index of what waits alone."""
    rows = in_areas(Ficha.objects.filter(entidade=entidade, parada=True, competencia=competencia), cnes)
    rows = rows.filter(motivo_pendencia="")  # of what waits, the inconsistentes
    return list(rows.values("cnes", "profissional_cns").annotate(n=Count("pk")).order_by("cnes", "-n"))
