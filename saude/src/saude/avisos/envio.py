"""The digest: one message a day to a person, with what holds and was not told by e-mail before.

The claim (`Resumo`) is committed before the message goes: two processes, or one that dies half way, never send the
same notice twice. What the server refused is taken back, and goes with the next digest.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from saude.acesso.permissoes import Limite
from saude.auditoria.actions import record_event
from saude.avisos.models import Aviso, Resumo
from saude.avisos.queries import limits_in, may_see, wanted
from saude.cadastros.models import Entidade
from saude.contas.models import Usuario
from saude.correio.envio import Falha, deliver
from saude.correio.queries import configured

log = logging.getLogger(__name__)
HOUR = 7  # of the municipality's morning: not before
END = """
Para ver e agir, {onde}. O que chega por e-mail escolhe-se em Avisos > O que quero saber.
"""


def send_digests(now: datetime) -> int:
    """How many went. While the mail server does not answer nothing is lost: the next round tries again."""
    if not configured():
        return 0
    waiting = Aviso.objects.filter(resumo=None, encerrado_em=None).values("usuario")
    people = Usuario.objects.filter(pk__in=waiting, is_active=True).exclude(email="").order_by("pk")
    sent = 0
    for user in people.select_related("entidade"):
        failed = _send_to(user, now)
        sent += failed is None
        if isinstance(failed, Falha) and failed.passa:
            log.warning("digests wait: %s", failed.texto)
            break  # the server does not answer: the others would wait for it one by one
    return sent


def _send_to(user: Usuario, now: datetime) -> Falha | str | None:
    """None: it went; a text: nothing to send (now)."""
    local = now.astimezone(ZoneInfo(user.entidade.fuso if user.entidade else settings.TIME_ZONE))
    if local.hour < HOUR:
        return "too early"
    rows = mailable(user)
    resumo = _claim(user, local.date(), rows) if rows else None
    if resumo is None:
        return "nothing new, or told today"
    failed = deliver(user.email, _subject(rows), text_of(rows, local.date()))
    if failed is None:
        Resumo.objects.filter(pk=resumo.pk).update(enviado_em=now)
    elif failed.passa:
        resumo.delete()  # its notices wait again
    else:  # this one is not to be had today: tomorrow anew
        Aviso.objects.filter(resumo=resumo).update(resumo=None)
        Resumo.objects.filter(pk=resumo.pk).update(erro=failed.texto[:300])
    result = "enviado" if failed is None else failed.texto
    record_event(
        by="sistema", entidade=None, tipo="avisos.resumo", alvo=user, avisos=len(rows), resultado=result
    )
    return failed


def mailable(user: Usuario) -> list[Aviso]:
    """What holds, was not mailed, is wanted by e-mail, and may still be seen."""
    rows = Aviso.objects.filter(usuario=user, resumo=None, encerrado_em=None)
    rows = rows.filter(especie__in=wanted(user, "por_email")).select_related("entidade")
    limits: dict[int | None, Mapping[str, Limite]] = {}
    found = []
    for row in rows.order_by("entidade__nome", "especie", "pk"):
        if row.entidade_id not in limits:
            limits[row.entidade_id] = limits_in(user, row.entidade_id)
        if may_see(row, limits[row.entidade_id]):
            found.append(row)
    return found


def _claim(user: Usuario, day: date, rows: list[Aviso]) -> Resumo | None:
    try:
        with transaction.atomic():
            resumo = Resumo.objects.create(usuario=user, dia=day)
            Aviso.objects.filter(pk__in=[row.pk for row in rows]).update(resumo=resumo)
    except IntegrityError:
        return None
    return resumo


def _subject(rows: list[Aviso]) -> str:
    return "Saúde e-SUS: 1 aviso" if len(rows) == 1 else f"Saúde e-SUS: {len(rows)} avisos"


def text_of(rows: Iterable[Aviso], day: date) -> str:
    """By municipality; names nobody, not even who reads it."""
    parts = [f"Avisos do Saúde e-SUS em {day:%d/%m/%Y}"]
    last: Entidade | str | None = ""
    for row in rows:
        if row.entidade != last:
            last = row.entidade
            parts.append(f"\n{last or 'Instalação'}")
        parts.append(f"- {row.dito(day)}")
    return "\n".join(parts) + "\n" + END.format(onde=_where())


def _where() -> str:
    """The page of the notices: the same address for everybody, it names nothing and asks who enters."""
    if not settings.SITE_ADDRESS:
        return "entre no sistema"
    return f"abra {settings.SITE_ADDRESS}{reverse('avisos:lista')}"
