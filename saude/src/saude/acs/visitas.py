"""The last visit to a household and to a citizen: one reading for every screen of the phone."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from saude.fichas.models import Ficha
from saude.registro.leitura import digits


@dataclass(frozen=True)
class Visitas:
    """Day (ISO) of the last visit, by the household's uuid and by the CPF or CNS of who was visited."""

    domicilios: dict[str, str] = field(default_factory=dict)
    documentos: dict[str, str] = field(default_factory=dict)

    def of_household(self, uuid: str) -> str | None:
        return self.domicilios.get(uuid)

    def of_citizen(self, cpf: str, cns: str) -> str | None:
        return max(filter(None, (self.documentos.get(d) for d in (cpf, cns) if d)), default=None)


def last_visits(fichas: Iterable[tuple[Ficha, dict[str, Any]]]) -> Visitas:
    """Of these visits (FVD) with their contents; what was discarded is no visit, and what has no date tells no day."""
    found = Visitas()
    for ficha, body in fichas:
        children = body.get("visitasDomiciliares")
        if ficha.data is None or not isinstance(children, list):
            continue
        for visit in children:
            if isinstance(visit, dict):
                _note(found, visit, ficha.data.isoformat())
    return found


def _note(found: Visitas, visit: dict[str, Any], day: str) -> None:
    home = str(visit.get("uuidOrigemCadastroDomiciliar") or "")
    documents = digits(visit.get("cpfCidadao"), 11), digits(visit.get("cnsCidadao"), 15)
    for seen, key in ((found.domicilios, home), *((found.documentos, d) for d in documents)):
        if key:
            seen[key] = max(day, seen.get(key, ""))
