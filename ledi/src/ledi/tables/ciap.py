"""CIAP2 codes: those of the official table CIAP2 x CID10, and the process codes ("Procedimentos") that it leaves out.

In the classification each chapter has the same numbers: 01 to 29 symptoms, 30 to 69 processes, 70 to 99 diagnoses.
"""

from __future__ import annotations

from ledi.tables import closed

CHAPTERS = "ABDFHKLNPRSTUWXYZ"
PROCEDIMENTOS: tuple[str, ...] = tuple(
    f"{chapter}{number}" for chapter in CHAPTERS for number in range(30, 70)
)
_PROCEDIMENTOS = frozenset(PROCEDIMENTOS)


def exists(code: str) -> bool:
    """Is this a code that some chapter has?"""
    return code in closed.codes("ciap2") or code in _PROCEDIMENTOS
