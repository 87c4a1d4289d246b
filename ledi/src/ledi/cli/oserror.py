"""What an OSError says, in Portuguese."""


def os_words(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "o arquivo não existe"
    if isinstance(error, IsADirectoryError):
        return "é uma pasta, não um arquivo"
    if isinstance(error, PermissionError):
        return "sem permissão para abrir"
    return error.strerror or "não pôde ser aberto"
