"""The library's port to the monthly tables, answered from the database.

Each process keeps the releases it was asked about; a new release has another key, so what is kept is never
stale: `tables_of` looks at the keys (one short query) each time. SIGTAP is shared by all entidades.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from sys import intern
from threading import RLock
from typing import Any, TypeVar

from django.db import connection

from ledi.referencias.memory import MemoryTables
from ledi.tables.port import Cbo, Ciap, Cid, Equipe, Estabelecimento, Kind, Lotacao, Procedimento
from saude.banco import travas
from saude.cadastros import storage as cadastros
from saude.cadastros.models import Entidade
from saude.referencias.models import Publicacao

SIGTAP_KINDS = ("procedimento", "cid", "cbo")
KEPT_SIGTAP = 6
_lock = RLock()
_sigtap: dict[int, "Sigtap"] = {}
_of_entidade: dict[int, "DatabaseTables"] = {}
_ledi = MemoryTables()  # what the library itself knows: CIAP2 and newer CBO


@dataclass(frozen=True, slots=True)
class Sigtap:
    procedimentos: Mapping[str, Procedimento]
    cids: Mapping[str, Cid]
    cbos: Mapping[str, Cbo]


@dataclass(frozen=True, slots=True)
class Post:
    """A post with the days that CNES shows it: None = open end."""

    lotacao: Lotacao
    inicio: date | None
    fim: date | None

    def on(self, day: date) -> bool:
        return (self.inicio is None or self.inicio <= day) and (self.fim is None or day <= self.fim)


T = TypeVar("T")
K = TypeVar("K", str, date)

#: something of the CNES with its days
Dated = tuple[T, date | None, date | None]


@dataclass(frozen=True, slots=True)
class Cnes:
    """The registrations of an entidade with their days."""

    estabelecimentos: Mapping[str, Dated[Estabelecimento]]
    equipes: Mapping[str, Dated[Equipe]]
    posts: Mapping[str, tuple[Post, ...]]
    sem_cns: frozenset[tuple[str, str, str]] = (
        frozenset()
    )  # (CBO, CNES, INE) of people whose CNS the file lacks


class DatabaseTables:
    """`ledi.tables.port.Tables` of one entidade, for one state of the releases (`key`)."""

    def __init__(self, key: tuple[Any, ...], entidade_id: int, *, cnes: Cnes | None = None) -> None:
        self.key = key
        self._entidade_id = entidade_id
        rows = [(tipo, day, pk) for pk, tipo, day in key]
        # the same month twice: the newer import
        months = {f"{day:%Y%m}": pk for tipo, day, pk in sorted(rows) if tipo == Publicacao.Tipo.SIGTAP}
        self._months = sorted(months)
        self._releases = months
        self._days = sorted(day for tipo, day, _ in rows if tipo == Publicacao.Tipo.CNES)
        self._cnes = cnes

    def has(self, kind: Kind) -> bool:
        if kind == "ciap":
            return True
        return bool(self._months if kind in SIGTAP_KINDS else self._days)

    def competencia(self, kind: Kind, when: date | str) -> str | None:
        if kind == "ciap":
            return None
        if kind in SIGTAP_KINDS:
            return _used(self._months, when if isinstance(when, str) else f"{when:%Y%m}")
        day = when if isinstance(when, date) else date(int(when[:4]), int(when[4:]), 28)
        used = _used(self._days, day)
        return f"{used:%Y%m}" if used else None

    def procedimento(self, codigo: str, competencia: str) -> Procedimento | None:
        release = self._sigtap(competencia)
        return release.procedimentos.get(codigo) if release else None

    def cid(self, codigo: str, competencia: str | None = None) -> Cid | None:
        release = self._sigtap(competencia)
        return release.cids.get(codigo) if release else None

    def cbo(self, codigo: str, competencia: str | None = None) -> Cbo | None:
        release = self._sigtap(competencia)
        return (release and release.cbos.get(codigo)) or _ledi.cbo(codigo)

    def ciap(self, codigo: str) -> Ciap | None:
        return _ledi.ciap(codigo)

    def estabelecimento(self, cnes: str, when: date | None = None) -> Estabelecimento | None:
        return _on(self.cnes.estabelecimentos.get(cnes), when)

    def equipe(self, ine: str, when: date | None = None) -> Equipe | None:
        return _on(self.cnes.equipes.get(ine), when)

    def lotacao(self, cns: str, cbo: str, cnes: str, ine: str | None, when: date) -> Lotacao | None:
        for post in self.lotacoes(cns, when):
            if post.cbo == cbo and post.cnes == cnes and (not ine or post.ine == ine):
                return post
        return None

    def lotacoes(self, cns: str, when: date) -> tuple[Lotacao, ...]:
        found = [p.lotacao for p in self.cnes.posts.get(cns, ()) if p.on(when)]
        return tuple(p for p in found if not p.ine or self._team_active(p.ine, when))

    def sem_cns(self, cbo: str, cnes: str, ine: str, when: date) -> bool:
        """Does the file in force have somebody without CNS in that post? Nobody without a CNS is registered."""
        posts = self.cnes.sem_cns
        return (cbo, cnes, ine) in posts or (not ine and any(post[:2] == (cbo, cnes) for post in posts))

    def municipio(self, when: date) -> str | None:
        """Not asked: a file of another município is refused when it is imported."""
        return None

    def _team_active(self, ine: str, when: date) -> bool:
        found = self.cnes.equipes.get(ine)
        return found is None or found[0].active(when)

    @property
    def cnes(self) -> Cnes:
        if self._cnes is None:
            with _lock:
                self._cnes = self._cnes or load_cnes(self._entidade_id)
        return self._cnes

    def _sigtap(self, competencia: str | None) -> Sigtap | None:
        asked = competencia or (self._months[-1] if self._months else None)
        used = asked and _used(self._months, asked)
        return sigtap(self._releases[used]) if used else None


def tables_of(entidade: Entidade | int) -> DatabaseTables | None:
    """The tables of an entidade; None when nothing was imported."""
    pk = entidade if isinstance(entidade, int) else entidade.pk
    key = releases_key(pk)
    if not key:
        return None
    kept = _of_entidade.get(pk)
    if kept is None or kept.key != key:
        kept = _of_entidade[pk] = DatabaseTables(key, pk)
    return kept


def held_tables(entidade_id: int) -> DatabaseTables | None:
    """`tables_of`, and no release comes into force until the caller's transaction ends: what it judges by them
    is stored before the re-evaluation of the next release looks for its fichas."""
    travas.wait_shared(travas.TABELAS, 0, entidade_id)
    return tables_of(entidade_id)


def releases_key(entidade_id: int) -> tuple[Any, ...]:
    """Every release that may answer for the entidade: it changes when, and only when, an import is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, tipo, vale_de FROM referencias_publicacao "
            "WHERE (entidade_id = %s OR entidade_id IS NULL) "
            "AND (situacao = 'pronta' OR (situacao = 'substituida' AND tipo = 'cnes')) ORDER BY id",
            [entidade_id],
        )
        return tuple(cursor.fetchall())


def sigtap(publicacao_id: int) -> Sigtap:
    """A SIGTAP release, read once per process."""
    found = _sigtap.get(publicacao_id)
    if found is None:
        with _lock:
            found = _sigtap.get(publicacao_id) or load_sigtap(publicacao_id)
            while len(_sigtap) >= KEPT_SIGTAP:
                del _sigtap[next(iter(_sigtap))]
            _sigtap[publicacao_id] = found
    return found


def load_sigtap(publicacao_id: int) -> Sigtap:
    shared: dict[tuple[str, ...], frozenset[str]] = {}

    def codes(values: list[str]) -> frozenset[str]:
        key = tuple(values)
        if (found := shared.get(key)) is None:
            found = shared[key] = frozenset(map(intern, values))
        return found

    return Sigtap(
        procedimentos={
            row[0]: Procedimento(*row[:6], *map(codes, row[6:]))
            for row in _rows(
                "SELECT codigo, nome, complexidade, sexo, idade_min, idade_max, ocupacoes, cids, servicos, "
                "registros FROM referencias_procedimento WHERE publicacao_id = %s",
                publicacao_id,
            )
        },
        cids={
            row[0]: Cid(*row)
            for row in _rows(
                "SELECT codigo, nome, sexo FROM referencias_cid WHERE publicacao_id = %s", publicacao_id
            )
        },
        cbos={
            row[0]: Cbo(*row)
            for row in _rows(
                "SELECT codigo, nome FROM referencias_cbo WHERE publicacao_id = %s", publicacao_id
            )
        },
    )


def _all_of(cnes: str, others: list[str]) -> frozenset[str]:
    """What a team serves; empty when it is its own establishment only."""
    return frozenset((cnes, *others)) if others else frozenset()


def load_cnes(entidade_id: int) -> Cnes:
    ibge = Entidade.objects.values_list("ibge", flat=True).get(pk=entidade_id)
    places: dict[str, Dated[Estabelecimento]] = {
        row[0]: (Estabelecimento(row[0], row[1], ibge, "", "", row[2]), row[3], row[4])
        for row in cadastros.places(entidade_id)
    }
    teams: dict[str, Dated[Equipe]] = {
        ine: (Equipe(ine, cnes, nome, tipo, sigla, area, ended, _all_of(cnes, others)), begin, end)
        for ine, cnes, nome, tipo, sigla, area, ended, others, begin, end in cadastros.teams(entidade_id)
    }
    posts: dict[str, list[Post]] = {}
    for cns, cbo, cnes, ine, begin, end in cadastros.posts(entidade_id):
        posts.setdefault(cns, []).append(
            Post(Lotacao(cns, intern(cbo), intern(cnes), intern(ine)), begin, end)
        )
    in_force = Publicacao.objects.filter(
        entidade_id=entidade_id, tipo=Publicacao.Tipo.CNES, situacao=Publicacao.Situacao.PRONTA
    )
    nameless = in_force.values_list("sem_cns", flat=True).first() or []
    return Cnes(
        places, teams, {cns: tuple(found) for cns, found in posts.items()}, frozenset(map(tuple, nameless))
    )


def forget() -> None:
    """Drop what is kept (tests)."""
    _sigtap.clear()
    _of_entidade.clear()


def _rows(query: str, key: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [key])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _used(keys: list[K], asked: K) -> K | None:
    """The key itself, the nearest earlier, or the first there is."""
    return keys[max(bisect_right(keys, asked) - 1, 0)] if keys else None


def _on(found: Dated[T] | None, when: date | None) -> T | None:
    if found is None:
        return None
    value, begin, end = found
    if when is None:
        when = date.max
    return value if (begin is None or begin <= when) and (end is None or when <= end) else None
