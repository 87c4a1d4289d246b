"""Reads about what was received. All scoped by entidade."""

import json
from typing import Any

from django.db.models import Count, QuerySet

from saude.cadastros.models import Entidade
from saude.recebimento.models import Lote, Registro


def lotes(entidade: Entidade) -> QuerySet[Lote]:
    return Lote.objects.filter(entidade=entidade).defer("bruto").order_by("-recebido_em")


def lote_status(lote: Lote) -> dict[str, Any]:
    blocks = lote.blocos.aggregate(total=Count("pk"), done=Count("feito_em"))
    return {
        "id": str(lote.uuid),
        "estado": lote.estado,
        "recebido_em": lote.recebido_em,
        "concluido_em": lote.concluido_em,
        "tamanho": lote.tamanho,
        "sha256": lote.sha256,
        "registros": lote.lidos,
        "novos": lote.novos,
        "iguais": lote.iguais,
        "substituidos": lote.substituidos,
        "recusados": lote.recusados,
        "blocos": blocks["total"],
        "blocos_feitos": blocks["done"],
        "recusas_por_causa": lote.causas,
        "erro": lote.erro,
    }


def answers(lote: Lote, *, after: int, limit: int, only_problems: bool = False) -> list[dict[str, Any]]:
    """Answers of a lot from a position on; `after` is the last position the client has."""
    rows = Registro.objects.filter(lote=lote, posicao__gt=after).order_by("posicao")
    if only_problems:
        rows = rows.exclude(resposta="")
    return [_answer(r) for r in rows[:limit]]


def _answer(row: Registro) -> dict[str, Any]:
    if row.resposta:
        kept: dict[str, Any] = json.loads(row.resposta)
        return kept
    return {
        "posicao": row.posicao,
        "uuid": row.uuid or None,
        "status": row.status,
        "situacao": row.situacao,
        "inconsistencias": [],
        "nao_verificadas": [],
    }
