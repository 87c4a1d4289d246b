"""The records of a file worked on by several processes: what `many` calls when one is not enough."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from ledi.errors import LediError
from ledi.reading import Item, Raw, ready

R = TypeVar("R")
Unit = Raw | Item
Packed = tuple[str, bytes, bool] | Item
_CHUNK, _CHUNK_BYTES = 64, 1024 * 1024
_IN_FLIGHT_BYTES = 64 * 1024 * 1024
_work: Callable[[Item], Any]


def spread(units: Iterator[Unit], work: Callable[[Item], R], count: int) -> Iterator[tuple[Unit, R]]:
    way = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    pool = ProcessPoolExecutor(count, multiprocessing.get_context(way), initializer=_begin, initargs=(work,))
    waiting: deque[tuple[list[Unit], int, Future[list[R]]]] = deque()
    flying, failure = 0, None
    chunks = _chunks(units)
    try:
        while True:
            while failure is None and len(waiting) < 4 * count and flying < _IN_FLIGHT_BYTES:
                try:
                    chunk, size = next(chunks)
                except StopIteration:
                    break
                except (LediError, OSError) as error:
                    failure = error
                    break
                waiting.append((chunk, size, pool.submit(_do, [_packed(unit) for unit in chunk])))
                flying += size
            if not waiting:
                break
            chunk, size, done = waiting.popleft()
            yield from zip(chunk, done.result(), strict=True)
            flying -= size
    except BrokenProcessPool:
        raise LediError(
            "um processo de trabalho foi interrompido (falta de memória?): tente de novo com --processos 1"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
    if failure is not None:
        raise failure


def _chunks(units: Iterator[Unit]) -> Iterator[tuple[list[Unit], int]]:
    """Pieces of work; what was read before the reading failed is still given."""
    chunk: list[Unit] = []
    size = 0
    try:
        for unit in units:
            chunk.append(unit)
            size += len(unit.data) if isinstance(unit, Raw) else 1024
            if len(chunk) == _CHUNK or size >= _CHUNK_BYTES:
                yield chunk, size
                chunk, size = [], 0
    except (LediError, OSError):
        if chunk:
            yield chunk, size
        raise
    if chunk:
        yield chunk, size


def _begin(work: Callable[[Item], Any]) -> None:
    global _work
    _work = work


def _packed(unit: Unit) -> Packed:
    """A tuple travels at a third of the cost of an object."""
    return (unit.where, unit.data, unit.serialised) if isinstance(unit, Raw) else unit


def _do(chunk: list[Packed]) -> list[Any]:
    return [_work(ready(Raw(*unit) if isinstance(unit, tuple) else unit)) for unit in chunk]
