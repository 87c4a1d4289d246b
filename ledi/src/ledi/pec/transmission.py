"""Many fichas over several connections: sent as they come, in constant memory, stopped when nothing gets through."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ledi.pec.client import Client, Registro
from ledi.pec.outcomes import DECIDED, SERVER_DOWN, Action, Before, Cause, Outcome

_NOTHING = Before()
_TOO_MANY = 429
_HEAVY = 32 * 1024 * 1024  # bytes read ahead, however few fichas that is
_PLENTY, _BREATH = (
    8,
    0.004,
)  # with so many left to send for each connection, outcomes are let to gather: seconds


@dataclass(frozen=True, slots=True)
class Item:
    """One ficha to be sent; `key` is the caller's."""

    registro: Registro
    before: Before = _NOTHING
    key: Any = None


class Transmission:
    """Iterate it: (item, outcome) as outcomes come, in any order, only of what was attempted.

    `items` is read in the caller's thread, `ahead` for each connection, so that none waits while the caller is busy
    with outcomes. It ends when `items` do, when the caller says `stop`, or early with `stopped_by` set: on a pause, on
    the stop of a lot, when the PEC is out of reach, and when nothing is decided any more (as many undecided in a row as
    there are connections, at least three). It ends, too, when the PEC asks to send more slowly (429; how long to wait
    is in the outcome). What was read and not attempted is in `unsent`.
    """

    def __init__(self, client: Client, items: Iterable[Item], *, ahead: int = 3) -> None:
        self._client = client
        self._items = iter(items)
        self._ahead = client.connections * ahead
        self._todo: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Item, Outcome | BaseException | None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.stopped_by: Outcome | None = None
        self.unsent: list[Item] = []
        self._undecided = 0
        self._flying = self._weight = 0  # fichas, and their bytes, given to the connections and not come back

    def stop(self) -> None:
        """Nothing more is sent; what is on its way comes back."""
        self._stop.set()

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
        failure: BaseException | None = None
        while True:
            self._feed()
            if not self._flying:
                break
            if self._todo.qsize() > self._client.connections * _PLENTY:
                self._stop.wait(_BREATH)  # to be woken for each would cost more than the rest of it
            for item, outcome in self._come():
                self._flying -= 1
                self._weight -= len(item.registro.dados)
                if isinstance(outcome, BaseException):
                    failure = failure or outcome  # a defect: told after what is already out has come back
                elif outcome is None or not outcome.tentada:
                    self.unsent.append(item)
                else:
                    yield item, outcome
        if failure is not None:
            raise failure

    def _come(self) -> Iterator[tuple[Item, Outcome | BaseException | None]]:
        """At least one, and those that are there already."""
        yield self._done.get()
        for _ in range(self._done.qsize()):  # this thread alone takes
            yield self._done.get()

    def _feed(self) -> None:
        """Takes as many items as there is room for; none after a stop."""
        while self._flying < self._ahead and self._weight < _HEAVY and not self._stop.is_set():
            item = next(self._items, None)
            if item is None:
                break
            self._flying += 1
            self._weight += len(item.registro.dados)
            self._todo.put(item)

    def _work(self) -> None:
        while (item := self._todo.get()) is not None:
            if self._stop.is_set():
                self._done.put((item, None))
                continue
            try:
                outcome = self._client.send(item.registro, item.before)
            except BaseException as error:
                self._stop.set()
                self._done.put((item, error))
                continue
            self._look(outcome)
            self._done.put((item, outcome))

    def _look(self, outcome: Outcome) -> None:
        """Should the others still be sent? Asked at once: whoever reads the outcomes may be slower than the next one.

        Strange answers in a row are the client's to judge, which pauses at the third.
        """
        decided = outcome.situacao in DECIDED
        if decided and not self._undecided:
            return
        with self._lock:
            if decided:
                self._undecided = 0
                return
            self._undecided += outcome.cause is not Cause.ESTRANHA
            stuck = self._undecided >= max(3, self._client.connections)
            hopeless = outcome.action in (Action.PAUSE, Action.STOP) or outcome.cause in SERVER_DOWN
            if (hopeless or stuck or not outcome.tentada) and self.stopped_by is None:
                self.stopped_by = outcome
                self._stop.set()
        if outcome.status == _TOO_MANY:
            self._stop.set()
