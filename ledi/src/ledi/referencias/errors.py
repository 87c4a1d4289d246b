"""One error for all readers: which file, which line, what is wrong, what to do."""

from ledi.errors import TableError


class ReferenciaError(TableError):
    """A published file that cannot be trusted. `line` counts from 1; None when the whole file is at fault."""

    def __init__(self, reason: str, file: str = "", line: int | None = None) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        where = file + (f", linha {line}" if line is not None else "")
        super().__init__(f"{where}: {reason}" if where else reason)
