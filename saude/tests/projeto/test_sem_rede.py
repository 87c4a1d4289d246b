"""The guard of the root's conftest.py holds: nothing but loopback and Unix sockets, in Python and in Chromium."""

import asyncio
import contextlib
import socket
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

OUTSIDE = "192.0.2.1"  # TEST-NET-1: nobody is there, should the guard fail
NAME = "exemplo.invalid"


async def _by_asyncio() -> None:
    await asyncio.open_connection(OUTSIDE, 80)


def _in_a_loop_of_its_own() -> None:
    """In a thread: Playwright leaves a loop running in the main one, once a browser was opened."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: asyncio.run(_by_asyncio())).result()


WAYS: dict[str, Callable[[], Any]] = {
    "connection": lambda: socket.create_connection((OUTSIDE, 80), timeout=1),
    "connection, IPv6": lambda: socket.create_connection(("2001:db8::1", 80), timeout=1),
    "datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", (OUTSIDE, 53)),
    "name": lambda: socket.getaddrinfo(NAME, 80),
    "old name": lambda: socket.gethostbyname(NAME),
    "urllib": lambda: urllib.request.urlopen(f"http://{NAME}/", timeout=1),
    "asyncio": _in_a_loop_of_its_own,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning"
)  # the refusal leaves the socket to the collector
def test_no_way_leads_outside(way: str) -> None:
    with (
        pytest.raises(pytest.fail.Exception, match="reached for the network"),
        contextlib.suppress(Exception),
    ):
        WAYS[way]()


@pytest.fixture
def listening() -> Iterator[list[tuple[int, Any]]]:
    """(family, address) of a server on each kind of socket that is ours."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        found = []
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, str(Path(folder) / "s")),
        ):
            server = stack.enter_context(socket.socket(family))
            server.bind(address)
            server.listen()
            found.append((family, server.getsockname()))
        yield found


def test_loopback_and_unix_sockets_are_open(listening: list[tuple[int, Any]]) -> None:
    for family, address in listening:
        with socket.socket(family) as client:
            client.connect(address)
            assert client.getpeername() == address
    assert socket.getaddrinfo("localhost", 80)


@pytest.mark.browser
@pytest.mark.parametrize("host", [OUTSIDE, NAME])
def test_chromium_resolves_no_other_host(navegador: Any, host: str) -> None:
    with contextlib.closing(navegador.new_context()) as context:
        page = context.new_page()
        with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
            page.goto(f"http://{host}/", timeout=5000)
