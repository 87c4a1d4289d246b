"""Readers of the files in which the Ministry of Health publishes its tables: SIGTAP and CNES."""

from ledi.referencias.errors import ReferenciaError

__all__ = ["ReferenciaError"]
