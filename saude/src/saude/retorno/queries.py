"""Reads about what came back. All scoped by entidade, and by área on what is shown of fichas."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.fichas.desfechos import Resultado
from saude.fichas.models import Ficha
from saude.processamento.actions import RECTIFIED
from saude.registro.texto_json import load
from saude.retorno.models import Desfecho, Linha, Relatorio

NOT_OURS = Q(ficha__isnull=True)
NOT_SENT = Q(ficha__isnull=False, exportacao_id__isnull=True)
SENT = Q(ficha__isnull=False, exportacao_id__isnull=False)
#: the parts of a report that are counted and listed
GROUPS = {
    "recusadas": SENT & Q(resultado=Resultado.RECUSADA),
    "repetidas": SENT & Q(resultado=Resultado.REPETIDA),
    "sem_motivo": SENT & Q(resultado=""),
    "nao_enviadas": NOT_SENT,
    "alheias": NOT_OURS,
}


def reports(entidade: Entidade) -> QuerySet[Relatorio]:
    """Newest first; what was refused or left aside is told to who sent it, not listed."""
    rows = Relatorio.objects.filter(entidade=entidade)
    rows = rows.exclude(estado__in=[Relatorio.Estado.RECUSADO, Relatorio.Estado.DEIXADO])
    return rows.select_related("por", "token", "exportacao").order_by("-criado_em", "-pk")


def counted(relatorio: Relatorio, *, cnes: Areas = None) -> dict[str, int]:
    """What the lines of a report are; of the whole entidade, or (without what is not ours) of some áreas."""
    if not relatorio.do_pec:
        return {}
    lines = Linha.objects.filter(relatorio=relatorio)
    lines = lines if cnes is None else in_areas(lines, cnes, "ficha__cnes")
    return lines.aggregate(
        a_registrar=Count("pk", filter=SENT & ~Q(resultado="")),
        nossas_recusadas=Count("pk", filter=GROUPS["recusadas"]),
        nossas_repetidas=Count("pk", filter=GROUPS["repetidas"]),
        sem_motivo=Count("pk", filter=GROUPS["sem_motivo"]),
        nao_enviadas=Count("pk", filter=GROUPS["nao_enviadas"]),
        alheias=Count("pk", filter=GROUPS["alheias"]),
    )


def lines(relatorio: Relatorio, group: str, *, cnes: Areas = None) -> QuerySet[Linha]:
    found = Linha.objects.filter(GROUPS[group], relatorio=relatorio).select_related("ficha")
    return (found if cnes is None else in_areas(found, cnes, "ficha__cnes")).order_by("numero")


SOURCES = {
    Desfecho.Fonte.RELATORIO: ", diz o relatório de inconsistências",
    Desfecho.Fonte.MARCADA: ", pelas contas do lote",
    Desfecho.Fonte.TRANSMISSAO: ", na transmissão",
}


@dataclass(frozen=True, slots=True)
class Resposta:
    """One answer of the PEC about a ficha, as its page tells it."""

    fato: Desfecho
    atual: bool

    @property
    def texto(self) -> str:
        said = {
            Resultado.ACEITA: "Aceita pelo PEC",
            Resultado.RECUSADA: "Recusada pelo PEC",
            Resultado.REPETIDA: "Repetida: o PEC já a tinha",
            Resultado.DESCONHECIDA: "Sem resposta certa do PEC",
        }[Resultado(self.fato.resultado)]
        where = f" no lote {self.fato.lote}" if self.fato.lote else ""
        day = f", em {self.fato.data:%d/%m/%Y}" if self.fato.data else ""
        return f"{said}{where}{day}{SOURCES[Desfecho.Fonte(self.fato.fonte)]}"


def answers_of(ficha: Ficha) -> list[Resposta]:
    """Every answer about a ficha that counts, oldest first; the same told twice is told once."""
    rows = Desfecho.objects.filter(ficha=ficha, vale=True, repete=False).order_by("pk")
    current = getattr(getattr(ficha, "desfecho", None), "fato", None)
    return [Resposta(row, row.pk == current) for row in rows]


def refusal_of(ficha: Ficha) -> Desfecho | None:
    """The refusal that counts now, if the ficha is refused."""
    current = getattr(ficha, "desfecho", None)
    if current is None or current.resultado != Resultado.RECUSADA:
        return None
    return Desfecho.objects.filter(pk=current.fato).first()


def never_entered(ficha: Ficha) -> bool:
    """A refused FCI or FCD of whose line nothing is in the PEC: neither itself nor the one that it says it updates.

    Of an originadora that is not here nothing is known: the line stays as it is.
    """
    seen: set[int] = set()
    one: Ficha | None = ficha
    while one is not None and one.tipo in RECTIFIED and one.pk not in seen:
        seen.add(one.pk)
        if refusal_of(one) is None or _entered(one):
            return False
        record = load(one.conteudo.registro)["ficha"]
        first = record.get("uuidFichaOriginadora")
        if not record.get("fichaAtualizada") or not first or first == one.uuid:
            return True
        one = Ficha.objects.filter(entidade=one.entidade_id, uuid=first).first()
    return False


def _entered(ficha: Ficha) -> bool:
    took = (Resultado.ACEITA, Resultado.REPETIDA)
    return Desfecho.objects.filter(ficha=ficha, vale=True, resultado__in=took).exists()


#: tipo of a ficha that may cite another by its uuid
CITING = ("FCI", "FCD", "FVD", "FCC")
MOST_CITING = 50


def waiting_that_cite(ficha: Ficha, *, cnes: Areas = None) -> list[Ficha]:
    """Fichas not yet exported whose record names this one's uuid: a visit its household, an update its first."""
    mine = Ficha.objects.filter(entidade=ficha.entidade_id, tipo__in=CITING, exportada_em__isnull=True)
    mine = mine.filter(Q(parada=True) | Q(a_exportar__isnull=False)).exclude(pk=ficha.pk)
    found = in_areas(mine, cnes).filter(conteudo__registro__contains=ficha.uuid)
    return list(found.order_by("pk")[:MOST_CITING])


def answers_since(entidade: Entidade, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Answers and withdrawals of answers after a position, in their order."""
    rows = Desfecho.objects.filter(entidade=entidade, posicao__gt=after, repete=False)
    return [
        {
            "posicao": row.posicao,
            "uuid": row.ficha.uuid,
            "tipo": row.ficha.tipo,
            "resultado": row.resultado,
            "fonte": row.fonte,
            "lote": row.lote or None,
            "data": row.data,
            "mensagens": [{"campo": m.get("campo"), "mensagem": m.get("texto", "")} for m in row.mensagens],
            "desfeito": not row.vale,
            "em": row.em,
        }
        for row in rows.select_related("ficha").order_by("posicao")[:limit]
    ]


def acted_upon(relatorio: Relatorio) -> int:
    """Fichas of a report in whose place another record was made since: an undo leaves those alone."""
    told = Desfecho.objects.filter(relatorio=relatorio, vale=True).values("ficha")
    return Ficha.objects.filter(substitui__in=told).count()
