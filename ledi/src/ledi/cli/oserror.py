"""What an OSError says, in Portuguese."""

import errno


class Unwritten(Exception):
    """The standard output took no more; its only argument is the OSError that said so."""


def os_words(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "o arquivo não existe"
    if isinstance(error, IsADirectoryError):
        return "é uma pasta, não um arquivo"
    if isinstance(error, PermissionError):
        return "sem permissão para abrir"
    return _WORDS.get(error.errno or 0) or error.strerror or "não pôde ser aberto"


_WORDS = {
    errno.ENOSPC: "não há espaço no disco",
    errno.EDQUOT: "não há espaço no disco para este usuário",
    errno.EFBIG: "o arquivo passou do tamanho que o sistema permite",
    errno.EROFS: "o disco é só de leitura",
    errno.EIO: "o disco deu um erro de leitura ou gravação",
    errno.ENOTDIR: "uma parte do caminho é um arquivo, não uma pasta",
    errno.EEXIST: "já existe um arquivo com este nome",
    errno.ENAMETOOLONG: "o nome é longo demais",
    errno.ELOOP: "há atalhos que apontam uns para os outros",
    errno.EMFILE: "há arquivos demais abertos",
    errno.EADDRINUSE: "já está em uso por outro programa",
    errno.EPIPE: "quem lia a saída parou de ler",
}
