"""How often an address may have a password hashed: hashing costs a core a third of a second, and anybody may ask.

In memory, per process of the site. Who enters gets the try back, so a post whose people all leave by one address
is not held up; only failures count.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address, ip_network

TRIES = 20  # failures at once
EVERY = 3.0  # seconds until one more is allowed
ADDRESSES = 10_000  # remembered
HASHING, INSIDE = 4, 6  # passwords hashed at the same time; threads that hash or wait for it
BUSY = 5  # seconds to wait when too many enter at once


class Ritmo:
    """A bucket of tries per address, filled up by time (of a clock that nobody sets)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._full_at: dict[str, float] = {}  # when the bucket of an address is full again
        self._inside = threading.BoundedSemaphore(INSIDE)
        self._hashing = threading.BoundedSemaphore(HASHING)

    @contextmanager
    def attempt(self, address: str) -> Iterator[int]:
        """Seconds to wait, 0 when the password may be hashed now."""
        if wait := self._take(address):
            yield wait
        elif not self._inside.acquire(blocking=False):
            self.give_back(address)
            yield BUSY
        else:
            try:
                with self._hashing:
                    yield 0
            finally:
                self._inside.release()

    def give_back(self, address: str) -> None:
        with self._lock:
            if (found := self._full_at.get(_network(address))) is not None:
                self._full_at[_network(address)] = found - EVERY

    def forget(self) -> None:
        with self._lock:
            self._full_at.clear()

    def _take(self, address: str) -> int:
        key, now = _network(address), time.monotonic()
        with self._lock:
            if len(self._full_at) >= ADDRESSES:
                self._full_at = {k: v for k, v in self._full_at.items() if v > now}
            full = max(now, self._full_at.get(key, now)) + EVERY
            over = full - now - TRIES * EVERY
            if over > 1e-6:
                return int(over) + 1
            if key in self._full_at or len(self._full_at) < ADDRESSES:
                self._full_at[key] = full
            return 0


def _network(address: str) -> str:
    """An IPv6 customer has 2**64 addresses: they count as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


ritmo = Ritmo()
