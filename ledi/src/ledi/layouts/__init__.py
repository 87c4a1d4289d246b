"""Layouts as data: `layout("8.7.0")` gives the frozen description of every ficha of that LEDI version."""

from ledi.layouts.loader import CURRENT, TIPOS, VERSIONS, layout, nearest, version_table
from ledi.layouts.model import ROLES, Block, Ficha, Field, Layout, Struct, Type
from ledi.versions import in_force, version_key

__all__ = [
    "CURRENT",
    "ROLES",
    "TIPOS",
    "VERSIONS",
    "Block",
    "Ficha",
    "Field",
    "Layout",
    "Struct",
    "Type",
    "in_force",
    "layout",
    "nearest",
    "version_key",
    "version_table",
]
