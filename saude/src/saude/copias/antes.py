"""Before a migration of an installation that is in use: a copy of it as it was, read back, told where it is.

It lies in SAUDE_COPIAS, or in SAUDE_DADOS/copias; its name keeps it apart from those of every night. The way back
is `saude restaurar ARQ --sem-migrar`, then the version of before.
"""

import logging
import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.migrations.executor import MigrationExecutor

from saude.banco.erros import EmbeddedServerError
from saude.cofre import chaves
from saude.cofre.erros import CofreError
from saude.comum import disco
from saude.comum.texto import grouped
from saude.copias import agenda
from saude.copias.copiar import take
from saude.copias.formato import CopiaError

log = logging.getLogger(__name__)
NAME = "antes-de-atualizar"
KEPT = 3
USED = ("contas_usuario", "cadastros_entidade")


def pending(connection: Any) -> bool:
    """The database is not of this version yet."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def needed(connection: Any, *, elsewhere: bool = False) -> bool:
    """Something will change (`elsewhere`: another state than the newest was asked for), and there are data."""
    if not elsewhere and not pending(connection):
        return False
    with connection.cursor() as cursor:
        for table in USED:
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone()[0] is None:
                continue
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            if cursor.fetchone()[0]:
                return True
    return False


def folder() -> Path:
    return agenda.folder() or Path(settings.DADOS) / "copias"


def copy_first() -> tuple[Path, dict[str, Any]]:
    """Raises CopiaError, in words that say why it was not made and what to do."""
    place = folder()
    path = place / f"{NAME}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{agenda.SUFFIX}"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys, own = _keys()
        found = take(path, keys=keys, com_chaves=own)
    except (CopiaError, CofreError, EmbeddedServerError, OSError) as error:
        why = (
            f"A pasta {place} não pôde ser usada. {disco.reason(error)}"
            if isinstance(error, OSError)
            else str(error)
        )
        raise CopiaError(
            f"Nada foi atualizado: antes de mudar o banco é feita uma cópia, e ela não ficou pronta. {why} "
            "Resolva e peça de novo; SAUDE_COPIAS põe a cópia em outro disco. Se já tem outra, conferida: "
            "`saude migrate --sem-copia`."
        ) from error
    _forget_older(place)
    return path, found


def _keys() -> tuple[chaves.Chaveiro | None, bool]:
    """As the copies of every night are sealed: with the keeper's key, the keys of the installation go along."""
    given = os.environ.get("SAUDE_COPIAS_CHAVE", "")
    return (chaves.read_file(Path(given)), True) if given else (None, False)


def _forget_older(place: Path) -> None:
    for old in sorted(place.glob(f"{NAME}-[0-9]*{agenda.SUFFIX}"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
        log.info("copy %s removed: %s newer ones are kept", old.name, KEPT)


def told(path: Path, found: dict[str, Any]) -> str:
    size, n = path.stat().st_size / 1024**2, sum(found["linhas"].values())
    return (
        f"Cópia de antes, pronta e lida de volta: {path} ({size:.1f} MB, {grouped(n)} linhas). "
        f"Para voltar da versão {version('saude')} à de antes: `saude restaurar` dela com --sem-migrar, numa pasta e "
        "num banco vazios, e então a versão de antes (implantacao/LEIAME.md, Atualizar e voltar)."
    )
