"""Decisions about what is kept, and the purge of copies. Records of care are never touched here."""

import logging
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.comum.texto import grouped
from saude.contas.models import Usuario
from saude.exportacao import files as export_files
from saude.privacidade.models import MAXIMO, MINIMO, Encarregado, Guarda, Partilha, PrazoDeGuarda
from saude.privacidade.queries import terms
from saude.recebimento import guarda as received

log = logging.getLogger(__name__)


@transaction.atomic
def set_terms(*, by: Autor, dias: dict[str, int]) -> None:
    """Days for each kind of copy, for the whole installation."""
    for kind, days in dias.items():
        if kind not in Guarda.values or not MINIMO <= days <= MAXIMO:
            raise ValidationError(f"O prazo vai de {MINIMO} a {grouped(MAXIMO)} dias.")
    before = terms()
    for kind, days in dias.items():
        PrazoDeGuarda.objects.update_or_create(o_que=kind, defaults={"dias": days})
    changed = {
        kind: [before[Guarda(kind)], days] for kind, days in dias.items() if before[Guarda(kind)] != days
    }
    if changed:
        record_event(by=by, entidade=None, tipo="guarda.alterada", dias=changed)


@transaction.atomic
def set_person_in_charge(*, by: Autor, entidade: Entidade, nome: str, contato: str) -> None:
    Encarregado.objects.update_or_create(entidade=entidade, defaults={"nome": nome, "contato": contato})
    record_event(by=by, entidade=entidade, tipo="encarregado.informado")


@transaction.atomic
def note_sharing(*, by: Usuario, entidade: Entidade, partilha: Partilha) -> None:
    """`partilha`: date, with whom, what and why, as the form checked them."""
    partilha.entidade, partilha.por = entidade, by
    partilha.save()
    record_event(by=by, entidade=entidade, tipo="partilha.anotada", alvo=partilha)


@transaction.atomic
def withdraw_sharing(*, by: Usuario, partilha: Partilha) -> None:
    """Noted by mistake: it leaves the list, and stays in the trail."""
    rows = Partilha.objects.filter(pk=partilha.pk, retirada_em=None)
    if rows.update(retirada_em=timezone.now()):
        record_event(by=by, entidade=partilha.entidade_id, tipo="partilha.retirada", alvo=partilha)


def purge(*, by: Autor = "sistema") -> dict[str, int]:
    """What is past its term, some thousands at a time; how many of each. Safe to stop and to call again."""
    now = timezone.now()
    limits = {kind: now - timedelta(days=days) for kind, days in terms().items()}
    done: dict[str, Any] = {
        Guarda.RECEBIDOS.value: received.forget_bodies(before=limits[Guarda.RECEBIDOS]),
        Guarda.RECUSADOS.value: received.forget_refused(before=limits[Guarda.RECUSADOS]),
        Guarda.EXPORTACOES.value: export_files.forget(before=limits[Guarda.EXPORTACOES]),
    }
    if any(done.values()):
        record_event(by=by, entidade=None, tipo="guarda.expurgo", **done)
        log.info("purged: %s", done)
    return done
