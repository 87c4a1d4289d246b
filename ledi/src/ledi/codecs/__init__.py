"""Mapping <-> bytes, driven by the layout: the Thrift form the PEC prefers and its XML twin."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledi.codecs import thrift as thrift
    from ledi.codecs import xml as xml


def __getattr__(name: str) -> ModuleType:
    """`codecs.xml` when it is first used: who judges a record in JSON reads no XML, and starts sooner."""
    if name in ("thrift", "xml"):
        return import_module(f"ledi.codecs.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
