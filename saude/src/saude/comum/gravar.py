"""Files that are nobody else's to read, and that stand after a fall."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

LEFT = re.compile(r"\..+\.[a-z0-9_]{8}\.parcial")  # as `aside` names them


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


@contextlib.contextmanager
def aside(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, 0600, that no other process writes, even one that makes the same; gone at the end,
    under whatever name it was kept. What killed ones left is removed on the way. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    partial, held = _held(path)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)
        os.close(held)


def _held(path: Path) -> tuple[Path, int]:
    while True:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".parcial", dir=path.parent)
        _alone(descriptor)
        if os.path.exists(name):  # not swept between the two
            return Path(name), descriptor
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for left in folder.glob(".*.parcial"):
        if not LEFT.fullmatch(left.name):
            continue
        with contextlib.suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY)
            try:
                if _alone(descriptor):
                    left.unlink(missing_ok=True)
            finally:
                os.close(descriptor)


def _alone(descriptor: int) -> bool:
    """The kernel frees the lock of a process that was killed."""
    try:
        import fcntl  # noqa: PLC0415 (Unix only)

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
