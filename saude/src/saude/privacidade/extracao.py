"""Production without names, for a study or a public panel: anonymous, or with pseudonyms that only a key turns back.

Anonymous: numbers of each group of people. A group of fewer than MINIMO is joined with its like (first whatever the
raça/cor, then the age, the sex, the occupation, the place); what is still small is left out, and how much is said. No
totals are written, from which what was left out could be told.

With pseudonyms: a line of each attendance, of a month and not of a day, in an order that tells nothing. The same key
gives the same pseudonym another time, and says whose it is; it is kept apart from the file (LGPD, article 13, § 4).
"""

import csv
import hmac
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from django.db import connection, transaction

from ledi.tables import closed
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.clientes.models import Cliente, Sexo
from saude.cofre.chaves import Chave, Chaveiro
from saude.comum import disco
from saude.comum.competencia import first_day, last_day
from saude.comum.gravar import aside, private, sync_folder
from saude.fichas.models import Atendido
from saude.fichas.situacoes import Situacao
from saude.registro.tipos import Tipo

MINIMO = 5  # people of a group that is told by itself
ANY = "*"
NOT_TOLD = "não informado"
AGES = (0, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80)
WHO = ("ficha", "cnes", "cbo", "sexo", "faixa_etaria", "raca_cor")
COUNTED = ("competencia", *WHO, "atendimentos", "pessoas")
EACH = ("pessoa", "competencia", *WHO)
INFO = b"privacidade.pseudonimo"

Grupo = tuple[str, ...]


class ExtracaoError(Exception):
    """Nothing was extracted; the message says why and what to do."""


class Linha(NamedTuple):
    grupo: Grupo
    pessoa: int | None  # the number of the registration; None: not identified


@dataclass
class Contado:
    atendimentos: int = 0
    pessoas: set[int] = field(default_factory=set)

    def add(self, other: "Contado") -> None:
        self.atendimentos += other.atendimentos
        self.pessoas |= other.pessoas


@dataclass
class Extraido:
    linhas: int = 0
    omitidos: int = 0  # attendances of groups too small to be told


def extract(
    saida: Path, *, entidade: Entidade, by: Autor, de: str, ate: str, keys: Chaveiro | None
) -> Extraido:
    """From one competência to another, of what is processed or was exported. `keys`: pseudonyms by the first."""
    if saida.exists():
        raise ExtracaoError(f"{saida} já existe: uma extração nunca é escrita por cima de outro arquivo.")
    if de > ate:
        raise ExtracaoError(f"O período está ao contrário: de {de} a {ate}.")
    done = Extraido()
    try:
        with aside(saida) as partial:
            with open(partial, "w", encoding="utf-8", newline="", opener=private) as file:
                _write(file, done, entidade, months(de, ate), keys.atual if keys else None)
                file.flush()
                os.fsync(file.fileno())
            os.link(partial, saida)  # unlike a rename, never over one that came meanwhile
            sync_folder(saida.parent)
    except FileExistsError as error:
        raise ExtracaoError(f"{saida} foi criado por outro enquanto isso: nada foi escrito nele.") from error
    except OSError as error:
        raise ExtracaoError(f"Nada foi extraído. {disco.reason(error)} Nada ficou pela metade.") from error
    record_event(
        by=by, entidade=entidade, tipo="producao.extraida", de=de, ate=ate, linhas=done.linhas,
        omitidos=done.omitidos, pseudonimos=keys is not None,
    )  # fmt: skip
    return done


def months(de: str, ate: str) -> Iterator[str]:
    year, month = int(de[:4]), int(de[4:])
    while (found := f"{year:04}{month:02}") <= ate:
        yield found
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _write(
    file: TextIO, done: Extraido, entidade: Entidade, competencias: Iterator[str], key: Chave | None
) -> None:
    out = csv.writer(file, delimiter=";", lineterminator="\n")
    out.writerow(EACH if key else COUNTED)
    with transaction.atomic():  # one moment of the database
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for month in competencias:
            rows = attended(entidade, month)
            for line in _each(rows, key, entidade) if key else _told(rows, done):
                out.writerow((line[0], month, *line[1:]) if key else (month, *line))
                done.linhas += 1


def attended(entidade: Entidade, competencia: str) -> Iterator[Linha]:
    """Each citizen of each ficha of a month."""
    found = Atendido.objects.filter(
        entidade=entidade,
        ficha__data__range=(first_day(competencia), last_day(competencia)),
        ficha__situacao__in=(Situacao.PROCESSADA, Situacao.EXPORTADA),
    ).values_list(
        "ficha__tipo", "ficha__cnes", "ficha__cbo", "ficha__data", "cliente_id", "cliente__mesclado_em_id",
        "cliente__nascimento", "cliente__sexo", "cliente__raca_cor",
    )  # fmt: skip
    races: dict[Any, str] = {None: NOT_TOLD, **closed.labels("RacaCor")}
    sexes: dict[Any, Any] = {None: NOT_TOLD, **dict(Sexo.choices)}
    for tipo, cnes, cbo, day, one, merged, born, sex, race in found.iterator(2_000):
        who = (str(sexes.get(sex, NOT_TOLD)), age(born, day), races.get(race, NOT_TOLD))
        yield Linha((str(Tipo(tipo).label), cnes, cbo, *who), merged or one)


def age(born: date | None, day: date | None) -> str:
    """On the day of the ficha, in bands."""
    if born is None or day is None or born > day:
        return NOT_TOLD
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    first = max(found for found in AGES if found <= years)
    if first == AGES[-1]:
        return f"{first} ou mais"
    return f"{first} a {AGES[AGES.index(first) + 1] - 1}"


def _told(rows: Iterator[Linha], done: Extraido) -> Iterator[Sequence[str | int]]:
    groups: dict[Grupo, Contado] = {}
    for row in rows:
        one = groups.setdefault(row.grupo, Contado())
        one.atendimentos += 1
        if row.pessoa is not None:  # who is not identified could be the same every time
            one.pessoas.add(row.pessoa)
    for at in range(len(WHO) - 1, 0, -1):
        groups = joined(groups, at)
    for group, counted in sorted(groups.items()):
        if len(counted.pessoas) < MINIMO:
            done.omitidos += counted.atendimentos
        else:
            yield *group, counted.atendimentos, len(counted.pessoas)


def joined(groups: dict[Grupo, Contado], at: int) -> dict[Grupo, Contado]:
    """The small ones, whatever stands at that place."""
    kept = {group: one for group, one in groups.items() if len(one.pessoas) >= MINIMO}
    for group, one in groups.items():
        if len(one.pessoas) < MINIMO:
            kept.setdefault((*group[:at], ANY, *group[at + 1 :]), Contado()).add(one)
    return kept


def _each(rows: Iterator[Linha], key: Chave, entidade: Entidade) -> Iterator[Sequence[str]]:
    """Sorted: by number, the order would tell who came first."""
    secret = key.derive(INFO)
    yield from sorted(
        (pseudonym(secret, entidade, row.pessoa) if row.pessoa is not None else "", *row.grupo)
        for row in rows
    )


def pseudonym(secret: bytes, entidade: Entidade, cliente: int) -> str:
    return hmac.new(secret, f"{entidade.ibge}:{cliente}".encode(), "sha256").hexdigest()[:32]


def whose(text: str, *, entidade: Entidade, by: Autor, keys: Chaveiro) -> Cliente:
    """Whom a pseudonym stands for, said to who has the key; in the trail."""
    secrets = [key.derive(INFO) for key in keys.chaves]
    numbers = Cliente.objects.filter(entidade=entidade).values_list("pk", flat=True)
    for number in numbers.iterator(10_000):
        if any(pseudonym(secret, entidade, number) == text for secret in secrets):
            cliente = Cliente.objects.get(pk=number)
            record_event(by=by, entidade=entidade, tipo="pseudonimo.aberto", alvo=cliente)
            return cliente
    raise ExtracaoError("Ninguém desta entidade tem este pseudônimo com esta chave: confira os dois.")
