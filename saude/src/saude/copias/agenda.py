"""Copies by themselves: one a day into SAUDE_COPIAS, the last ones kept, and how old the last good one is.

SAUDE_COPIAS         folder of the copies (another disk); unset = no scheduled copy
SAUDE_COPIAS_CHAVE   file of the key that seals them; unset = the key of the installation
SAUDE_COPIAS_GUARDAR how many are kept (default 14)

What is known of them is read from the folder: it says the truth also after the database was lost.
"""

import logging
import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from saude.cofre import chaves
from saude.copias.copiar import make_copy

log = logging.getLogger(__name__)
SUFFIX = ".saude"
KEPT = 14
LATE = 36 * 3600  # seconds after which the last good copy is too old


def folder() -> Path | None:
    chosen = os.environ.get("SAUDE_COPIAS", "")
    return Path(chosen) if chosen else None


def kept() -> int:
    """At least one, whatever is written in the setting."""
    text = os.environ.get("SAUDE_COPIAS_GUARDAR", "")
    return max(1, int(text)) if text.isdigit() else KEPT


def copies() -> list[Path]:
    """Finished ones of this schedule, the newest first. A copy gets its name only after it was read back."""
    place = folder()
    if place is None:
        return []
    try:
        return sorted(place.glob(f"saude-[0-9]*{SUFFIX}"), reverse=True)
    except OSError:
        return []


def age() -> float | None:
    """Seconds since the last good copy; None: there is none."""
    for path in copies():
        try:
            return max(0.0, time.time() - path.stat().st_mtime)
        except OSError:
            continue
    return None


def free() -> int:
    """Bytes free where the data lie."""
    return shutil.disk_usage(settings.DADOS).free


def make_scheduled() -> Path | None:
    """One copy; older ones go only after it was read back whole. None: no folder was chosen."""
    place = folder()
    if place is None:
        return None
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = os.environ.get("SAUDE_COPIAS_CHAVE", "")
    keys = chaves.read_file(Path(key)) if key else None
    path = place / f"saude-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    make_copy(path, by="sistema", keys=keys, com_chaves=keys is not None)
    for old in copies()[kept() :]:
        old.unlink(missing_ok=True)
        log.info("copy %s removed: %s newer ones are kept", old.name, kept())
    return path
