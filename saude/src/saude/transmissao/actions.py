"""Where an entidade sends to, and an export sent there: asked for, paused, resumed, what was given up asked again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from ledi.errors import LediError
from ledi.pec.address import parse_address
from ledi.pec.outcomes import Cause, Outcome, Situacao
from saude.auditoria.actions import Autor, record_event
from saude.banco.fila import enqueue, enqueue_once, without_task
from saude.cadastros.models import Entidade
from saude.cofre import recifrar
from saude.cofre.erros import CofreError
from saude.cofre.recifrar import Feito
from saude.cofre.segredos import seal
from saude.contas.queries import as_user
from saude.exportacao.models import Exportacao
from saude.transmissao import storage
from saude.transmissao.models import Destino, Transmissao
from saude.transmissao.pec import client_of, purpose_of
from saude.transmissao.previa import preview

Estado = Transmissao.Estado
LATER = -10  # priority: what people wait for goes first
CHANGED = "O que seria transmitido mudou depois que esta página foi aberta. Confira e confirme de novo."


class TransmissaoRefused(Exception):
    """Cannot be done; the message is for the user."""


# -- where to


@transaction.atomic
def save_destino(*, entidade: Entidade, by: Autor, senha: str, **fields: Any) -> Destino:
    """An empty `senha` leaves the kept one, which belongs to its address and user: for others it is asked anew."""
    row = Destino.objects.select_for_update().filter(entidade=entidade).first() or Destino(entidade=entidade)
    moved = row.endereco != fields["endereco"] or row.usuario != fields["usuario"]
    for name, value in fields.items():
        setattr(row, name, value)
    if senha:
        row.senha = seal(senha, purpose_of(entidade.pk))
    elif moved:
        row.senha = ""
    if not row.senha:
        raise ValidationError({"senha_nova": "Informe a senha da credencial deste endereço e usuário."})
    row.recusa = row.teste = ""
    row.testado_em, row.teste_certo = None, False
    row.save()
    record_event(
        by=by, entidade=entidade, tipo="pec.alterado", alvo=row, endereco=row.endereco,
        conexoes=row.conexoes, autoridade_propria=bool(row.autoridade), credencial_nova=bool(senha),
    )  # fmt: skip
    return row


def reseal() -> Feito:
    """With the key in use, after it was changed."""
    return recifrar.rows(Destino.objects.all(), "senha", lambda row: purpose_of(row.entidade_id))


def test_destino(*, destino: Destino, by: Autor) -> Destino:
    """Log in as it is saved; what the PEC said, in words, is kept with it."""
    good, words = _tested(destino)
    with transaction.atomic():
        row = Destino.objects.select_for_update().get(pk=destino.pk)
        row.testado_em, row.teste_certo, row.teste = timezone.now(), good, words[:700]
        if good:
            row.recusa = ""
        row.save(update_fields=["testado_em", "teste_certo", "teste", "recusa"])
        record_event(
            by=by,
            entidade=row.entidade_id,
            tipo="pec.testado",
            alvo=row,
            resultado="certo" if good else words,
        )
    return row


def _tested(destino: Destino) -> tuple[bool, str]:
    try:
        with client_of(destino) as client:
            outcome = client.test()
    except (CofreError, LediError) as error:
        return False, sentence(error)
    return outcome.situacao is Situacao.ACEITA, said(outcome)


def said(outcome: Outcome) -> str:
    """What happened and, where it helps, the PEC's own words (numbers masked)."""
    tells = outcome.cause is not Cause.UNIFICADA  # whose words already bring what the PEC indicates
    if tells and outcome.texto_seguro and outcome.texto_seguro not in outcome.mensagem:
        return f"{outcome.mensagem} O PEC disse: “{outcome.texto_seguro[:300]}”"
    return outcome.mensagem


def sentence(error: Exception) -> str:
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def check_address(text: str) -> str:
    """As it is kept. ValidationError says what is wrong."""
    try:
        return str(parse_address(text))
    except LediError as error:
        raise ValidationError(sentence(error)) from error


# -- an export, sent


def create_transmissao(*, exportacao: Exportacao, confere: str, by: Autor) -> Transmissao:
    """What the preview showed (`confere`); asked again it is the same transmission."""
    with transaction.atomic():
        row = Exportacao.objects.select_for_update().select_related("entidade").get(pk=exportacao.pk)
        if (known := Transmissao.objects.filter(exportacao=row).first()) is not None:
            return known
        shown = preview(row)
        if shown.impedimento:
            raise TransmissaoRefused(shown.impedimento)
        if confere != shown.confere:
            raise TransmissaoRefused(CHANGED)
        made = Transmissao.objects.create(
            entidade_id=row.entidade_id, exportacao=row, total=shown.fichas, por=as_user(by)
        )
        row.transmitida_em = timezone.now()
        row.save(update_fields=["transmitida_em"])
        record_event(
            by=by, entidade=row.entidade_id, tipo="transmissao.pedida", alvo=made, exportacao=row.pk,
            fichas=shown.fichas, ja_baixada=row.baixada_em is not None,
        )  # fmt: skip
        defer(made)
    return made


@transaction.atomic
def pause(*, transmissao: Transmissao, by: Autor) -> bool:
    """What is on its way comes back first; False when there is nothing to pause."""
    mine = Transmissao.objects.filter(pk=transmissao.pk, estado__in=Transmissao.VIVAS)
    done = mine.update(
        estado=Estado.PAUSADA, causa="pessoa", motivo="Pausada por quem transmite.", retoma_em=None
    )
    if done:
        record_event(
            by=by,
            entidade=transmissao.entidade_id,
            tipo="transmissao.pausada",
            alvo=transmissao,
            causa="pessoa",
        )
    return bool(done)


@transaction.atomic
def resume(*, transmissao: Transmissao, by: Autor) -> bool:
    """Goes on at once: after a pause, a stop, or while it waits for the PEC. The person says that it may try."""
    row = Transmissao.objects.select_for_update().get(pk=transmissao.pk)
    if row.estado not in (Estado.PAUSADA, Estado.PARADA, Estado.AGUARDANDO):
        return False
    _go(row, by=by, tipo="transmissao.retomada")
    return True


@transaction.atomic
def ask_again(*, transmissao: Transmissao, by: Autor) -> int:
    """What was given up (failed, unknown, stopped) goes once more; how many."""
    row = Transmissao.objects.select_for_update().get(pk=transmissao.pk)
    n = storage.open_again(row.pk)
    if n:
        row.concluida_em = None
        _go(row, by=by, tipo="transmissao.repetida", fichas=n)
    return n


def _go(row: Transmissao, *, by: Autor, tipo: str, **detail: Any) -> None:
    storage.hurry(row.pk)
    Destino.objects.filter(entidade=row.entidade_id).update(recusa="")
    row.estado, row.causa, row.motivo, row.retoma_em = Estado.ESPERA, "", "", None
    row.falhas = row.estranhas = 0
    row.save()
    record_event(by=by, entidade=row.entidade_id, tipo=tipo, alvo=row, **detail)
    enqueue(
        "transmissao.enviar", priority=LATER, transmissao_id=row.pk
    )  # one that waits for its time does not do


def defer(row: Transmissao, seconds: float = 0) -> None:
    """One task at a time waits for a transmission."""
    enqueue_once(
        "transmissao.enviar",
        queueing_lock=f"transmissao-{row.pk}",
        seconds=max(0, round(seconds)),
        priority=LATER,
        transmissao_id=row.pk,
    )


def watch() -> None:
    """Transmissions that should go on and have no task: asked for again."""
    rows = {
        row.pk: row for row in Transmissao.objects.filter(estado__in=Transmissao.VIVAS).order_by("pk")[:200]
    }
    for pk in without_task("transmissao.enviar", "transmissao_id", rows):
        defer(rows[pk])
