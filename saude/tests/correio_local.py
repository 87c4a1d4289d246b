"""A real SMTP server on this machine, which keeps what it takes."""

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

USER, PASSWORD = "sistema", "senha-do-correio-77"


class Keeper:
    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuse: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.received.append(message)
        return "250 OK"


@contextmanager
def smtp(tls: ssl.SSLContext | None = None) -> Iterator[tuple[Keeper, int]]:
    """Log-in is asked for; over STARTTLS where a context is given."""

    def who(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        ok = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=ok, handled=False)  # the server says it

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keeper = Keeper()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # a server of this machine may ask for log-in without TLS
        controller = Controller(
            keeper, hostname="127.0.0.1", port=port, authenticator=who, auth_required=True,
            auth_require_tls=tls is not None, require_starttls=tls is not None, tls_context=tls,
        )  # fmt: skip
        controller.start()
        try:
            yield keeper, port
        finally:
            controller.stop()
