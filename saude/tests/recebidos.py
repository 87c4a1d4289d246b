"""What is inside a body that was received: sealed on disk, as it came to who opens it."""

from pathlib import Path

from saude.cofre.chaves import read_file
from saude.cofre.leitor import open_sealed_file
from saude.recebimento.guardados import purpose_of


def inside(path: Path) -> bytes:
    """Fails when it lies in clear."""
    keys = read_file(path.parents[1] / "cofre" / "chaves")
    with open_sealed_file(path.open("rb"), purpose_of(path), keys=keys) as file:
        return file.read()
