"""Layouts as data: `layout("8.7.0")` gives the frozen description of every ficha of that LEDI version."""

from ledi.layouts.loader import CURRENT, TIPOS, VERSIONS, layout, nearest
from ledi.layouts.model import ROLES, Block, Doubt, Ficha, Field, Layout, Struct, Type
from ledi.layouts.releases import Release, newest_for, releases
from ledi.versions import in_force, version_key

__all__ = [
    "CURRENT",
    "ROLES",
    "TIPOS",
    "VERSIONS",
    "Block",
    "Doubt",
    "Ficha",
    "Field",
    "Layout",
    "Release",
    "Struct",
    "Type",
    "in_force",
    "layout",
    "nearest",
    "newest_for",
    "releases",
    "version_key",
]
