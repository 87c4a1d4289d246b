"""What an OSError says, in Portuguese."""

import errno


def os_words(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "o arquivo não existe"
    if isinstance(error, IsADirectoryError):
        return "é uma pasta, não um arquivo"
    if isinstance(error, PermissionError):
        return "sem permissão para abrir"
    if error.errno == errno.ENOSPC:
        return "não há espaço no disco"
    return error.strerror or "não pôde ser aberto"
