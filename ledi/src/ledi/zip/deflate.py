"""Raw deflate and CRC-32 of one entry: by ISA-L where it is installed (the extra `ledi[rapido]`), else by zlib.

Both inflate to the same content. The deflated bytes differ between the two, and between releases of either: `BACKEND`
says which made them. A place without compiled packages (Pyodide, musl, a Python just out) has zlib always.
"""

from __future__ import annotations

import zlib
from typing import Literal

try:
    from isal import isal_zlib
except ImportError:
    isal_zlib = None  # type: ignore[assignment]

LEVEL = 1  # of ISA-L, 0 to 3: a third of the time of zlib's level 6, and 2 % larger
ZLIB_LEVEL = 6  # zlib's own habit: its lower levels gain little here

BACKEND: Literal["isa-l", "zlib"] = "zlib" if isal_zlib is None else "isa-l"


def deflate(data: bytes, level: int = LEVEL) -> bytes:
    """Raw deflate, the same bytes for the same input and backend. `level`: 0 to 3, as ISA-L counts; zlib has one."""
    if isal_zlib is None:
        return zlib.compress(data, ZLIB_LEVEL, -15)
    return bytes(isal_zlib.compress(data, level, -15))


def crc32(data: bytes) -> int:
    """CRC-32 as zip wants it, unsigned."""
    return zlib.crc32(data) if isal_zlib is None else int(isal_zlib.crc32(data))


def inflates_to(data: bytes, crc: int, size: int) -> bool:
    """The deflated bytes are whole: they give `size` bytes of that CRC-32. False for anything else, never an error."""
    engine = zlib if isal_zlib is None else isal_zlib
    try:
        content = engine.decompress(data, -15)
    except (zlib.error, engine.error):
        return False
    return len(content) == size and crc32(content) == crc
