"""Work on the records of a file by several processes: order kept, memory bounded, nothing lost when one dies."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TypeVar

from ledi.errors import LediError
from ledi.reading import Item, Raw, Records, ready

R = TypeVar("R")
Unit = Raw | Item
#: below this many records a second process costs more than it gives
ALONE = 400


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
    from ledi.cli.pool import spread  # noqa: PLC0415 (multiprocessing: a sixth of the start, for many records only)

    yield from spread(chain(head, units), work, count)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
