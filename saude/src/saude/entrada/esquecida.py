"""A forgotten password, by e-mail: the page says the same to everybody, a token is good once and for an hour.

The page does not look for the user: it leaves the address, sealed, to a task. So neither words nor time tell who
exists.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.banco.fila import enqueue
from saude.cofre.segredos import open_sealed, seal
from saude.contas.actions import set_password
from saude.contas.models import Usuario
from saude.contas.tentativas import EVERYWHERE, Porta, network
from saude.correio.envio import Falha, deliver
from saude.entrada.models import PedidoSenha

LASTS = timedelta(hours=1)
PURPOSE = "entrada.esquecida.email"
PER_PLACE, PER_ADDRESS = 10, 3  # messages asked for in 15 minutes

TEXT = """{nome},

alguém (talvez você) pediu uma senha nova para o usuário {usuario} do Saúde e-SUS.
Para escolher a senha, abra até {ate}:

{endereco}

O endereço vale uma vez. Se não foi você, ignore esta mensagem: nada muda.
"""


@transaction.atomic
def ask(*, email: str, base: str, address: str) -> None:
    """Leave it to the task. Too many from one place, or to one address: nothing more is sent, and nobody is told."""
    key = hashlib.sha256(email.strip().lower().encode()).hexdigest()
    doors = (
        Porta("esquecida", network(address), PER_PLACE),
        Porta(f"esquecida:{key}", EVERYWHERE, PER_ADDRESS),
    )
    taken = [door.take() for door in doors]
    if None not in taken:
        enqueue("entrada.senha_esquecida", email=seal(email.strip(), PURPOSE), base=base)


def send(*, email: str, base: str) -> Falha | None:
    """A message to each active user of the address; a failure that may pass is tried again by the task."""
    failed = None
    for user in Usuario.objects.filter(email__iexact=open_sealed(email, PURPOSE), is_active=True).exclude(
        email=""
    ):
        failed = _send_to(user, base) or failed
    return failed


def _send_to(user: Usuario, base: str) -> Falha | None:
    token = secrets.token_urlsafe(32)
    row = PedidoSenha.objects.create(usuario=user, hash=_hash(token))
    until = timezone.localtime(timezone.now() + LASTS)
    text = TEXT.format(
        nome=user.get_full_name(),
        usuario=user.username,
        ate=f"{until:%H:%M de %d/%m/%Y}",
        endereco=base + reverse("senha_nova", args=[token]),
    )
    failed = deliver(user.email, "Senha nova do Saúde e-SUS", text)
    if failed:
        row.delete()
    kind = "usuario.recuperacao_falhou" if failed else "usuario.recuperacao_enviada"
    record_event(by="sistema", entidade=user.entidade_id, tipo=kind, alvo=user, usuario=user.username)
    return failed


def of(token: str) -> PedidoSenha | None:
    """Unused, in time, of an active user whose password has not changed since."""
    found = PedidoSenha.objects.select_related("usuario").filter(
        hash=_hash(token), usado_em=None, criado_em__gt=timezone.now() - LASTS, usuario__is_active=True
    )
    row = found.first()
    if row and row.usuario.senha_em and row.usuario.senha_em > row.criado_em:
        return None
    return row


@transaction.atomic
def choose(*, token: str, senha: str) -> Usuario:
    """The new password; of two who use the token at the same time, one does."""
    row = of(token)
    if row is None or not PedidoSenha.objects.filter(pk=row.pk, usado_em=None).update(
        usado_em=timezone.now()
    ):
        raise ValidationError("Este endereço já foi usado ou passou do tempo. Peça outro.")
    user = row.usuario
    set_password(by=user, usuario=user, senha=senha, entidade=user.entidade)
    record_event(
        by=user, entidade=user.entidade, tipo="usuario.senha_recuperada", alvo=user, usuario=user.username
    )
    return user


def tidy() -> None:
    PedidoSenha.objects.filter(criado_em__lt=timezone.now() - timedelta(days=30)).delete()


def _hash(token: Any) -> str:
    return hashlib.sha256(str(token).encode()).hexdigest()
