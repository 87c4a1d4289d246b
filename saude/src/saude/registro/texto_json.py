"""The JSON text of a record: read, kept, summarised.

orjson does it ten times as fast as the standard library, but takes the last of two equal names, rounds huge
integers and writes NaN as null. So its word counts only where it gives back, byte for byte, what it read, or
where the record holds none of that; everything else goes the careful way.
"""

import json
from hashlib import blake2b
from typing import Any

import orjson

from ledi.lists import MAX_DEPTH

#: what a kept summary was made of, before orjson made it
_BEFORE: dict[str, Any] = {"sort_keys": True, "separators": (",", ":")}


def nested_too_deep(record: Any) -> bool:
    """What `ledi.lists.too_deep` says of a text, of a value already read; stops as soon as it knows."""
    level = [record]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for node in level
            if isinstance(node, (dict, list))
            for inner in (node.values() if isinstance(node, dict) else node)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def read(line: bytes) -> tuple[Any, str] | None:
    """The record of a compact line, and the line as text; None: let the careful reader say."""
    try:
        record = orjson.loads(line)
        return (record, line.decode()) if orjson.dumps(record) == line else None
    except (ValueError, TypeError):
        return None


def load(text: str) -> Any:
    """The record of a kept text."""
    quick = read(text.encode("utf-8", "surrogatepass"))
    return quick[0] if quick else json.loads(text)


def dump(record: Any) -> str:
    """The record as it is kept. NaN stays NaN: what came is what is shown."""
    if (quick := _quick(record)) is not None:
        return quick.decode()
    kept = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    try:
        kept.encode()
    except UnicodeEncodeError:  # a lone surrogate
        kept = json.dumps(record, separators=(",", ":"))
    return kept


def digest(record: Any) -> bytes:
    """Same content, same digest, whatever the order of the keys and the spelling."""
    canonical = _quick(record, orjson.OPT_SORT_KEYS)
    if canonical is None:
        return digest_before(record)
    return blake2b(canonical, digest_size=16).digest()


def digest_before(record: Any) -> bytes:
    """As fichas of the first months are summarised."""
    return blake2b(json.dumps(record, **_BEFORE).encode(), digest_size=16).digest()


def _quick(record: Any, option: int = 0) -> bytes | None:
    """None when orjson refuses, or may have written null for a number that is none."""
    try:
        text = orjson.dumps(record, option=option)
    except TypeError:
        return None
    return None if b"null" in text and _odd(record) else text


def _odd(node: Any) -> bool:
    """A NaN or an infinity in it."""
    if isinstance(node, float):
        return node != node or node in (float("inf"), float("-inf"))
    if isinstance(node, dict):
        return any(map(_odd, node.values()))
    return isinstance(node, list) and any(map(_odd, node))


def legible(text: str) -> Any:
    """The kept text of a record, for a page: half a surrogate pair, which no page can say, is a “?”."""
    return json.loads(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
