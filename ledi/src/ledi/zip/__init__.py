"""The zip that carries `.esus` files: written as a stream, read lazily and within limits."""

from ledi.zip.reader import Limits, Member, directory, entry_at, measure, read_package
from ledi.zip.writer import Entry, PackageWriter, SplitWriter, make_entry

__all__ = [
    "Entry",
    "Limits",
    "Member",
    "PackageWriter",
    "SplitWriter",
    "directory",
    "entry_at",
    "make_entry",
    "measure",
    "read_package",
]
