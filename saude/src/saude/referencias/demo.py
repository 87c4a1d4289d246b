"""The tables of the demonstration: a CNES that forgot somebody, the corrected one, some months of SIGTAP."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from ledi.sintetico import cnes, sigtap
from saude.cadastros.models import Entidade, Profissional
from saude.referencias import actions
from saude.referencias.models import Publicacao

BY = "demonstração"
MONTHS = 6
#: CBO of the professional that the first CNES forgot
FORGOTTEN = "251510"  # psicólogo clínico
CORRECTED = "cnes_corrigido.xml"
IBGE = "4205407"  # of the generator's town


def folder() -> Path:
    """Where the corrected CNES lies, for whoever tries the demonstration to import it."""
    return Path(settings.DADOS) / "demonstracao"


def load(*, entidade: Entidade, town: Any, today: date) -> None:
    """Import the tables, once. In the caller's transaction."""
    folder().mkdir(parents=True, exist_ok=True)
    cnes.write(town, folder() / CORRECTED, data=today)
    if Publicacao.objects.filter(entidade=entidade).exists():
        return
    with TemporaryDirectory() as name:
        place = Path(name)
        path = place / f"cnes_{today:%Y%m%d}.xml"
        cnes.write(without_forgotten(town), path, data=today)
        actions.import_cnes_file(entidade=entidade, path=path, by=BY)
        known = set(
            Publicacao.objects.filter(tipo="sigtap", situacao="pronta").values_list("vale_de", flat=True)
        )
        for month in months_until(today):
            if month not in known:
                actions.import_sigtap_file(path=sigtap.write(town, place, f"{month:%Y%m}"), by=BY)


def without_forgotten(town: Any) -> Any:
    """The town as its faulty CNES shows it."""
    return replace(town, profissionais=tuple(p for p in town.profissionais if p.cbo != FORGOTTEN))


def unmended(entidade: Entidade) -> bool:
    """Is this the town of the demonstration, with its faulty CNES in use?"""
    if not (folder() / CORRECTED).exists() or entidade.ibge != IBGE:
        return False
    return not Profissional.objects.filter(entidade=entidade, ativo=True, lotacoes__cbo=FORGOTTEN).exists()


def months_until(today: date) -> Iterable[date]:
    """First days of the last months, oldest first."""
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - MONTHS + 1, count + 1)]
