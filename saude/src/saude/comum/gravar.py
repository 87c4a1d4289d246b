"""Files that are nobody else's to read, and that stand after a fall."""

import os
from pathlib import Path


def private(path: str, flags: int) -> int:
    """An `opener` of `open`: 0600 from the first byte."""
    return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """After a file got its name there: the name stands, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
