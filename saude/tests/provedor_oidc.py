"""An OpenID Connect provider on this machine, that speaks as gov.br does, and may be told to answer wrongly."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "saude-de-timbo", "segredo-do-cliente-77"


class Provider:
    def __init__(self, cpf: str) -> None:
        self.cpf = cpf
        self.levels = ["1", "2"]
        self.wrong: dict[str, Any] = {}  # claims to put in the id_token instead of the right ones
        self.other_key = self.silent = self.no_id_token = False
        self.key = RSAKey.generate_key(2048, {"kid": "rsa1", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.asked: list[str] = []
        self.moved: set[str] = set()  # paths that send who asks elsewhere
        self.base = ""

    def authorize(self, query: dict[str, str]) -> str:
        """What a person's click answers: where the browser goes, with a code."""
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        assert query["scope"] == "openid email profile govbr_confiabilidades"
        assert query["client_id"] == CLIENT and query["nonce"]
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        asked = self.codes.pop(form["code"], None)
        if given != f"{CLIENT}:{SECRET}" or asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(16)
        self.tokens.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3600}
        return 200, answer if self.no_id_token else {**answer, "id_token": self.id_token(asked)}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": f"{self.base}/", "aud": CLIENT, "sub": self.cpf, "nonce": asked["nonce"],
            "iat": now, "exp": now + 600, "amr": ["passwd"], "name": "FULANA DE TAL", **self.wrong,
        }  # fmt: skip
        key = RSAKey.generate_key(2048, {"kid": "rsa1"}) if self.other_key else self.key
        return jwt.encode({"alg": "RS256", "kid": "rsa1"}, claims, key)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None: ...

        def answer(self, status: int, body: Any, **headers: str) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if parts.path in provider.moved:
                self.answer(302, {}, Location="/alheio")
                return
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            if parts.path == "/authorize":
                self.answer(302, {}, Location=provider.authorize(query))
            elif parts.path == "/jwk":
                self.answer(200, {"keys": [provider.key.as_dict(private=False)]})
            elif parts.path == f"/confiabilidades/v3/contas/{provider.cpf}/niveis":
                good = self.headers["Authorization"].removeprefix("Bearer ") in provider.tokens
                levels = [{"id": n, "dataAtualizacao": "2026-01-01T00:00:00"} for n in provider.levels]
                self.answer(200 if good else 401, levels if good else {})
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.asked.append(self.path)
            if self.path in provider.moved:
                self.answer(302, {}, Location="/alheio")
                return
            if provider.silent:
                self.answer(503, {})
                return
            form = {k: v[0] for k, v in parse_qs(body).items()}
            self.answer(*provider.token(form, self.headers["Authorization"]))

    return Handler


@contextmanager
def provider(cpf: str) -> Iterator[Provider]:
    made = Provider(cpf)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
