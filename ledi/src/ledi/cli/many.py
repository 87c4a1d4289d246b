"""Work on the records of a file by several processes: order kept, memory bounded, nothing lost when one dies."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import Any, TypeVar

from ledi.errors import LediError
from ledi.reading import Item, Raw, Records, ready

R = TypeVar("R")
Unit = Raw | Item
#: below this many records a second process costs more than it gives
ALONE = 400
_CHUNK, _CHUNK_BYTES = 64, 1024 * 1024
_IN_FLIGHT_BYTES = 64 * 1024 * 1024
_work: Callable[[Item], Any]


def add_processes_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--processos", type=_count, metavar="N",
        help="processos de trabalho (padrão: os núcleos da máquina; 1 para a entrada padrão)",
    )  # fmt: skip


def _count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("deve ser um número de 1 a 64")
    return number


def in_order(
    path: str, records: Records, work: Callable[[Item], R], *, processes: int | None
) -> Iterator[tuple[Unit, R]]:
    """(unit, work(its record)) for each record of a file, in its order.

    `work` must be a picklable callable. `processes` None: the machine's cores for a file, one for what flows in
    (whoever writes it waits for the answer). What the reading raises comes after the records before it.
    """
    count = processes or (1 if path == "-" or not os.path.isfile(path) else _cores())
    units = _counted(records.units()) if sys.stderr.isatty() and not sys.stdout.isatty() else records.units()
    if count == 1:
        for unit in units:
            yield unit, work(ready(unit))
        return
    head: list[Unit] = []
    failure: Exception | None = None
    try:
        head.extend(islice(units, ALONE))
    except (LediError, OSError) as error:
        failure = error
    if failure is not None or len(head) < ALONE:
        for unit in head:
            yield unit, work(ready(unit))
        if failure is not None:
            raise failure
        return
    yield from _spread(chain(head, units), work, count)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _spread(units: Iterator[Unit], work: Callable[[Item], R], count: int) -> Iterator[tuple[Unit, R]]:
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
                waiting.append((chunk, size, pool.submit(_do, chunk)))
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


def _do(chunk: list[Unit]) -> list[Any]:
    return [_work(ready(unit)) for unit in chunk]


def _counted(units: Iterator[Unit]) -> Iterator[Unit]:
    """Tells on the terminal how many have been read, five times a second."""
    began = told = time.monotonic()
    number = 0
    try:
        for number, unit in enumerate(units, 1):
            yield unit
            now = time.monotonic()
            if now - told >= 0.2:
                told = now
                rate = number / (now - began)
                sys.stderr.write(f"\r{number} registros lidos, {rate:.0f} por segundo")
                sys.stderr.flush()
    finally:
        if told != began:
            sys.stderr.write("\r\x1b[K")
