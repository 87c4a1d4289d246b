"""A sealed gzip body becomes sealed lines, within limits. Nothing of Django here: large ones go to a process of their
own, which gets the keys of these two files and no other; nothing plain touches the disk."""

import errno
import gzip
import os
import zlib

from saude.cofre.erros import Danificado
from saude.cofre.leitor import open_sealed_file
from saude.cofre.pedacos import FileKey, SealedWriter
from saude.comum.gravar import private
from saude.comum.isolado import Recusado

PIECE = 1024 * 1024


def inflate(
    source: str, source_key: str, target: str, target_key: str, limit: int, most: int = 0
) -> tuple[int, int]:
    """(bytes, line ends) sealed into `target`, synced; no further than where there are more than `most` lines,
    when it says so. Recusado: no whole gzip, or more bytes than `limit`."""
    size = lines = 0
    try:
        with (
            open_sealed_file(open(source, "rb"), FileKey.of(source_key)) as packed,
            gzip.open(packed, "rb") as plain,
            open(target, "xb", opener=private) as out,
            SealedWriter(out, FileKey.of(target_key)) as file,
        ):
            while piece := plain.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise Recusado("O corpo compactado se expande além do permitido.")
                file.write(piece)
                lines += piece.count(b"\n")
                if most and lines > most:
                    break
            file.close()
            out.flush()
            os.fsync(out.fileno())
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Recusado("O corpo não é um gzip íntegro.") from error
    except Danificado as damaged:  # what was written a moment ago: the disk's doing, not the sender's
        raise OSError(errno.EIO, os.strerror(errno.EIO)) from damaged
    return size, lines
