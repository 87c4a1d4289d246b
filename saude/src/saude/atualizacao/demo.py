"""The tables of the demonstration: a CNES that forgot somebody, the corrected one, some months of SIGTAP."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from ledi import validate
from ledi_gerador import ERROS_CONTEXTO, cnes_writer, sigtap_writer
from ledi_gerador.municipio import Municipio
from saude.atualizacao import actions
from saude.cadastros.models import Entidade, Profissional
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


def load(*, entidade: Entidade, town: Municipio, today: date) -> None:
    """Import the tables, once. In the caller's transaction."""
    folder().mkdir(parents=True, exist_ok=True)
    cnes_writer.write(town, folder() / CORRECTED, data=today)
    if Publicacao.objects.filter(entidade=entidade).exists():
        return
    with TemporaryDirectory() as name:
        place = Path(name)
        path = place / f"cnes_{today:%Y%m%d}.xml"
        cnes_writer.write(without_forgotten(town), path, data=today)
        actions.import_cnes_file(entidade=entidade, path=path, by=BY)
        known = set(
            Publicacao.objects.filter(tipo="sigtap", situacao="pronta").values_list("vale_de", flat=True)
        )
        for month in months_until(today):
            if month not in known:
                actions.import_sigtap_file(path=sigtap_writer.write(town, place, f"{month:%Y%m}"), by=BY)


def without_forgotten(town: Municipio) -> Municipio:
    """The town as its faulty CNES shows it."""
    return replace(town, profissionais=tuple(p for p in town.profissionais if p.cbo != FORGOTTEN))


def unmended(entidade: Entidade) -> bool:
    """Is this the town of the demonstration, with its faulty CNES in use?"""
    if not (folder() / CORRECTED).exists() or entidade.ibge != IBGE:
        return False
    return not Profissional.objects.filter(entidade=entidade, ativo=True, lotacoes__cbo=FORGOTTEN).exists()


def with_each_mistake(records: list[dict[str, Any]], town: Municipio, today: date) -> list[dict[str, Any]]:
    """The production with one more ficha spoilt by each mistake of context, and one that came twice."""
    rng, used = Random("contexto"), set[int]()

    def free(*tipos: str) -> Iterator[int]:
        for position, record in enumerate(records):
            if position not in used and record["tipo"] in tipos and not validate(record, hoje=today).errors:
                yield position

    for mistake in ERROS_CONTEXTO:
        for position in free(*mistake.tipos):
            spoilt = deepcopy(records[position])
            if mistake.muta(spoilt, rng, town):
                records[position] = spoilt
                used.add(position)
                break
    twice = next((r for r in (records[p] for p in free("FAI")) if _has_documents(r)), None)
    return records if twice is None else [*records, _again(twice)]


def _has_documents(record: dict[str, Any]) -> bool:
    return any(c.get("cpfCidadao") or c.get("cns") for c in record["ficha"]["atendimentosIndividuais"])


def _again(record: dict[str, Any]) -> dict[str, Any]:
    """The same attendance typed once more, under another uuid (the same at every load)."""
    copy = deepcopy(record)
    copy["uuid"] = copy["ficha"]["uuidFicha"] = f"{copy['cnes']}-{uuid5(NAMESPACE_URL, record['uuid'])}"
    return copy


def months_until(today: date) -> Iterable[date]:
    """First days of the last months, oldest first."""
    count = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(count - MONTHS + 1, count + 1)]
