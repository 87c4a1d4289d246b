"""The loop of the door looks at connections that threads change under its eyes."""

from typing import Any

from saude.site.porta import servidor
from saude.site.porta.canal import Canal
from saude.site.porta.servidor import Servidor


class Passageiro:
    """A connection that is what it is at the first look only: then a thread took its request away."""

    will_close = False

    def __init__(self, address: str, *, espera: float | None = None, request: Any = None) -> None:
        self.addr, self.ended = (address, 1), False
        self._espera, self._request = [espera], [request]

    @property
    def espera(self) -> float | None:
        return self._espera.pop() if self._espera else None

    @property
    def request(self) -> Any:
        return self._request.pop() if self._request else None

    def handle_close(self) -> None:
        self.ended = True


class Corpo:
    def __init__(self, size: int, *, visto: bool = False, quem: str = "") -> None:
        self.body_bytes_received, self.visto, self.quem, self.esperado = size, visto, quem, size


def _door(*connections: Passageiro) -> Any:
    door = Servidor.__new__(Servidor)
    door.active_channels = dict(enumerate(connections))
    return door


def test_room_is_made_although_the_one_that_waited_is_put_to_work():
    old, new = Passageiro("192.0.2.1", espera=1.0), Passageiro("192.0.2.1", espera=2.0)
    other = Passageiro("192.0.2.2", espera=0.5)
    _door(new, old, other)._make_room()
    assert [c.ended for c in (old, new, other)] == [True, False, False]


def test_memory_is_given_back_although_a_body_is_refused_meanwhile():
    half = servidor.HELD // 2 + 1
    large, small = Passageiro("192.0.2.1", request=Corpo(half)), Passageiro("192.0.2.1", request=Corpo(1))
    other, seen = (
        Passageiro("192.0.2.2", request=Corpo(half)),
        Passageiro("192.0.2.3", request=Corpo(9 * half, visto=True)),
    )
    _door(small, large, other, seen).relieve()
    assert [c.will_close for c in (large, small, other, seen)] == [True, False, False, False]


def test_who_sends_is_told_although_another_body_ends_meanwhile():
    under_way = [
        Passageiro("192.0.2.1", request=Corpo(10, visto=True, quem="Ana"))
        for _ in range(servidor.LARGE_EACH - 1)
    ]
    door = _door(*under_way)
    asked: list[dict[str, Any]] = []
    door.porteiro = lambda environ: asked.append(environ) or "Ana"
    assert door._who({}) == "Ana"
    assert asked[0]["saude.a_caminho"] == 10 * len(under_way)


class Fugaz(Canal):
    """A real connection whose request is there at the first look only."""

    requests = ()
    left = 1

    @property
    def request(self) -> Any:
        self.left -= 1
        request = Corpo(1)
        request.inicio = 7.0
        return request if self.left == 0 else None


def test_since_when_it_waits_is_told_although_its_request_is_refused_meanwhile():
    assert Fugaz.__new__(Fugaz).espera == 7.0
