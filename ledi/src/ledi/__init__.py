"""LEDI in Python: what a record of the e-SUS APS is, which rules it must meet, how it becomes bytes.

The names of `__all__` are the stable API (README.md, "O que é estável"); each is loaded when it is first asked for,
so that a program pays for what it uses.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ledi.envelope import Envelope, Instalacao, unwrap, unwrap_any, unwrap_xml
    from ledi.errors import LediError
    from ledi.findings import Finding, Report, Severidade, Situacao
    from ledi.layouts import CURRENT, VERSIONS, layout
    from ledi.processing import Processed, finish, prepare, process
    from ledi.reading import read_records
    from ledi.recast import convert
    from ledi.referencias.memory import load as load_tables
    from ledi.schema import record_schema
    from ledi.tables.port import Tables
    from ledi.validation import validate
    from ledi.zip import Entry, PackageWriter, SplitWriter, make_entry, read_package

__version__ = "0.1.0"

__all__ = [
    "CURRENT",
    "VERSIONS",
    "Entry",
    "Envelope",
    "Finding",
    "Instalacao",
    "LediError",
    "PackageWriter",
    "Processed",
    "Report",
    "Severidade",
    "Situacao",
    "SplitWriter",
    "Tables",
    "__version__",
    "convert",
    "finish",
    "layout",
    "load_tables",
    "make_entry",
    "prepare",
    "process",
    "read_package",
    "read_records",
    "record_schema",
    "unwrap",
    "unwrap_any",
    "unwrap_xml",
    "validate",
]

_HOMES = {
    "ledi.envelope": ("Envelope", "Instalacao", "unwrap", "unwrap_any", "unwrap_xml"),
    "ledi.errors": ("LediError",),
    "ledi.findings": ("Finding", "Report", "Severidade", "Situacao"),
    "ledi.layouts": ("CURRENT", "VERSIONS", "layout"),
    "ledi.processing": ("Processed", "finish", "prepare", "process"),
    "ledi.reading": ("read_records",),
    "ledi.recast": ("convert",),
    "ledi.referencias.memory": ("load",),
    "ledi.schema": ("record_schema",),
    "ledi.tables.port": ("Tables",),
    "ledi.validation": ("validate",),
    "ledi.zip": ("Entry", "PackageWriter", "SplitWriter", "make_entry", "read_package"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_RENAMED = {"load_tables": "load"}  # short among its own, not among all


def __getattr__(name: str) -> Any:
    inner = _RENAMED.get(name, name)
    if name not in __all__ or inner not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[inner]), inner)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
