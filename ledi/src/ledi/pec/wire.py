"""HTTP/1.1 as the client speaks it: a request is one write; an answer is read by http.client.

But for the answer that nearly every one is, whole in the first piece and with nothing odd about it: that is read here,
at a fifth of the work. Whatever is not so (cut, chunked, folded, repeated, too long, HTTP/1.0) is http.client's.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Mapping
from http.client import HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any

from ledi.pec.address import Address
from ledi.pec.answers import Answer

KEPT = 64 * 1024  # bytes of an answer's body that are read
_PIECE = 64 * 1024
_MANY = 50  # lines of a head; more are http.client's to judge
_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT = r"[\t\x20-\x7e\x80-\xff]*"
_FIELD = re.compile(f"{_NAME}: {_TEXT}")
_HEAD = re.compile(
    rf"HTTP/1\.1 ([2-5][0-9]{{2}})(?: {_TEXT})?\r\n((?:{_NAME}:{_TEXT}\r\n){{1,{_MANY}}})\r\n".encode(
        "latin-1"
    )
)
_LENGTH = re.compile(r"[0-9]{1,9}")
_EMPTY = (204, 304)


def request_head(address: Address, path: str, headers: Mapping[str, str]) -> bytes:
    """A POST up to the length of its body (`request`). ValueError for a header that would break it."""
    host = str(Address(address.scheme, address.host, address.port)).partition("://")[2]
    lines = [f"POST {address.prefix}{path} HTTP/1.1", f"Host: {host}"]
    for name, value in headers.items():
        line = f"{name}: {value}"
        if not _FIELD.fullmatch(line):
            raise ValueError(f"a header that cannot be sent: {name!r}")
        lines.append(line)
    return "\r\n".join((*lines, "Content-Length: ")).encode("latin-1")


def request(head: bytes, *body: bytes) -> bytes:
    return b"".join((head, b"%d\r\n\r\n" % sum(map(len, body)), *body))


def read_answer(sock: socket.socket) -> tuple[Answer, bool]:
    """The answer, and whether the connection is fit for the next. Raises OSError, HTTPException, ValueError."""
    first = sock.recv(_PIECE)
    if not first:
        raise RemoteDisconnected("closed without an answer")
    return _plain(first) or _any(sock, first)


def _plain(data: bytes) -> tuple[Answer, bool] | None:
    """Of an answer that is all there, in the form that leaves no doubt where it ends."""
    found = _HEAD.match(data)
    if found is None:
        return None
    headers: dict[str, str] = {}
    lines = found[2].decode("latin-1").split("\r\n")
    del lines[-1]
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.lstrip(" \t")
    status, length = int(found[1]), headers.get("content-length", "")
    if len(headers) < len(lines) or "transfer-encoding" in headers or status in _EMPTY:
        return None
    end = found.end() + int(length) if _LENGTH.fullmatch(length) else len(data) + 1
    if end > len(data):
        return None
    cookies = (headers["set-cookie"],) if "set-cookie" in headers else ()
    answer = Answer(status, headers, data[found.end() : end], cookies=cookies)
    # bytes that nobody asked for would be taken for the next answer
    return answer, end == len(data) and "close" not in headers.get("connection", "").lower()


def _any(sock: socket.socket, first: bytes) -> tuple[Answer, bool]:
    found = HTTPResponse(_Begun(sock, first), method="POST")  # type: ignore[arg-type]
    try:
        found.begin()
        body = found.read(KEPT + 1)
        cut = len(body) > KEPT
        if not cut and (found.length or _has_no_end(found)):
            raise IncompleteRead(body, found.length)
        # what is left of an answer is not read, so the next one could not be found
        fit = found.isclosed() and not found.will_close and found.status >= 200
        headers = {name.lower(): value for name, value in found.headers.items()}
        cookies = tuple(found.headers.get_all("set-cookie") or ())
        return Answer(found.status, headers, body[:KEPT], cut, cookies), fit
    finally:
        found.close()


def _has_no_end(found: HTTPResponse) -> bool:
    """An answer that nothing says the end of may have been cut anywhere, even in its headers."""
    headers = found.headers
    if "content-length" in headers or "transfer-encoding" in headers or found.status in _EMPTY:
        return False
    return not headers or (found.version == 11 and headers.get("connection", "").lower() != "close")


class _Begun:
    """A connection of which the first bytes were read already, as http.client takes it."""

    def __init__(self, sock: socket.socket, first: bytes) -> None:
        self._sock, self._first = sock, first

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(_Rest(self._sock.makefile("rb", buffering=0), self._first))


class _Rest(io.RawIOBase):
    def __init__(self, raw: Any, first: bytes) -> None:
        self._raw, self._first = raw, first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if not self._first:
            return self._raw.readinto(buffer)  # type: ignore[no-any-return]
        n = min(len(buffer), len(self._first))
        buffer[:n], self._first = self._first[:n], self._first[n:]
        return n

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
