"""Logging in, the part that will be replaced: the PEC has announced another authentication.

A login says what to send and what the answer means; the client sends it. Pure: no network here.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from ledi.pec.answers import Answer, retry_after
from ledi.pec.multipart import form
from ledi.pec.outcomes import WORDS, Action, Cause, Outcome, Situacao
from ledi.retorno.values import plain

LOGIN_PATH = "/api/recebimento/login"
_COOKIE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100})=([!#-+\--:<-\[\]-~]{0,2000})")
_LINK = re.compile(r"https?://[^\s\"'<>]{1,300}")


@dataclass(frozen=True, slots=True)
class Credential:
    """Given once by the PEC's administrator, never to be seen again. Never shown by repr."""

    usuario: str
    senha: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginRequest:
    path: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """Headers that every ficha carries after logging in."""

    headers: dict[str, str] = field(repr=False)


class Login(Protocol):
    def request(self, credential: Credential) -> LoginRequest: ...

    def read(self, answer: Answer) -> Session | Outcome:
        """A session, or why there is none (PAUSE: not to be tried again with the same credential)."""
        ...


class FormLogin:
    """Fields `usuario` and `senha`, answered with the cookie JSESSIONID.

    URL-encoded, as seen to work on a PEC 5.5.28; `multipart`: as the official pages picture it.
    """

    def __init__(self, *, multipart: bool = False, cookie: str = "JSESSIONID") -> None:
        self._multipart = multipart
        self._cookie = cookie

    def request(self, credential: Credential) -> LoginRequest:
        fields = {"usuario": credential.usuario, "senha": credential.senha}
        if self._multipart:
            boundary = secrets.token_hex(16)
            return LoginRequest(
                LOGIN_PATH, f"multipart/form-data; boundary={boundary}", form(fields, boundary)
            )
        return LoginRequest(LOGIN_PATH, "application/x-www-form-urlencoded", urlencode(fields).encode())

    def read(self, answer: Answer) -> Session | Outcome:
        if 200 <= answer.status < 300:
            cookies = _cookies(answer.cookies)
            if self._cookie in cookies and not answer.is_html:
                return Session({"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
            return _problem(Cause.ESTRANHA, Action.RETRY, answer)
        if answer.status == 400:
            return _refused(answer)
        if answer.status in (401, 403):
            return _problem(Cause.LOGIN_RECUSADO, Action.PAUSE, answer)
        if answer.status in (502, 503, 504):
            return _problem(Cause.PROXY, Action.RETRY, answer)
        if answer.status == 500:
            return _problem(Cause.ERRO_500, Action.RETRY, answer)
        return _problem(Cause.ESTRANHA, Action.RETRY, answer)


def _refused(answer: Answer) -> Outcome:
    said = plain(answer.text[:4000])
    for words, cause in (
        ("usuario ou senha", Cause.CREDENCIAL),
        ("credencial inativa", Cause.INATIVA),
        ("servico indisponivel", Cause.DESLIGADO),
        ("instalacao foi desativada", Cause.UNIFICADA),
    ):
        if words in said:
            return _problem(cause, Action.PAUSE, answer)
    return _problem(Cause.LOGIN_RECUSADO, Action.PAUSE, answer)


def _problem(cause: Cause, action: Action, answer: Answer) -> Outcome:
    words = WORDS[cause]
    if cause is Cause.UNIFICADA and (link := _LINK.search(answer.text)):
        words += f" O PEC indica: {link[0].rstrip('.,;)')}"
    return Outcome(
        Situacao.A_ENVIAR, action, cause, words, answer.status, answer.safe(), espera=retry_after(answer)
    )


def _cookies(lines: tuple[str, ...]) -> dict[str, str]:
    """name -> value of Set-Cookie lines; what is not well formed is left out, and so is all but the first 20."""
    found: dict[str, str] = {}
    for line in lines[:20]:
        made = _COOKIE.fullmatch(line.partition(";")[0].strip())
        if made:
            found[made[1]] = made[2].strip('"')
    return found
