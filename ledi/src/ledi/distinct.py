"""What was seen before, in little memory."""

from __future__ import annotations

from array import array


class HashSet:
    """A set of 64-bit hashes in 8 bytes per slot (a set of str takes some 150 per text).

    Two different texts would have to share 64 bits of a keyed hash to be taken for one: for a million texts,
    once in 40 million runs.
    """

    def __init__(self) -> None:
        self._mask = 1023
        self._slots = array("q", bytes(8 * (self._mask + 1)))
        self._used = 0

    def add(self, key: int) -> bool:
        """False when it was there."""
        key = key or 1  # 0 marks a free slot
        slots, mask = self._slots, self._mask
        at = key & mask
        while slots[at]:
            if slots[at] == key:
                return False
            at = (at + 1) & mask
        slots[at] = key
        self._used += 1
        if self._used * 3 > mask * 2:
            self._grow()
        return True

    def _grow(self) -> None:
        old = self._slots
        self._mask = mask = 2 * self._mask + 1
        self._slots = slots = array("q", bytes(8 * (mask + 1)))
        for key in old:
            if key:
                at = key & mask
                while slots[at]:
                    at = (at + 1) & mask
                slots[at] = key
