"""Many fichas over several connections: sent as they come, in constant memory, stopped when nothing gets through."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ledi.pec.client import Client, Registro
from ledi.pec.outcomes import DECIDED, SERVER_DOWN, Action, Before, Outcome

_NOTHING = Before()
_TOO_MANY = 429
_AHEAD = 3  # for each connection, so that none waits while outcomes are written


@dataclass(frozen=True, slots=True)
class Item:
    """One ficha to be sent; `key` is the caller's."""

    registro: Registro
    before: Before = _NOTHING
    key: Any = None


class Transmission:
    """Iterate it: (item, outcome) as outcomes come, in any order, only of what was attempted.

    `items` is read in the caller's thread, a few ahead. It ends when `items` do, or early with `stopped_by` set:
    on a pause, on the stop of a lot, when the PEC is out of reach, and when nothing is decided any more (as many
    undecided in a row as there are connections, at least three). It ends, too, when the PEC asks to send more slowly
    (429; how long to wait is in the outcome). What was read and not attempted is in `unsent`.
    """

    def __init__(self, client: Client, items: Iterable[Item]) -> None:
        self._client = client
        self._items = iter(items)
        self._todo: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Item, Outcome | BaseException | None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self.stopped_by: Outcome | None = None
        self.unsent: list[Item] = []
        self._undecided = 0

    def __iter__(self) -> Generator[tuple[Item, Outcome], None, None]:
        workers = [
            threading.Thread(target=self._work, name=f"pec-{number}", daemon=True)
            for number in range(self._client.connections)
        ]
        for worker in workers:
            worker.start()
        try:
            yield from self._outcomes()
        finally:
            self._stop.set()
            for _ in workers:
                self._todo.put(None)
            for worker in workers:
                worker.join()

    def _outcomes(self) -> Iterator[tuple[Item, Outcome]]:
        flying = 0
        failure: BaseException | None = None
        while True:
            flying += self._feed(self._client.connections * _AHEAD - flying)
            if not flying:
                break
            item, outcome = self._done.get()
            flying -= 1
            if isinstance(outcome, BaseException):  # a defect: told after what is already out has come back
                failure = failure or outcome
                self._stop.set()
            elif outcome is None or not outcome.tentada:
                self.unsent.append(item)
            if isinstance(outcome, Outcome):
                self._look(outcome)
                if outcome.tentada:
                    yield item, outcome
        if failure is not None:
            raise failure

    def _feed(self, room: int) -> int:
        """Takes as many items as there is room for; none after a stop."""
        taken = 0
        while taken < room and not self._stop.is_set():
            item = next(self._items, None)
            if item is None:
                break
            self._todo.put(item)
            taken += 1
        return taken

    def _work(self) -> None:
        while (item := self._todo.get()) is not None:
            if self._stop.is_set():
                self._done.put((item, None))
                continue
            try:
                outcome = self._client.send(item.registro, item.before)
            except BaseException as error:
                self._done.put((item, error))
                continue
            if outcome.status == _TOO_MANY:
                self._stop.set()  # at once: whoever reads the outcomes may be slower than the next ficha
            self._done.put((item, outcome))

    def _look(self, outcome: Outcome) -> None:
        """Should the others still be sent?"""
        self._undecided = 0 if outcome.situacao in DECIDED else self._undecided + 1
        stuck = self._undecided >= max(3, self._client.connections)
        hopeless = outcome.action in (Action.PAUSE, Action.STOP) or outcome.cause in SERVER_DOWN
        if (hopeless or stuck or not outcome.tentada) and self.stopped_by is None:
            self.stopped_by = outcome
            self._stop.set()
