"""The server: how many connections, for how long, and who gives way when there is no room."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.server import MultiSocketServer, TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from saude.site.porta.canal import Canal, Pergunta
from saude.site.porta.pedido import Pedido

CONNECTIONS = 512 if sys.platform != "win32" else 400  # select() of Windows holds 512
FILES = 4 * CONNECTIONS  # open at once: sockets, bodies, files on their way out
HELD = 64 * 1024**2  # bytes of unfinished bodies of strangers
LARGE = 3  # threads for large bodies
LARGE_EACH = 4  # large bodies that one sender may be sending
SETTINGS: dict[str, Any] = {
    "max_request_body_size": 2**62,  # each route says its own
    "max_request_header_size": 64 * 1024,
    "recv_bytes": 64 * 1024,
    "inbuf_overflow": 256 * 1024,
    # a slow reader holds a file, not a thread
    "outbuf_high_watermark": 512 * 1024**2,
    "connection_limit": CONNECTIONS + 64,
    "asyncore_use_poll": sys.platform != "win32",
    "ident": "saude",
}
#: (environ of a request without its body) -> who sends it, or the status it is refused with
Ask = Callable[[dict[str, Any]], str | int]


class Servidor(TcpWSGIServer):
    channel_class = Canal
    active_channels: dict[int, Canal]  # type: ignore[assignment]  # the stubs name one of them
    effective_host: str  # this and the next are of waitress, and not in the stubs
    effective_port: str
    next_channel_cleanup = float("inf")  # type: ignore[assignment]  # never: ours goes by a clock that nobody sets
    _next_look = 0.0
    grandes: ThreadedTaskDispatcher
    porteiro: Ask

    def readable(self) -> bool:
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + 1
            for canal in list(self.active_channels.values()):
                if canal.overdue(now):
                    canal.expire()
        return bool(super().readable())

    def handle_accept(self) -> None:
        if len(self.active_channels) >= CONNECTIONS:
            self._make_room()
        super().handle_accept()

    def _make_room(self) -> None:
        """Of the address that holds most of the waiting connections, the one that has waited longest ends."""
        # asked once of each: a thread may put it to work meanwhile
        waiting = [(since, c) for c in self.active_channels.values() if (since := c.espera) is not None]
        if waiting:
            most = _most(c.addr[0] for _, c in waiting)
            min((w for w in waiting if w[1].addr[0] == most), key=lambda w: w[0])[1].handle_close()

    def relieve(self) -> None:
        """Unfinished bodies of strangers hold no more than HELD together."""
        held = [
            (r.body_bytes_received, c)
            for c in self.active_channels.values()
            if (r := c.request) and not r.visto and not c.will_close
        ]
        if sum(size for size, _ in held) > HELD:
            weight: Counter[str] = Counter()
            for size, c in held:
                weight[c.addr[0]] += size
            most = weight.most_common(1)[0][0]
            max((h for h in held if h[1].addr[0] == most), key=lambda h: h[0])[1].will_close = True

    def ask(self, canal: Canal, pedido: Pedido) -> None:
        question = Pergunta(canal, pedido, self._who)
        self.task_dispatcher.add_task(question)  # type: ignore[arg-type]  # it is told `service` and `cancel` only

    def _who(self, environ: dict[str, Any]) -> str | int:
        channels = list(self.active_channels.values())
        under_way = [r for c in channels if (r := c.request) and r.visto]
        environ["saude.a_caminho"] = sum(r.esperado for r in under_way)
        found = self.porteiro(environ)
        if isinstance(found, str) and sum(r.quem == found for r in under_way) >= LARGE_EACH:
            return 429
        return found

    def add_task(self, task: Canal) -> None:  # type: ignore[override]  # waitress hands it a channel
        if task.total_outbufs_len:  # one answer, and one open file, for each reader that does not read
            task.parado = True
            return
        first = task.requests[0]
        task.recusado = task.recusado or bool(first.recusa)
        pool = self.grandes if first.grande else self.task_dispatcher
        pool.add_task(task)  # type: ignore[arg-type]  # it is told `service` and `cancel` only


def _most(addresses: Iterable[str]) -> str:
    return str(Counter(addresses).most_common(1)[0][0])


def create(application: Any, porteiro: Ask, *, host: str, port: int, threads: int, proxy: str = "") -> Any:
    """The server, listening; `run()` serves. `proxy`: the address whose X-Forwarded-* headers are believed."""
    # without a proxy what pretends to come through one is left to be seen: /metricas does not take it for local
    more: dict[str, Any] = {"clear_untrusted_proxy_headers": bool(proxy)}
    if proxy:
        more |= {"trusted_proxy": proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    adj = Adjustments(host=host, port=port, threads=threads, **SETTINGS, **more)
    _allow_files()
    dispatcher, large = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
    dispatcher.set_thread_count(threads)
    large.set_thread_count(LARGE)
    channels: dict[int, Any] = {}
    made = []
    for sockinfo in adj.listen:
        # the stubs have `listen` and ports as text, or as numbers, wherever they are the other
        server = Servidor(application, channels, dispatcher=dispatcher, adj=adj, sockinfo=sockinfo)  # type: ignore[arg-type]
        server.grandes, server.porteiro = large, porteiro
        made.append(server)
    if len(made) == 1:
        return made[0]
    listening = [(s.effective_host, s.effective_port) for s in made]
    return MultiSocketServer(channels, adj, listening, dispatcher, made[0].log_info)  # type: ignore[arg-type]


def _allow_files() -> None:
    """More open files than the usual 1024, where the system lets us."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:  # Windows counts them otherwise
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
