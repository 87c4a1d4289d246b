"""stub"""

from __future__ import annotations
from random import Random
from typing import Any


def estraga(registro: dict[str, Any], rng: Random, local: Any) -> tuple[str, ...]:
    return ()
