"""Keys of the JSON API: made, changed, ended; what each may do, until when, and who answers for it."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.cadastros.tempo import local_today
from saude.contas.models import ApiToken, Escopo, Usuario
from saude.contas.queries import answers_for, token_hash

MONTHS = 12  # filled in
MAX_YEARS = 3
USE_SHOWN = timedelta(minutes=1)  # how exactly the last use is kept


def usual_end(today: date) -> date:
    """Twelve months from today (of 29 February, the 28th)."""
    return _years_later(today, MONTHS // 12)


def last_end(today: date) -> date:
    return _years_later(today, MAX_YEARS)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def end_of(day: date, entidade: Entidade) -> datetime:
    """A key is good to the end of its last day, there."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZoneInfo(entidade.fuso))


@transaction.atomic
def create_token(
    *,
    by: Autor,
    entidade: Entidade,
    nome: str,
    limite_por_minuto: int = 600,
    escopos: Iterable[str] = tuple(Escopo.values),
    ate: date | None = None,
    responsavel: Usuario | None = None,
) -> tuple[ApiToken, str]:
    """A key for the JSON API; the secret is returned once and never again. Made by a user, they answer for it."""
    creator = by if isinstance(by, Usuario) else None
    answers = responsavel or creator
    _check_answers(answers, entidade)
    secret = _new_secret()
    token = ApiToken.objects.create(
        entidade=entidade,
        nome=nome,
        prefixo=secret[:12],
        hash=token_hash(secret),
        limite_por_minuto=limite_por_minuto,
        criado_por=creator,
        escopos=_known(escopos),
        expira_em=end_of(ate or usual_end(local_today(entidade)), entidade),
        responsavel=answers,
    )
    record_event(by=by, entidade=entidade, tipo="token.criado", alvo=token, **_details(token))
    return token, secret


@transaction.atomic
def change_token(
    *, by: Autor, token: ApiToken, ate: date | None, escopos: Iterable[str], responsavel: Usuario | None
) -> None:
    """Another end, other scopes, somebody else who answers for it. A revoked key stays revoked."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revogado_em:
        raise ValidationError("Este token foi revogado: crie outro.")
    _check_answers(responsavel, token.entidade)
    token.escopos, token.responsavel = _known(escopos), responsavel
    token.expira_em = end_of(ate or usual_end(local_today(token.entidade)), token.entidade)
    token.save(update_fields=["escopos", "responsavel", "expira_em"])
    record_event(by=by, entidade=token.entidade_id, tipo="token.alterado", alvo=token, **_details(token))


@transaction.atomic
def revoke_token(*, by: Autor, token: ApiToken) -> None:
    if token.revogado_em is None:
        token.revogado_em = timezone.now()
        token.save(update_fields=["revogado_em"])
        record_event(by=by, entidade=token.entidade_id, tipo="token.revogado", alvo=token)


@transaction.atomic
def new_secret(*, by: Autor, token: ApiToken) -> str:
    """The key keeps its name and history; its former secret is worth nothing from now on."""
    secret = _new_secret()
    token.prefixo, token.hash = secret[:12], token_hash(secret)
    token.expira_em = end_of(usual_end(local_today(token.entidade)), token.entidade)
    token.save(update_fields=["prefixo", "hash", "expira_em"])
    record_event(by=by, entidade=token.entidade_id, tipo="token.segredo_trocado", alvo=token)
    return secret


def used(token: ApiToken) -> None:
    """Its last use, to the minute."""
    now = timezone.now()
    if token.usado_em is None or now - token.usado_em >= USE_SHOWN:
        rows = ApiToken.objects.filter(pk=token.pk)
        rows.filter(Q(usado_em=None) | Q(usado_em__lte=now - USE_SHOWN)).update(usado_em=now)


def _check_answers(user: Usuario | None, entidade: Entidade) -> None:
    if user is not None and not answers_for(user, entidade):
        raise ValidationError("O responsável precisa ser um usuário ativo, com acesso nesta entidade.")


def _known(escopos: Iterable[str]) -> list[str]:
    chosen = [e for e in Escopo.values if e in set(escopos)]
    if not chosen:
        raise ValidationError("Um token precisa poder enviar, ler ou os dois.")
    return chosen


def _details(token: ApiToken) -> dict[str, Any]:
    until = token.expira_em and timezone.localtime(token.expira_em).isoformat(timespec="minutes")
    who = token.responsavel.username if token.responsavel else ""
    return {"pode": token.escopos, "vale_ate": until, "responsavel": who}


def _new_secret() -> str:
    return f"saude_{secrets.token_urlsafe(32)}"
