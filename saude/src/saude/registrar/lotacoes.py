"""Where a professional works: what fills CBO, CNES and INE of a ficha when they are chosen."""

from datetime import date
from typing import Any

from saude.acesso.guarda import covers
from saude.acesso.permissoes import Limite
from saude.cadastros.models import Entidade, Lotacao
from saude.formularios import fontes, opcoes

CNS = 15


def lotacoes_of(entidade: Entidade, cns: str, dia: date, cnes: Limite = None) -> list[Lotacao]:
    """Those in force on the day, of these áreas, each once, as CNES names them."""
    if len(cns) != CNS or not cns.isdecimal():
        return []
    rows = Lotacao.objects.filter(
        Lotacao.em_vigor(dia),
        profissional__entidade=entidade,
        profissional__cns=cns,
        profissional__ativo=True,
        estabelecimento__ativo=True,
    ).select_related("estabelecimento", "equipe")
    mine = (row for row in rows.order_by("pk") if covers(cnes, row.estabelecimento.cnes))
    return list({(row.cbo, row.estabelecimento_id, row.equipe_id): row for row in mine}.values())


def taken(entidade: Entidade, rows: list[Lotacao], tipo: str, versao: str, caminho: str) -> list[Lotacao]:
    """Those whose CBO the ficha takes; `caminho`: of the CBO's field."""
    takes = opcoes.judge(entidade, tipo, versao, caminho, {})
    return [row for row in rows if takes(row.cbo)]


def as_json(row: Lotacao) -> dict[str, Any]:
    """By the roles of the fields they fill, and the words to choose by."""
    cbo = fontes.label("cbo", row.cbo)
    team = row.equipe if row.equipe and row.equipe.ativa else None
    words = (cbo or row.cbo, row.estabelecimento.nome, team.nome if team else "sem equipe")
    return {
        "cbo": f"{row.cbo} - {cbo}" if cbo else row.cbo,
        "cnes": f"{row.estabelecimento.cnes} - {row.estabelecimento.nome}",
        "ine": f"{team.ine} - {team.nome}" if team else "",
        "texto": " · ".join(words),
    }
