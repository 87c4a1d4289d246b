"""The mail settings: changed and tried by who administers the installation, audited without address or password."""

from typing import Any

from django.db import transaction

from saude.auditoria.actions import Autor, record_event
from saude.cofre import recifrar
from saude.cofre.recifrar import Feito
from saude.cofre.segredos import seal
from saude.correio.envio import PURPOSE, Falha, deliver
from saude.correio.models import Servidor
from saude.correio.queries import server


@transaction.atomic
def save_server(*, by: Autor, senha: str, apagar_senha: bool = False, **fields: Any) -> Servidor:
    """An empty `senha` leaves the kept one, which belongs to its server: for another host it is asked anew."""
    row = server() or Servidor(pk=1)
    moved = row.host != fields["host"] or row.usuario != fields["usuario"]
    for name, value in fields.items():
        setattr(row, name, value)
    if senha:
        row.senha = seal(senha, PURPOSE)
    elif apagar_senha or moved:
        row.senha = ""
    row.save()
    record_event(
        by=by,
        entidade=None,
        tipo="correio.alterado",
        servidor=str(row),
        seguranca=row.get_seguranca_display(),
    )
    return row


def reseal() -> Feito:
    """With the key in use, after it was changed."""
    return recifrar.rows(Servidor.objects.all(), "senha", lambda _: PURPOSE)


def try_server(*, by: Autor, para: str) -> Falha | None:
    """A message over the settings as they are saved; what went wrong, in words."""
    failed = deliver(
        para,
        "Teste do correio do Saúde e-SUS",
        "Esta mensagem mostra que o sistema envia e-mails. Nada precisa ser feito.\n",
    )
    record_event(
        by=by, entidade=None, tipo="correio.testado", resultado=failed.texto if failed else "enviado"
    )
    return failed
