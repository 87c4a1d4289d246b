"""Reads of releases and of what CNES says. All scoped by entidade."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from ledi.tables import closed
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Lotacao, Profissional
from saude.comum.texto import fold
from saude.referencias.models import Cbo, Publicacao

Tipo, Situacao = Publicacao.Tipo, Publicacao.Situacao


@dataclass(frozen=True, slots=True)
class EmUso:
    """What answers today; `atrasada`: the table is of an earlier month."""

    publicacao: Publicacao | None
    hoje: date

    @property
    def atrasada(self) -> bool:
        return self.publicacao is not None and self.publicacao.competencia < f"{self.hoje:%Y%m}"


def releases(entidade: Entidade) -> QuerySet[Publicacao]:
    """Those of the entidade and the national ones."""
    return Publicacao.objects.filter(Q(entidade=entidade) | Q(entidade=None)).select_related("por")


def in_use(entidade: Entidade, today: date) -> dict[str, EmUso]:
    mine = releases(entidade).filter(situacao=Situacao.PRONTA)
    sigtap = mine.filter(tipo=Tipo.SIGTAP)
    of_today = (
        sigtap.filter(vale_de__lte=today).order_by("-vale_de").first() or sigtap.order_by("vale_de").first()
    )
    return {
        "sigtap": EmUso(of_today, today),
        "cnes": EmUso(mine.filter(tipo=Tipo.CNES).first(), today),
    }


def estabelecimentos(
    entidade: Entidade, text: str = "", *, all_of_them: bool = False
) -> QuerySet[Estabelecimento]:
    rows = Estabelecimento.objects.filter(entidade=entidade)
    if not all_of_them:
        rows = rows.filter(ativo=True)
    if text:
        rows = rows.filter(Q(nome__icontains=text) | Q(cnes__startswith=text))
    posts = Count("lotacoes", filter=Q(lotacoes__fim=None), distinct=True)
    return rows.annotate(
        n_equipes=Count("equipes", filter=Q(equipes__ativa=True), distinct=True)
        + Count("equipes_de_fora", filter=Q(equipes_de_fora__ativa=True), distinct=True),
        n_lotacoes=posts,
    ).order_by("nome", "pk")


def equipes(entidade: Entidade, text: str = "", *, all_of_them: bool = False) -> QuerySet[Equipe]:
    rows = Equipe.objects.filter(entidade=entidade).select_related("estabelecimento")
    if not all_of_them:
        rows = rows.filter(ativa=True)
    if text:
        rows = rows.filter(Q(nome__icontains=text) | Q(ine__startswith=text) | Q(sigla__iexact=text))
    rows = rows.prefetch_related("outros_estabelecimentos")
    return rows.annotate(n_lotacoes=Count("lotacoes", filter=Q(lotacoes__fim=None))).order_by("nome", "pk")


def profissionais(entidade: Entidade, text: str = "", *, all_of_them: bool = False) -> QuerySet[Profissional]:
    rows = Profissional.objects.filter(entidade=entidade)
    if not all_of_them:
        rows = rows.filter(ativo=True)
    digits = "".join(c for c in text if c.isdigit())
    if text and digits and len(digits) >= len(text.replace(".", "").replace("-", "").replace(" ", "")):
        rows = rows.filter(Q(cns__startswith=digits) | Q(cpf=digits) | Q(lotacoes__cbo=digits)).distinct()
    else:
        for word in fold(text).split():
            rows = rows.filter(nome_busca__contains=word)
    return rows.order_by("nome_busca", "pk").prefetch_related("lotacoes__estabelecimento", "lotacoes__equipe")


def posts(**where: Any) -> QuerySet[Lotacao]:
    """Posts with all that a page shows of them, those in force first."""
    rows = Lotacao.objects.filter(**where).select_related("profissional", "estabelecimento", "equipe")
    return rows.order_by(F("fim").desc(nulls_first=True), "profissional__nome_busca")


def cbo_names(codes: set[str]) -> dict[str, str]:
    """Names by the newest SIGTAP release, else by the lists of LEDI."""

    newest = (
        Publicacao.objects.filter(tipo=Tipo.SIGTAP, situacao=Situacao.PRONTA).order_by("-vale_de").first()
    )
    labels = closed.labels("cbo")
    found = {code: labels[code].capitalize() for code in codes if code in labels}
    if newest:
        rows = Cbo.objects.filter(publicacao=newest, codigo__in=codes).values_list("codigo", "nome")
        found |= {code: name.capitalize() for code, name in rows}
    return found
