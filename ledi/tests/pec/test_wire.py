"""HTTP as the client speaks it: what is read by the short way is what http.client reads, however the pieces come."""

from __future__ import annotations

import http.client
import io
import socket
from typing import Any

import pytest

from ledi.pec import wire
from ledi.pec.address import parse_address
from ledi.pec.answers import Answer

LONG = b"a" * 2_000
LINES = b"".join(b"X-%d: y\r\n" % n for n in range(100, 300))  # ten bytes each
PLAIN = {
    "created": b"HTTP/1.1 201 Created\r\nServer: x\r\nContent-Length: 0\r\n\r\n",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "a body": b'HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\nCONTENT-LENGTH:11\r\n\r\n{"a": "\xc3\xa7"}',
    "a cookie": b"HTTP/1.1 200 OK\r\nSet-Cookie: JSESSIONID=x; Path=/; HttpOnly\r\nContent-Length: 0\r\n\r\n",
    "latin": b"HTTP/1.1 500 Inv\xe1lido\r\nX-Aviso:  inv\xe1lido\t \r\nContent-Length: 3\r\n\r\nabc",
    "closing": b"HTTP/1.1 503 X\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    "long": b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + LONG,
}
ODD = {
    "two cookies": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
    "chunked": b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "chunked and a length": b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n"
    b"2\r\nok\r\n0\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
    "no content, and yet": b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
    "go on first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\nok",
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "folded": b"HTTP/1.1 200 OK\r\nX-A: um\r\n dois\r\nContent-Length: 2\r\n\r\nok",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "a line that is none": b"HTTP/1.1 200 OK\r\nsem dois pontos\r\nContent-Length: 2\r\n\r\nok",
    "the end is the closing": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nate o fim",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    "a signed length": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok",
    "a length that is none": b"HTTP/1.1 200 OK\r\nContent-Length: dois\r\n\r\nok",
    "many lines": b"HTTP/1.1 200 OK\r\n" + LINES[: 60 * 10] + b"Content-Length: 0\r\n\r\n",
    "too many lines": b"HTTP/1.1 200 OK\r\n" + LINES + b"\r\n",
    "cut in its head": b"HTTP/1.1 201 Created\r\nContent-Le",
    "cut in its body": b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nabc",
    "rubbish": b"lixo\r\n\r\n",
    "nothing": b"",
    "longer than is kept": b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n" + b"x" * 90_000,
}  # fmt: skip
ERRORS = (OSError, http.client.HTTPException, ValueError)


class Coming(io.RawIOBase):
    """A connection over which these pieces come, one at a time, and then its end."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)

    def readable(self) -> bool:
        return True

    def recv(self, size: int) -> bytes:
        if not self._pieces:
            return b""
        given, rest = self._pieces[0][:size], self._pieces[0][size:]
        self._pieces[:1] = [rest] if rest else []
        return given

    def readinto(self, buffer: Any) -> int:
        given = self.recv(len(buffer))
        buffer[: len(given)] = given
        return len(given)

    def makefile(self, *_: object, **__: object) -> Coming:
        return self


def read(*pieces: bytes) -> tuple[Answer, bool] | None:
    try:
        return wire.read_answer(Coming(*filter(None, pieces)))  # type: ignore[arg-type]
    except ERRORS:
        return None


@pytest.mark.parametrize("name", [*PLAIN, *ODD])
def test_however_it_comes_it_is_the_same_answer(name, monkeypatch):
    raw = (PLAIN | ODD)[name]
    whole = read(raw)
    places = {n for n in (1, 9, 12, 17, 40, len(raw) // 2, len(raw) - 1) if 0 < n < len(raw)}
    cut = [read(raw[:n], raw[n:]) for n in places]
    assert all(one == whole for one in cut)
    monkeypatch.setattr(wire, "_plain", lambda data: None)
    by_the_library = read(raw)
    assert by_the_library == whole


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_answer_is_read_at_once_and_nothing_odd_is(name, monkeypatch):
    def never(*_: object) -> None:
        raise AssertionError("read by the long way")

    monkeypatch.setattr(wire, "_any", never)
    assert read(PLAIN[name]) is not None


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_not_read_by_the_short_way(name):
    assert wire._plain(ODD[name][: 64 * 1024]) is None


@pytest.mark.parametrize(
    "raw, fit",
    [
        (PLAIN["created"], True),
        (PLAIN["closing"], False),
        (PLAIN["created"] + PLAIN["created"], False),
        (PLAIN["a body"] + b"x", False),
        (ODD["longer than is kept"], False),
    ],
)
def test_bytes_that_nobody_asked_for_are_never_taken_for_the_next_answer(raw, fit):
    found = read(raw)
    assert found is not None and found[1] is fit


def test_a_request_says_where_it_goes_and_how_long_it_is():
    for text, host in (
        ("https://pec.exemplo.gov.br", "pec.exemplo.gov.br"),
        ("https://pec.exemplo.gov.br:8443/esus", "pec.exemplo.gov.br:8443"),
        ("http://[::1]:9100", "[::1]:9100"),
    ):
        address = parse_address(text)
        made = wire.request(wire.request_head(address, "/api/x", {"Cookie": "a=b"}), b"um", b"", b"dois")
        first = f"POST {address.prefix}/api/x HTTP/1.1\r\nHost: {host}\r\nCookie: a=b\r\n"
        assert made == first.encode() + b"Content-Length: 6\r\n\r\numdois"


@pytest.mark.parametrize(
    "name, value", [("X", "a\r\nY: b"), ("X y", "a"), ("X", "a\0"), ("", "a"), ("X", "ç\u2028")]
)
def test_a_header_that_would_break_the_request_is_not_sent(name, value):
    with pytest.raises(ValueError, match="cannot be sent"):
        wire.request_head(parse_address("https://pec.exemplo.gov.br"), "/x", {name: value})


def test_an_answer_that_is_too_slow_is_an_error(monkeypatch):
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"HTTP/1.1 201 Created\r\nContent-")
        here.settimeout(0.05)
        with pytest.raises(TimeoutError):
            wire.read_answer(here)
