"""Deterministic, fictitious production of a fictitious municipality: demo, tests and benchmarks."""

from ledi.sintetico.minimos import TIPOS, minimal

__all__ = ["TIPOS", "minimal"]
