"""Sending a message, and what went wrong in the words of who has to mend it."""

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from saude.cofre.erros import CofreError
from saude.cofre.segredos import open_sealed
from saude.correio.models import Servidor
from saude.correio.queries import server

PURPOSE = "correio.servidor.senha"
TIMEOUT = 10  # seconds for each answer of the server


@dataclass(frozen=True)
class Falha:
    texto: str
    passa: bool  # may pass by itself: worth another try


def deliver(para: str, assunto: str, texto: str) -> Falha | None:
    """None when the server took it."""
    row = server()
    if row is None:
        return Falha("O correio ainda não foi configurado.", passa=False)
    try:
        backend = _backend(row)
    except CofreError as error:
        return Falha(str(error), passa=False)
    try:
        EmailMessage(assunto, texto, row.remetente, [para], connection=backend).send()
    except (OSError, smtplib.SMTPException) as error:
        return _why(error, row)
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            backend.close()  # Django leaves it open when opening it failed half way
    return None


def _backend(row: Servidor) -> EmailBackend:
    return EmailBackend(
        host=row.host,
        port=row.porta,
        username=row.usuario,
        password=open_sealed(row.senha, PURPOSE) if row.senha else "",
        use_tls=row.seguranca == Servidor.Seguranca.STARTTLS,
        use_ssl=row.seguranca == Servidor.Seguranca.TLS,
        timeout=TIMEOUT,
    )


def _why(error: Exception, row: Servidor) -> Falha:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Falha("O servidor recusou o usuário ou a senha.", passa=False)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return Falha("O servidor não aceita mensagens para este destinatário.", passa=False)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return Falha(f"O servidor não aceita o remetente {row.remetente}.", passa=False)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Falha(
            "O servidor não oferece o que foi pedido (STARTTLS ou log-in). Confira a segurança e a porta.",
            passa=False,
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return Falha(f"O certificado de {row.host} não é válido para este nome.", passa=False)
    if isinstance(error, ssl.SSLError):
        return Falha(
            "A conexão segura não foi possível: confira a segurança e a porta (587 ou 465).", passa=False
        )
    if isinstance(error, socket.gaierror):
        return Falha(f"Não há servidor com o nome {row.host}.", passa=True)
    if isinstance(error, ConnectionRefusedError):
        return Falha(f"Ninguém responde em {row}. Confira o servidor e a porta.", passa=True)
    if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
        return Falha(f"{row} não respondeu a tempo ou desligou. Confira a segurança e a porta.", passa=True)
    return Falha(f"O servidor {row} recusou a mensagem ({type(error).__name__}).", passa=True)
