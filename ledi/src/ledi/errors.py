"""Errors of the library.

Messages are for the user, in Portuguese, and never carry values of the record (they are health data): they
name the place, what is wrong and, where it helps, how to mend it.
"""


class LediError(Exception):
    """Base of every error the library raises on purpose."""


class UnknownVersion(LediError):
    """The LEDI version asked for is not among the layouts shipped."""


class UnknownTipo(LediError):
    """No ficha has this tipo, or this tipoDadoSerializado."""


class TableError(LediError):
    """A reference table is absent or cannot be read."""


class PackageError(LediError):
    """A zip that cannot be written, or that is corrupt or hostile when read."""


class InstallationError(LediError):
    """Data of the installation that make the PEC discard every record sent with them."""


class EncodeError(LediError):
    """A value that has no place on the wire. `path` is the wire path from the root given to the encoder."""

    def __init__(self, reason: str, path: str = "") -> None:
        self.reason = reason
        self.path = path
        super().__init__(f"{path}: {reason}" if path else reason)


class DecodeError(LediError):
    """Bytes that are not what they say. `offset` counts from the start of the data given to the decoder."""

    def __init__(self, reason: str, path: str = "", offset: int | None = None) -> None:
        self.reason = reason
        self.path = path
        self.offset = offset
        where = [path] if path else []
        if offset is not None:
            where.append(f"byte {offset}")
        super().__init__(f"{reason} (em {', '.join(where)})" if where else reason)


class ConversionError(LediError):
    """A record that cannot be put in another version."""


class LayoutError(LediError):
    """The layout data files contradict themselves (a defect of the library, not of the record)."""


class PathError(LediError):
    """A path that is none, or that leads nowhere in this record."""
