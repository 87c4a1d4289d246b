"""Logging in to the simulator: credentials, the cookie, how long it is good for."""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qs

from ledi.pec.multipart import MultipartError, parts
from ledi.pec.simulator.parameters import Chosen, Parameters
from ledi.pec.simulator.reply import Reply, as_html, as_json, as_text

_COOKIE = re.compile(r"(?:^|;)\s*JSESSIONID=\"?([0-9A-Za-z._-]{1,100})\"?")
_KEPT = 10_000
_WRONG_TO_BLOCK = 5


class Sessions:
    """Many threads use it."""

    def __init__(
        self, usuario: str, senha: str, parameters: Parameters, chosen: Chosen, clock: Callable[[], float]
    ) -> None:
        self._expected = (usuario.encode(), senha.encode())
        self._parameters, self._chosen, self._clock = parameters, chosen, clock
        self._lock = threading.Lock()
        self._until: OrderedDict[str, float] = OrderedDict()
        self._made = 0
        self._wrong = 0
        self._of_first = parameters.number("fichas_por_sessao") or 0
        self._first = ""

    # ---- the address of login

    def login(self, content_type: str, body: bytes) -> Reply:
        if "C13" in self._chosen:
            return as_text(400, "Serviço indisponível")
        if "C14" in self._chosen:
            link = self._parameters["link_novo"]
            return as_text(
                400,
                f"Essa instalação foi desativada. Para acessar a nova instalação é necessário acessar o link: {link}",
            )
        blocks = self._parameters["login_bloqueia_apos_falhas"] == "sim"
        with self._lock:
            if blocks and self._wrong >= _WRONG_TO_BLOCK:
                return as_text(400, "Credencial inativa")
            if "C02" in self._chosen or not self._is_right(_fields(content_type, body)):
                self._wrong += 1
                return as_text(400, "Usuário ou senha inválidos.")
            self._wrong = 0
            return self._new()

    def _is_right(self, fields: tuple[str, str]) -> bool:
        usuario, senha = (
            hmac.compare_digest(a.encode(), b) for a, b in zip(fields, self._expected, strict=True)
        )
        return usuario and senha

    def _new(self) -> Reply:
        token = secrets.token_hex(16).upper()
        self._until[token] = self._clock() + (self._parameters.number("sessao_validade_s") or 0)
        self._made += 1
        if self._made == 1:
            self._first = token
        while len(self._until) > _KEPT:
            self._until.popitem(last=False)
        return Reply(200, headers={"Set-Cookie": f"JSESSIONID={token}; Path=/; HttpOnly"})

    # ---- the other addresses

    def refusal(self, cookie: str | None) -> Reply | None:
        """None when the session is good."""
        found = _COOKIE.search(cookie or "")
        if found is None:
            return self._refused(self._parameters["sem_cookie"])
        with self._lock:
            until = self._until.get(found[1])
            good = until is not None and until > self._clock() and "C05" not in self._chosen
            if good and "C04" in self._chosen and found[1] == self._first:
                self._of_first -= 1
                good = self._of_first >= 0
        return None if good else self._refused("401")

    def _refused(self, how: str) -> Reply:
        if how == "302":
            return Reply(302, headers={"Location": "/login"})
        if how == "403":
            return Reply(403)
        body = self._parameters["corpo_401"]
        if body == "html":
            return as_html(401, "<html><body>Não autorizado</body></html>")
        return as_json(401, {"descricaoErro": "Não autorizado"}) if body == "json" else Reply(401)


def _fields(content_type: str, body: bytes) -> tuple[str, str]:
    """usuario and senha of a form; empty for any other body (JSON is no form)."""
    kind = content_type.partition(";")[0].strip().lower()
    found: dict[str, str] = {}
    if kind == "application/x-www-form-urlencoded":
        try:
            asked = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20)
        except ValueError:
            asked = {}
        found = {name: values[0] for name, values in asked.items()}
    elif kind == "multipart/form-data":
        try:
            found = {part.name: part.content.decode("utf-8", "replace") for part in parts(content_type, body)}
        except MultipartError:
            found = {}
    return found.get("usuario", ""), found.get("senha", "")
