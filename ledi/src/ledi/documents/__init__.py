"""Brazilian identifiers, one module each, with the functions of python-stdnum.

`compact` cleans what a person types into the form of the wire; `validate` takes the wire form only and
returns it or raises; `is_valid` says the same as a bool and never raises; `format` writes it for people
to read.
"""

from ledi.documents.errors import (
    DocumentError,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
)

__all__ = ["DocumentError", "InvalidChecksum", "InvalidComponent", "InvalidFormat", "InvalidLength"]
