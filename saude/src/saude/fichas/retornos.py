"""Outcomes of exported fichas to and from PostgreSQL, and how many there are. Callers own the transaction."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from saude.acesso.areas import Areas, in_areas
from saude.banco import travas
from saude.banco.cursor import numbers, server_cursor
from saude.cadastros.models import Entidade
from saude.fichas.desfechos import SEM_RESPOSTA, ContagemDesfecho, DesfechoAtual, Resultado
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Motivo, Situacao

#: (ficha, revisão que foi, resultado, fato, em: as the database writes it)
Atual = tuple[int, int, str, int, str]

# an answer counts as long as the ficha is exported with the content that was answered
_SET = """
WITH v AS (
  SELECT x.ficha_id, f.entidade_id, f.competencia, f.cnes, x.resultado, x.fato, x.em
  FROM jsonb_to_recordset(%s::jsonb) AS x(ficha_id bigint, revisao int, resultado text, fato bigint, em timestamptz)
  JOIN fichas_ficha f ON f.id = x.ficha_id AND f.revisao = x.revisao AND f.situacao = 'exportada'
), gone AS (
  DELETE FROM fichas_desfechoatual d
  WHERE d.ficha_id = ANY(%s::bigint[]) AND NOT EXISTS (SELECT 1 FROM v WHERE v.ficha_id = d.ficha_id)
)
INSERT INTO fichas_desfechoatual AS d (ficha_id, entidade_id, competencia, cnes, resultado, fato, em)
SELECT * FROM v
ON CONFLICT (ficha_id) DO UPDATE SET (resultado, fato, em) = (excluded.resultado, excluded.fato, excluded.em)
WHERE (d.resultado, d.fato) IS DISTINCT FROM (excluded.resultado, excluded.fato)
"""
_REOPEN = """
UPDATE fichas_ficha SET situacao = 'pendente', motivo_pendencia = %s, exportada_em = NULL
WHERE id = ANY(%s) AND situacao = 'exportada'
"""


def set_current(ids: Collection[int], current: Sequence[Atual]) -> None:
    """What counts now of these fichas: those that `current` does not name are without an answer again."""
    names = ("ficha_id", "revisao", "resultado", "fato", "em")
    rows = [dict(zip(names, row, strict=True)) for row in current]
    with server_cursor() as cursor:
        cursor.execute(_SET, [json.dumps(rows), numbers(ids)])


def reopen(entidade_id: int, ids: Sequence[int]) -> None:
    """Exported fichas that are held by the caller: they wait to be judged again, and no answer counts any more."""
    travas.wait(travas.DESFECHOS, entidade_id)  # nobody records an answer of what they were
    with server_cursor() as cursor:
        cursor.execute(_REOPEN, [str(Motivo.SISTEMA), list(ids)])
    DesfechoAtual.objects.filter(
        ficha_id__in=ids
    ).delete()  # after: the database lets only a refused one pass


@dataclass(slots=True)
class Retornos:
    """Of the exportadas of a competência: how many were answered, and how."""

    aceitas: int = 0
    recusadas: int = 0
    repetidas: int = 0
    desconhecidas: int = 0
    tratadas: int = 0  # of the recusadas: another record was already made in their place

    @property
    def respondidas(self) -> int:
        return self.aceitas + self.recusadas + self.repetidas + self.desconhecidas

    @property
    def a_corrigir(self) -> int:
        return self.recusadas - self.tratadas


NAMES = {
    Resultado.ACEITA: "aceitas",
    Resultado.RECUSADA: "recusadas",
    Resultado.REPETIDA: "repetidas",
    Resultado.DESCONHECIDA: "desconhecidas",
}


def outcomes(
    entidade: Entidade, competencias: Collection[str] | None = None, *, cnes: Areas = None
) -> dict[str, Retornos]:
    """By competência, from the kept counts; no ficha is read, but the few that were replaced."""
    kept = in_areas(ContagemDesfecho.objects.filter(entidade=entidade), cnes)
    if competencias is not None:
        kept = kept.filter(competencia__in=list(competencias))
    found: dict[str, Retornos] = {}
    for competencia, resultado, n in kept.values_list("competencia", "resultado").annotate(s=Sum("n")):
        setattr(found.setdefault(competencia, Retornos()), NAMES[Resultado(resultado)], n)
    if any(line.recusadas for line in found.values()):
        for competencia in replaced(entidade, cnes=cnes).values_list("competencia", flat=True):
            if competencia in found:
                found[competencia].tratadas += 1
    return found


def replaced(entidade: Entidade, *, cnes: Areas = None) -> QuerySet[DesfechoAtual]:
    """Refused ones in whose place another record stands; one that was discarded names none (`Descarte.substituia`)."""
    news = Ficha.objects.filter(substitui__isnull=False)
    refused = DesfechoAtual.objects.filter(entidade=entidade, resultado=Resultado.RECUSADA)
    return in_areas(refused.filter(ficha__in=news.values("substitui")), cnes)


def with_outcome(
    fichas: QuerySet[Ficha], entidade: Entidade, retorno: str, competencia: str = ""
) -> QuerySet[Ficha]:
    """Exported ones with this answer, or (SEM_RESPOSTA) with none."""
    exported = fichas.filter(situacao=Situacao.EXPORTADA)
    if retorno == SEM_RESPOSTA:
        return exported.filter(desfecho__isnull=True)
    rows = DesfechoAtual.objects.filter(entidade=entidade, resultado=retorno)
    rows = rows.filter(competencia=competencia) if competencia else rows
    return exported.filter(pk__in=rows.values("ficha"))


def refused_among(ids: Collection[int]) -> set[int]:
    """Those that were answered with a refusal, and that nothing else was made in place of."""
    rows = DesfechoAtual.objects.filter(ficha_id__in=list(ids), resultado=Resultado.RECUSADA)
    return set(rows.filter(ficha__substitutas__isnull=True).values_list("ficha_id", flat=True))
