from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models

from saude.auditoria.models import Evento

#: who does something: a user, a key of the API, or a name such as "sistema"; nobody (whom the guard keeps out)
Autor = models.Model | AnonymousUser | str | None

#: address of the request being answered; set by saude.auditoria.middleware
current_ip: ContextVar[str | None] = ContextVar("current_ip", default=None)

#: personal data of citizens and secrets never enter the trail
FORBIDDEN = frozenset(
    {"nome", "cpf", "cns", "nascimento", "mae", "telefone", "email", "senha", "token", "conteudo"}
)


Alvo = models.Model | tuple[str, Any] | None


def record_event(
    *,
    by: Autor,
    entidade: models.Model | int | None,
    tipo: str,
    alvo: Alvo = None,
    **detalhe: Any,
) -> Evento:
    """Write one row of the trail, in the caller's transaction.

    `by` is a Usuario, an ApiToken, or a name such as "sistema"; `entidade` an Entidade, its id or None;
    `alvo` a model instance or a (type, id) pair; `detalhe` plain JSON values without personal data.
    """
    row = _row(by, entidade, tipo, alvo, detalhe)
    row.save(force_insert=True)
    return row


def record_events(
    *,
    by: Autor,
    entidade: models.Model | int | None,
    tipo: str,
    alvos: Iterable[tuple[Alvo, Mapping[str, Any]]],
) -> None:
    """The same fact of many targets, each with its own `detalhe`: a row each, written together."""
    Evento.objects.bulk_create(_row(by, entidade, tipo, alvo, detalhe) for alvo, detalhe in alvos)


def _row(
    by: Autor, entidade: models.Model | int | None, tipo: str, alvo: Alvo, detalhe: Mapping[str, Any]
) -> Evento:
    forbidden = FORBIDDEN & detalhe.keys()
    if forbidden:
        raise ValueError(f"personal data or secret in the trail: {', '.join(sorted(forbidden))}")
    usuario_id, usuario_nome = _actor(by)
    alvo_tipo, alvo_id = _target(alvo)
    return Evento(
        entidade_id=getattr(entidade, "pk", entidade),
        usuario_id=usuario_id,
        usuario_nome=usuario_nome[:150],
        tipo=tipo,
        alvo_tipo=alvo_tipo,
        alvo_id=alvo_id,
        detalhe=dict(detalhe),
        ip=current_ip.get(),
    )


def _actor(by: Autor) -> tuple[int | None, str]:
    if by is None or isinstance(by, str):
        return None, by or "sistema"
    if (username := getattr(by, "username", None)) is not None:
        return by.pk, username
    return None, f"API: {by}"


def _target(alvo: Alvo) -> tuple[str, str]:
    if alvo is None:
        return "", ""
    if isinstance(alvo, tuple):
        return alvo[0], str(alvo[1])
    return alvo._meta.label_lower, str(getattr(alvo, "uuid", None) or alvo.pk)
