"""What can be wrong with what is sealed, in words for whoever keeps the installation. None quotes a key or a secret."""


class CofreError(Exception):
    """What is sealed cannot be read, or nothing can be sealed."""


class SemChave(CofreError):
    """There is no key, or it cannot be used."""


class ChaveErrada(CofreError):
    """Sealed with a key that is not here."""

    def __init__(self, key_id: str) -> None:
        self.key_id = key_id
        super().__init__(
            f"Isto foi cifrado com a chave {key_id}, que não está nesta instalação. Traga de volta o arquivo da chave "
            "(ou ponha-a em SAUDE_CHAVES): sem ela o conteúdo não pode ser lido por ninguém."
        )


class Danificado(CofreError):
    """Not whole: a byte changed, cut short, out of place, or sealed for another purpose."""
