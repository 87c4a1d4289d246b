"""A gzip body becomes plain lines, within limits. Nothing of Django here: large ones go to a process of their own."""

import gzip
import os
import zlib

from saude.comum.isolado import Recusado

PIECE = 1024 * 1024


def inflate(source: str, target: str, limit: int, most: int = 0) -> tuple[int, int]:
    """(bytes, line ends) written to `target`, synced; no further than where there are more than `most` lines,
    when it says so. Recusado: no whole gzip, or more bytes than `limit`."""
    size = lines = 0
    try:
        with gzip.open(source, "rb") as plain, open(target, "xb") as file:
            while piece := plain.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise Recusado("O corpo compactado se expande além do permitido.")
                file.write(piece)
                lines += piece.count(b"\n")
                if most and lines > most:
                    break
            file.flush()
            os.fsync(file.fileno())
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Recusado("O corpo não é um gzip íntegro.") from error
    return size, lines
