"""The simulator itself: which address does what. `Simulator` is started in a thread by tests, or by the command."""

from __future__ import annotations

import mmap
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

from ledi.pec.multipart import MultipartError, file_name_of, spans
from ledi.pec.simulator.lots import Lots
from ledi.pec.simulator.page import page
from ledi.pec.simulator.parameters import Chosen, Parameters
from ledi.pec.simulator.reception import Reception, Request
from ledi.pec.simulator.reply import CSV, Reply, as_html, as_json, error
from ledi.pec.simulator.serving import Answer, BadRequest, Handler, Server
from ledi.pec.simulator.sessions import Sessions
from ledi.pec.simulator.store import Store

LOGIN, FICHA = "/api/recebimento/login", "/api/v1/recebimento/ficha"
MAX_LOT = 2 * 1024**3
MAX_LOGIN = 64 * 1024
USUARIO = SENHA = "simulado"
_HERE = ("127.0.0.1", "localhost", "[::1]")


@dataclass(slots=True)
class Settings:
    usuario: str = USUARIO
    senha: str = field(default=SENHA, repr=False)
    folder: Path | None = None
    chosen: Chosen = field(default_factory=Chosen)
    parameters: Parameters = field(default_factory=Parameters)


class Simulator:
    """A PEC on a port of this machine (0: any free one). `with Simulator(…) as pec: pec.url`."""

    def __init__(
        self, settings: Settings | None = None, port: int = 0, now: Callable[[], datetime] = datetime.now
    ) -> None:
        self.settings = settings = settings or Settings()
        chosen = settings.chosen
        parameters = settings.parameters
        if "C10" in chosen:  # its point is that the client knows a duplicate when it sees one
            parameters = parameters.with_default("marcador_de_duplicada", "duplicad")
        self.parameters = parameters
        self.store = Store(settings.folder)
        self.sessions = Sessions(settings.usuario, settings.senha, parameters, chosen, time.monotonic)
        self.reception = Reception(self.store, self.sessions, parameters, chosen, now)
        self.lots = Lots(self.store, now)
        self._queda = (parameters.number("queda_ms") or 0) / 1000
        self._delay = chosen.delay_ms / 1000
        self._temporary = tempfile.TemporaryDirectory(prefix="pec-simulado-")
        try:
            self._server = Server(port, type("PecHandler", (_PecHandler,), {"pec": self}))
        except BaseException:
            self.store.close()
            self._temporary.cleanup()
            raise
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve_forever(self) -> None:
        self._server.serve_forever(poll_interval=0.2)

    def close(self) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self.store.close()
        with suppress(OSError):
            self._temporary.cleanup()

    def __enter__(self) -> Simulator:
        self._thread = threading.Thread(target=self.serve_forever, name="pec-simulado", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the API

    def login(self, content_type: str, body: bytes) -> Reply:
        self._wait()
        return self.sessions.login(content_type, body)

    def ficha(self, request: Request) -> Reply:
        self._wait()
        reply = self.reception.ficha(request)
        if reply.cut and self._queda:
            time.sleep(self._queda)
        return reply

    def _wait(self) -> None:
        if self._delay:
            time.sleep(self._delay)

    # ---- what the PEC has as pages

    def home(self) -> Reply:
        settings = {
            "cenários": ", ".join(sorted(self.settings.chosen.names)) or "nenhum"
        } | self.parameters.given
        made = page(
            totals=self.store.totals(), latest=self.store.latest(100), lots=self.lots.all(), settings=settings
        )
        headers = {
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"
        }
        found = as_html(200, made)
        return Reply(found.status, found.body, found.kind, headers)

    def received(self, query: Mapping[str, list[str]]) -> Reply:
        text = query.get("limite", ["1000"])[0]
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            return error("limite deve ser um número")
        return as_json(200, {"totais": self.store.totals(), "fichas": self.store.latest(int(text))})

    def new_lot(self, file: IO[bytes], content_type: str) -> Reply:
        """A zip as the body, or as the part `arquivo` of a form."""
        handle, name = tempfile.mkstemp(suffix=".zip", dir=self._temporary.name)
        path, shown = Path(name), "-"
        with open(handle, "wb") as target:
            if content_type.lower().startswith("multipart/form-data"):
                shown = _copy_part(file, content_type, target)
            else:
                file.seek(0)
                shutil.copyfileobj(file, target)
        with open(path, "rb") as made:
            if made.read(2) != b"PK":
                path.unlink()
                return error("O lote deve ser um arquivo zip")
        return as_json(201, self.lots.add(path, shown).as_json())

    def process(self) -> Reply:
        done = self.lots.process(self.reception.today(), self.reception.cnes, self.reception.to_judge_again)
        return as_json(200, {"lotes": [lot.as_json() for lot in done]})

    def report(self, number: int | None, query: Mapping[str, list[str]]) -> Answer:
        """Of one lot, or of all between `inicio` and `fim` (AAAA-MM-DD) of a `tipo` (ARQUIVO, ONLINE)."""
        if number is not None:
            lot = self.lots.get(number)
            if lot is None:
                return error("Lote não encontrado", 404)
            found = [lot]
        else:
            try:
                start, end = (_day(query.get(name, [""])[0]) for name in ("inicio", "fim"))
            except ValueError:
                return error("inicio e fim têm a forma AAAA-MM-DD")
            found = self.lots.between(start, end, query.get("tipo", [""])[0])
        latin = query.get("codificacao", ["utf-8"])[0] == "iso-8859-1"
        kind = f"{CSV}; charset={'iso-8859-1' if latin else 'utf-8'}"
        headers = {"Content-Disposition": 'attachment; filename="inconsistencias.csv"'}
        return Reply(200, b"", kind, headers), self.lots.report(found, latin)


class _PecHandler(Handler):
    pec: Simulator

    def answer(self, method: str) -> Answer:
        try:
            asked = urlsplit(self.path)
            query = parse_qs(asked.query, max_num_fields=20)
        except ValueError:
            return error("endereço malformado")
        if method == "POST" and asked.path in (LOGIN, FICHA):
            return self._api(asked.path)
        if asked.path.startswith("/api/"):  # swapped or unknown: the protection against CSRF answers
            return Reply(403 if method == "POST" else 405)
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in _HERE:  # a page of the internet that made its name point here
            return error("Use http://127.0.0.1", 403)
        return self._page(method, asked.path, query)

    def _api(self, path: str) -> Reply:
        content_type = self.headers.get("Content-Type", "")
        if path == LOGIN:
            return self.pec.login(content_type, self.read_body(MAX_LOGIN))
        return self.pec.ficha(Request(self.headers.get("Cookie"), content_type, self.read_body()))

    def _page(self, method: str, path: str, query: Mapping[str, list[str]]) -> Answer:
        parts = path.strip("/").split("/")
        if method == "POST":
            return self._change(path)
        if method not in ("GET", "HEAD"):
            return Reply(405)
        if path == "/":
            return self.pec.home()
        if path == "/recebidas.json":
            return self.pec.received(query)
        if path == "/lotes.json":
            return as_json(200, {"lotes": [lot.as_json() for lot in self.pec.lots.all()]})
        if path == "/inconsistencias.csv":
            return self.pec.report(None, query)
        if (
            len(parts) == 3
            and parts[0] == "lotes"
            and parts[2] == "inconsistencias.csv"
            and _is_number(parts[1])
        ):
            return self.pec.report(int(parts[1]), query)
        return Reply(404)

    def _change(self, path: str) -> Reply:
        if path not in ("/lotes", "/lotes/processar") or self.headers.get("Sec-Fetch-Site") == "cross-site":
            return Reply(403)
        content_type = self.headers.get("Content-Type", "")
        if path == "/lotes":
            with self.read_to_file(MAX_LOT) as file:
                try:
                    made = self.pec.new_lot(file, content_type)
                except MultipartError as problem:
                    raise BadRequest(error(str(problem))) from None
        else:
            self.read_body(MAX_LOGIN)
            made = self.pec.process()
        wants_page = "text/html" in self.headers.get("Accept", "")
        return Reply(303, headers={"Location": "/"}) if wants_page and made.status < 400 else made


def _copy_part(file: IO[bytes], content_type: str, target: IO[bytes]) -> str:
    """The part that is a file, copied; its name."""
    file.seek(0, 2)
    if not file.tell():
        raise MultipartError("o formulário está vazio")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
        for head, start, end in spans(content_type, body):
            name = file_name_of(head)
            if name is not None:
                for at in range(start, end, 1 << 20):
                    target.write(body[at : min(at + (1 << 20), end)])
                return name
    raise MultipartError("o formulário não traz um arquivo")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
