"""Errors of the identifiers. Messages never carry the value: it names a person."""

from ledi.errors import LediError


class DocumentError(LediError, ValueError):
    """An identifier that is not valid."""


class InvalidFormat(DocumentError):
    """Characters that the identifier does not have, or not a text."""


class InvalidLength(DocumentError):
    """Too short or too long."""


class InvalidChecksum(DocumentError):
    """Check digits do not match."""


class InvalidComponent(DocumentError):
    """A part of the identifier has a value that is never issued."""
