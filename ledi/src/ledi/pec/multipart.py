"""multipart/form-data, written for the client and read for the simulator. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ledi.errors import LediError

MAX_PARTS, MAX_HEAD = 20, 8 * 1024
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_PARAMETER = re.compile(r';\s*(name|filename)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))', re.IGNORECASE)


class MultipartError(LediError):
    """The body is not the form that its header says."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    content: bytes
    filename: str | None = None
    content_type: str = ""


def file_frame(boundary: str, name: str, filename: str) -> tuple[bytes, bytes]:
    """What goes before and after the bytes of a form that is one file."""
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return head.encode(), f"\r\n--{boundary}--\r\n".encode()


def form(fields: Mapping[str, str], boundary: str) -> bytes:
    """A form of texts."""
    made = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return ("".join(made) + f"--{boundary}--\r\n").encode()


class Buffer(Protocol):
    """bytes, or a mapped file: found in and sliced."""

    def find(self, sub: bytes, start: int = ..., /) -> int: ...

    def __getitem__(self, key: slice, /) -> bytes: ...


def parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form. MultipartError for what is none, is cut, or has too many."""
    return [_part(head, body[start:end]) for head, start, end in spans(content_type, body)]


def spans(content_type: str, body: Buffer) -> Iterator[tuple[bytes, int, int]]:
    """(header, start, end) of each part, nothing of the contents copied."""
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().lstrip().startswith("multipart/form-data") or not found:
        raise MultipartError("o corpo não é multipart/form-data com boundary")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    at = body.find(mark)
    if at < 0 or (at > 0 and body[at - 1 : at] != b"\n"):
        raise MultipartError("o corpo não começa pelo boundary declarado")
    at += len(mark)
    for _ in range(MAX_PARTS):
        if body[at : at + 2] == b"--":
            return
        end = body.find(b"\r\n" + mark, at)
        head_end = body.find(b"\r\n\r\n", at)
        if end < 0 or not 0 <= head_end <= end or head_end - at > MAX_HEAD:
            raise MultipartError("o multipart está cortado ou malformado")
        yield body[at:head_end], min(head_end + 4, end), end
        at = end + 2 + len(mark)
    raise MultipartError("o multipart tem partes demais")


def file_name_of(head: bytes) -> str | None:
    return _part(head, b"").filename


def _part(head: bytes, content: bytes) -> Part:
    lines = head.decode("utf-8", "replace").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    names = {
        key.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for key, quoted, bare in _PARAMETER.findall(
            ";" + headers.get("content-disposition", "").partition(";")[2]
        )
    }
    return Part(names.get("name", ""), content, names.get("filename"), headers.get("content-type", ""))
