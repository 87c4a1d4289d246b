"""No test reaches beyond this machine: loopback and Unix sockets only, no name looked up elsewhere.

An audit hook, because it sees every socket of Python (connections, datagrams, name look-ups, asyncio), whoever opens
it. Not seen: C libraries (the database's address is ours) and child processes; Chromium has a rule of its own.
"""

import ipaddress
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

# rooms whose tests drive sockets, servers and processes that are killed; those in a browser are found by its marker
OTHER_PROCESSES = (
    "ledi/tests/pec", "saude/tests/falhas", "saude/tests/porta", "saude/tests/copias", "saude/tests/transmissao",
)  # fmt: skip

HERE = {None, "", "localhost", socket.gethostname()}
TO_AN_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
OF_A_NAME = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def _is_here(host: Any) -> bool:
    host = host.decode() if isinstance(host, bytes) else host
    if host in HERE:
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _stay_here(event: str, args: tuple[Any, ...]) -> None:
    if event in TO_AN_ADDRESS:
        opened, address = args
        if opened.family not in (socket.AF_INET, socket.AF_INET6) or address is None:
            return
        host = address[0]
    elif event in OF_A_NAME:
        host = args[0]
    else:
        return
    if not _is_here(host):
        pytest.fail(f"a test reached for the network: {event} {host}")  # not an Exception: nobody swallows it


sys.addaudithook(_stay_here)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests at the mercy of another process's timing get one second try, named in the closing lines (ADR 67)."""
    root = Path(__file__).parent
    for item in items:
        where = item.path.relative_to(root).as_posix()
        if item.get_closest_marker("browser") or where.startswith(OTHER_PROCESSES):
            item.add_marker(pytest.mark.flaky(reruns=1))
