"""A password forgotten on a phone: the agent asks, an administrator allows, the phone is answered. All in the trail.

Whoever asks has no token (it is under the password): the identifier of the installation says which phone, and the
secret of the request, told once, who may hear the answer. Of the answer only the phone's own ephemeral key reads.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from saude.acs.chaves import ephemeral_key, raw, rewrap
from saude.acs.dispositivos import INSTALL, Refused, check_guessing, count_failure, summary
from saude.acs.models import Aparelho, ChaveEntidade, PedidoChave
from saude.auditoria.actions import Autor, record_event
from saude.cofre.erros import CofreError
from saude.contas.queries import as_user

HOURS = 24
LONGEST = 2000  # characters of a key in base64
DIGITS = 6


def ask(*, instalacao: str, embrulhada: str, chave: str, efemera: str) -> tuple[str, str]:
    """(secret of the request, the number that both sides show). A request before it of the same phone ends."""
    check_guessing()
    device = _device(instalacao)
    if device is None:
        count_failure()
        raise Refused(
            404, "aparelho", "Este aparelho não está registrado neste servidor. Fale com a coordenação."
        )
    key = ChaveEntidade.objects.filter(identificacao=chave, entidade=device.entidade_id).first()
    try:
        ephemeral_key(efemera)
        raw(embrulhada)
    except ValueError:
        key = None
    if key is None:
        raise Refused(422, "chave", "O aparelho não tem uma chave que este servidor possa abrir.")
    return _ask(device, key, embrulhada, efemera)


def _device(instalacao: str) -> Aparelho | None:
    """The registration in force, or the last one: a revoked phone may still hold what was not sent."""
    if not INSTALL.fullmatch(instalacao):
        return None
    rows = Aparelho.objects.filter(instalacao=instalacao.lower()).order_by("-criado_em", "-pk")
    return rows.filter(revogado_em=None).first() or rows.first()


@transaction.atomic
def _ask(device: Aparelho, key: ChaveEntidade, embrulhada: str, efemera: str) -> tuple[str, str]:
    Aparelho.objects.select_for_update().get(pk=device.pk)
    mine = PedidoChave.objects.filter(aparelho__instalacao=device.instalacao)
    mine.filter(situacao__in=(PedidoChave.Situacao.ESPERA, PedidoChave.Situacao.PERMITIDO)).update(
        situacao=PedidoChave.Situacao.TROCADO, embrulhada="", resposta=""
    )
    secret = f"pedido_{secrets.token_urlsafe(32)}"
    made = PedidoChave.objects.create(
        aparelho=device,
        hash=summary(secret),
        chave=key,
        embrulhada=embrulhada,
        efemera=efemera,
        numero=number(efemera, embrulhada),
        expira_em=timezone.now() + timedelta(hours=HOURS),
    )
    _record(made, f"aparelho {device.pk}", "acs.senha_pedida")
    return secret, made.numero


def number(efemera: str, embrulhada: str) -> str:
    """What the agent reads aloud and the administrator compares: of both keys, so that neither was put in its place."""
    digest = hashlib.sha256(f"{efemera}.{embrulhada}".encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


@transaction.atomic
def allow(*, by: Autor, pedido: PedidoChave) -> None:
    """Raises ValidationError in words: too late, or what cannot be opened."""
    locked = _waiting(pedido)
    try:
        answer = rewrap(
            locked.chave,
            wrapped=locked.embrulhada,
            instalacao=locked.aparelho.instalacao,
            ephemeral=locked.efemera,
        )
    except CofreError as error:
        raise ValidationError(f"A chave da entidade não pôde ser aberta. {error}") from error
    except ValueError as error:
        raise ValidationError(
            "O que o aparelho enviou não abre com a chave desta entidade. Peça ao agente que faça o pedido de novo."
        ) from error
    _decide(locked, by, PedidoChave.Situacao.PERMITIDO, answer)
    _record(locked, by, "acs.senha_permitida")


@transaction.atomic
def deny(*, by: Autor, pedido: PedidoChave) -> None:
    locked = _waiting(pedido)
    _decide(locked, by, PedidoChave.Situacao.RECUSADO, "")
    _record(locked, by, "acs.senha_recusada")


def _waiting(pedido: PedidoChave) -> PedidoChave:
    rows = PedidoChave.objects.select_for_update(of=("self",)).select_related("aparelho", "chave")
    locked = rows.get(pk=pedido.pk)
    if locked.situacao != PedidoChave.Situacao.ESPERA or locked.expira_em < timezone.now():
        raise ValidationError("Este pedido já foi respondido, trocado por outro, ou venceu.")
    return locked


def _decide(pedido: PedidoChave, by: Autor, situacao: str, resposta: str) -> None:
    pedido.situacao, pedido.resposta, pedido.embrulhada = situacao, resposta, ""
    pedido.decidido_por, pedido.decidido_em = as_user(by), timezone.now()
    pedido.save(update_fields=["situacao", "resposta", "embrulhada", "decidido_por", "decidido_em"])


def answer(*, instalacao: str, pedido: str) -> dict[str, Any]:
    """What the phone hears. The same as often as it asks, until it says that the new password is chosen."""
    found = _of(instalacao, pedido)
    if found.situacao == PedidoChave.Situacao.PERMITIDO and found.expira_em > timezone.now():
        with transaction.atomic():
            if PedidoChave.objects.filter(pk=found.pk, entregue_em=None).update(entregue_em=timezone.now()):
                _record(found, f"aparelho {found.aparelho_id}", "acs.chave_entregue")
        return {"situacao": "permitido", "chave": found.resposta}
    if found.situacao == PedidoChave.Situacao.ESPERA and found.expira_em > timezone.now():
        return {"situacao": "esperando"}
    refused = found.situacao == PedidoChave.Situacao.RECUSADO
    return {"situacao": "recusado" if refused else "vencido"}


def done(*, instalacao: str, pedido: str) -> None:
    """The phone has its new password: nothing of its key stays here."""
    found = _of(instalacao, pedido)
    mine = PedidoChave.objects.filter(pk=found.pk, situacao=PedidoChave.Situacao.PERMITIDO)
    with transaction.atomic():
        if not mine.update(situacao=PedidoChave.Situacao.CONCLUIDO, resposta="", efemera=""):
            return
        _record(found, f"aparelho {found.aparelho_id}", "acs.senha_trocada")


def _of(instalacao: str, pedido: str) -> PedidoChave:
    check_guessing()
    rows = PedidoChave.objects.select_related("aparelho").filter(hash=summary(pedido))
    found = rows.filter(aparelho__instalacao=instalacao.lower()).first()
    if found is None:
        count_failure()
        raise Refused(404, "pedido", "Este pedido não existe mais. Peça de novo.")
    return found


def _record(pedido: PedidoChave, by: Autor, tipo: str) -> None:
    device = pedido.aparelho
    record_event(
        by=by, entidade=device.entidade_id, tipo=tipo, alvo=device, profissional=device.profissional_id
    )
