"""What is kept and for how long; what is held on one citizen; with whom data were shared."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from saude.auditoria.models import Evento
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente
from saude.correcao.clientes import fichas_of
from saude.privacidade.models import PADRAO, Guarda, Partilha, PrazoDeGuarda

#: kinds of event by which data left the system, and to whom
PARTILHAS = {
    "exportacao.baixada": "Arquivo para o e-SUS APS PEC (Ministério da Saúde)",
    "transmissao.pedida": "Fichas transmitidas ao e-SUS APS PEC (Ministério da Saúde)",
    "ficha.baixada": "Uma ficha, em arquivo",
    "lista.baixada": "Lista de fichas, em planilha",
    "acs.territorio_lido": "Território, para o aparelho do agente",
    "registro.consultado": "Registros lidos pela API por outro sistema",
    "producao.extraida": "Produção sem nomes, para estudo ou painel",
    "titular.copia": "Cópia entregue ao próprio titular",
}
NAMES = (
    "nome", "nome_social", "nascimento", "sexo", "cns", "cpf", "nome_mae", "desconhece_mae", "raca_cor", "telefone",
    "microarea", "cadastro_em", "criado_em", "alterado_em",
)  # fmt: skip


def terms() -> dict[Guarda, int]:
    chosen = dict(PrazoDeGuarda.objects.values_list("o_que", "dias"))
    return {kind: chosen.get(kind.value, days) for kind, days in PADRAO.items()}


def shared(entidade: Entidade, *, days: int = 365) -> list[dict[str, Any]]:
    """Of the last year: what left, by whom, how often, and when last. From the trail, hence never by hand."""
    rows = Evento.objects.filter(
        entidade_id=entidade.pk, tipo__in=PARTILHAS, momento__gte=timezone.now() - timedelta(days=days)
    )
    found = rows.values("tipo", "usuario_nome").annotate(vezes=Count("id"), ultima=Max("momento"))
    return [{**row, "o_que": PARTILHAS[row["tipo"]]} for row in found.order_by("tipo", "-ultima")]


def noted(entidade: Entidade) -> QuerySet[Partilha]:
    """What was noted by hand, the newest first."""
    return (
        Partilha.objects.filter(entidade=entidade, retirada_em=None)
        .select_related("por")
        .order_by("-data", "-pk")
    )


def held_on(cliente: Cliente) -> Iterator[str]:
    """All that is held on a citizen, as JSON: registration, records of care, who looked at them. As a stream.

    Records with other citizens in them (collective activities) come as they are named here only, without content.
    """
    names = {name: _plain(getattr(cliente, name)) for name in NAMES}
    yield f'{{"cadastro": {_json(names)},\n"atendimentos": ['
    for n, ficha in enumerate(_fichas(cliente)):
        yield (",\n" if n else "\n") + _json(_record(ficha))
    yield '\n],\n"acessos": ['
    for n, event in enumerate(_looks(cliente)):
        seen = {"quando": event.momento.isoformat(), "quem": event.usuario_nome, "o_que": event.tipo}
        yield (",\n" if n else "\n") + _json(seen)
    yield "\n]}\n"


def _fichas(cliente: Cliente) -> QuerySet[Any]:
    return fichas_of(cliente).select_related("conteudo")


def _record(ficha: Any) -> dict[str, Any]:
    told = {
        "uuid": ficha.uuid, "ficha": ficha.get_tipo_display(), "data": _plain(ficha.data), "cnes": ficha.cnes,
        "situacao": ficha.get_situacao_display(), "enviada_ao_esus_em": _plain(ficha.exportada_em),
    }  # fmt: skip
    if ficha.n_cidadaos == 1:
        told["conteudo"] = ficha.conteudo.registro
    return told


def _looks(cliente: Cliente) -> QuerySet[Evento]:
    return Evento.objects.filter(
        entidade_id=cliente.entidade_id, alvo_tipo=cliente._meta.label_lower, alvo_id=str(cliente.pk)
    ).order_by("momento")


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
