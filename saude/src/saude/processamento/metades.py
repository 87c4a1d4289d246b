"""Many at once; when one of them cannot be done, halves, until it stands alone and the others are done."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import transaction

from saude.banco.perda import AWAY, transaction_lost

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_halves(
    items: Sequence[Item], do: Callable[[Sequence[Item]], Done], alone: Callable[[Item, Exception], Done]
) -> list[Done]:
    """What `do` returned of each part, in order; `alone` answers for the one that it failed with.

    Each part is a transaction of its own inside the caller's. The database's own trouble is no item's: it goes up,
    and the whole is tried again.
    """
    if not items:
        return []
    try:
        with transaction.atomic():
            return [do(items)]
    except AWAY:
        raise
    except Exception as error:
        if transaction_lost():
            raise
        if len(items) == 1:
            return [alone(items[0], error)]
        half = len(items) // 2
        return [*in_halves(items[:half], do, alone), *in_halves(items[half:], do, alone)]
