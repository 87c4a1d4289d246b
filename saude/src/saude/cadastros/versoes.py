"""Until when each LEDI version counts: what the entidade set by hand, else the published dates of the library."""

from dataclasses import dataclass
from datetime import date

from ledi.layouts import releases
from ledi.layouts.releases import Release
from ledi.versions import version_key
from saude.cadastros.models import Entidade, ValidadeLedi


@dataclass(frozen=True, slots=True)
class Validade:
    """A version and its last day; `motivo` when it was set by hand."""

    release: Release
    data: date
    informada: bool = False
    motivo: str = ""


def validades(entidade: Entidade) -> dict[str, date]:
    """The dates set by hand, as `ledi` takes them."""
    return dict(ValidadeLedi.objects.filter(entidade=entidade).values_list("versao", "data"))


def table(entidade: Entidade) -> list[Validade]:
    """Every version that can be written, newest first."""
    mine = {row.versao: row for row in ValidadeLedi.objects.filter(entidade=entidade)}
    found = []
    for release in reversed(list(releases().values())):
        if release.read_only:
            continue
        row = mine.get(release.id)
        found.append(
            Validade(release, row.data, True, row.motivo) if row else Validade(release, release.valid_until)
        )
    return found


def of_version(entidade: Entidade, versao: str) -> Validade | None:
    return next((row for row in table(entidade) if row.release.id == versao), None)


def known_pecs() -> list[str]:
    """PEC versions to propose, newest first: each the first that reads some layout."""
    return sorted({row.pec for row in releases().values()}, key=version_key, reverse=True)
