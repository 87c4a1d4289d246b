"""Foreign files of the Ministry's tables, read in a process of their own (`comum.isolado`): nothing of Django here."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ledi.errors import TableError
from ledi.referencias import cnes_reader, sigtap_reader
from ledi.tables.port import Equipe, Estabelecimento, Lotacao, Profissional
from saude.comum.isolado import Recusado
from saude.comum.texto import grouped

#: more than any município has; what is beyond would weigh on the site, which compares them
MOST = {"Estabelecimento": 100_000, "Equipe": 50_000, "Profissional": 250_000, "Lotacao": 500_000}
KINDS = {kind.__name__: kind for kind in (Estabelecimento, Equipe, Profissional, Lotacao)}
Item = Estabelecimento | Equipe | Profissional | Lotacao


def sigtap_month(path: str) -> str:
    """The month a SIGTAP file is of, "AAAAMM"."""
    try:
        with sigtap_reader.open_table(Path(path)) as table:
            return str(table.competencia)
    except TableError as error:
        raise Recusado(str(error)) from error


def copy_cnes(path: str, target: str) -> dict[str, Any]:
    """The items of a CNES file as lines of JSON, in `target`; what else it says is answered."""
    counts: Counter[str] = Counter()
    try:
        with cnes_reader.open_file(Path(path)) as file, open(target, "x", encoding="utf-8") as out:
            for item in file.items():
                kind = type(item).__name__
                counts[kind] += 1
                if counts[kind] > MOST[kind]:
                    raise Recusado(
                        f"{Path(path).name}: tem mais de {grouped(MOST[kind])} itens do tipo {kind.lower()}"
                    )
                out.write(json.dumps([kind, *map(_plain, item)]) + "\n")
            for key in sorted(file.sem_cns):
                out.write(json.dumps(["", *key]) + "\n")
            head = file.header
            return {
                "data": head.data.isoformat(), "ibge": head.ibge, "versao": head.versao,
                "avisos": [str(aviso) for aviso in file.avisos], "itens": counts.total(),
            }  # fmt: skip
    except TableError as error:
        raise Recusado(str(error)) from error


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


def copied(target: Path) -> Iterator[Item | tuple[str, str, str]]:
    """The items again; of the posts of people whose CNS the file does not say, the key (CBO, CNES, INE)."""
    with open(target, encoding="utf-8") as lines:
        for line in lines:
            kind, *values = json.loads(line)
            if not kind:
                yield (values[0], values[1], values[2])
                continue
            if kind == "Equipe":
                *head, end, places = values
                values = [*head, date.fromisoformat(end) if end else None, frozenset(places)]
            yield KINDS[kind](*values)
