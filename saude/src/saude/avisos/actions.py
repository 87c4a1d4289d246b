"""Make notices, close those that hold no more, mark them read, keep what a person wants."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.avisos.fontes import Novo
from saude.avisos.models import ESTADOS, Aviso, Especie, Preferencia
from saude.contas.models import Usuario


@transaction.atomic
def keep(*, usuario: Usuario, entidade_id: int | None, found: Iterable[Novo], now: datetime) -> int:
    """The person's notices of what lasts become these: new ones are made, those that hold no more end.

    One that was told is never told again: its row stays, and only one that waits for its e-mail is written anew.
    """
    rows = Aviso.objects.filter(usuario=usuario, entidade=entidade_id, especie__in=ESTADOS)
    kept = {(row.especie, row.chave): row for row in rows}
    made = 0
    for novo in found:
        row = kept.pop((novo.especie, _key(novo)), None)
        if row is None:
            made += tell(usuario=usuario, entidade_id=entidade_id, novo=novo)
        elif _differs(row, novo):
            Aviso.objects.filter(pk=row.pk).update(**_values(novo), encerrado_em=None)
    over = [row.pk for row in kept.values() if row.encerrado_em is None]
    Aviso.objects.filter(pk__in=over).update(encerrado_em=now)
    return made


def tell(*, usuario: Usuario, entidade_id: int | None, novo: Novo) -> int:
    """One notice, unless it was made before: by whichever process comes first."""
    row = Aviso(
        usuario=usuario, entidade_id=entidade_id, especie=novo.especie, chave=_key(novo), **_values(novo)
    )
    before = Aviso.objects.filter(usuario=usuario, entidade=entidade_id, chave=row.chave).exists()
    Aviso.objects.bulk_create([row], ignore_conflicts=True)
    return int(not before)


def _key(novo: Novo) -> str:
    return f"{novo.especie}:{novo.chave}"


def _values(novo: Novo) -> dict[str, Any]:
    return {
        "texto": novo.texto[:400],
        "endereco": novo.endereco,
        "permissao": novo.permissao,
        "areas": None if novo.areas is None else sorted(novo.areas),
        "profissional_id": novo.profissional_id,
        "vence": novo.vence,
    }


def _differs(row: Aviso, novo: Novo) -> bool:
    changed = any(getattr(row, name) != value for name, value in _values(novo).items())
    return changed or row.encerrado_em is not None


def mark_read(*, by: Usuario, ids: Iterable[int]) -> int:
    mine = Aviso.objects.filter(usuario=by, pk__in=list(ids), lido_em=None)
    return mine.update(lido_em=timezone.now())


@transaction.atomic
def save_preferences(*, by: Usuario, wanted: Mapping[str, tuple[bool, bool]]) -> None:
    """Kind -> (on the page, by e-mail)."""
    for especie, (page, mail) in wanted.items():
        values = {"na_pagina": page, "por_email": mail}
        Preferencia.objects.update_or_create(usuario=by, especie=Especie(especie), defaults=values)
    record_event(by=by, entidade=None, tipo="avisos.preferencias", alvo=by)
