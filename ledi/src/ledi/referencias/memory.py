"""The port answered from memory: for the command line, for tests, for a batch of a system."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from sys import intern
from typing import NamedTuple, TypeVar

from ledi.errors import TableError
from ledi.referencias import cnes_reader as cnes_reader
from ledi.referencias import sigtap_reader as sigtap_reader
from ledi.tables import closed
from ledi.tables.port import Cbo, Ciap, Cid, Equipe, Estabelecimento, Kind, Lotacao, Procedimento

R = TypeVar("R")
AnyPath = str | Path


class SigtapRelease(NamedTuple):
    """One competência of SIGTAP, by code."""

    procedimentos: Mapping[str, Procedimento]
    cids: Mapping[str, Cid]
    cbos: Mapping[str, Cbo]


class CnesRelease(NamedTuple):
    """One CNES file; posts by (CNS, CBO, CNES) -> teams ("" = none).

    `sem_cns`: (CBO, CNES, INE) of the posts of people without a CNS; `avisos`: what the reader left out, and why.
    """

    ibge: str
    estabelecimentos: Mapping[str, Estabelecimento]
    equipes: Mapping[str, Equipe]
    lotacoes: Mapping[tuple[str, str, str], frozenset[str]]
    sem_cns: frozenset[tuple[str, str, str]] = frozenset()
    avisos: tuple[str, ...] = ()


class _Releases(dict[str, R]):
    """Release key (sortable text) -> release, with the nearest earlier one at hand."""

    def used(self, key: str) -> str | None:
        """The release that answers for `key`: itself, the nearest earlier, or the first there is."""
        keys = sorted(self)
        if not keys:
            return None
        return keys[max(bisect_right(keys, key) - 1, 0)]

    def at(self, key: str | None) -> R | None:
        """None asks for the newest."""
        found = self.used(key) if key is not None else max(self, default=None)
        return None if found is None else self[found]


class MemoryTables:
    """An implementation of `ledi.tables.port.Tables`."""

    def __init__(self) -> None:
        self._sigtap: _Releases[SigtapRelease] = _Releases()  # "AAAAMM"
        self._cnes: _Releases[CnesRelease] = _Releases()  # "AAAA-MM-DD"
        self._posts: dict[str, dict[str, tuple[Lotacao, ...]]] = {}

    def add_sigtap(self, competencia: str, release: SigtapRelease) -> None:
        self._sigtap[competencia] = release

    def add_cnes(self, day: date, release: CnesRelease) -> None:
        self._cnes[day.isoformat()] = release
        self._posts.clear()

    def has(self, kind: Kind) -> bool:
        if kind == "ciap":
            return True
        return bool(self._sigtap if kind in ("procedimento", "cid", "cbo") else self._cnes)

    def competencia(self, kind: Kind, when: date | str) -> str | None:
        if kind == "ciap":
            return None
        if kind in ("procedimento", "cid", "cbo"):
            return self._sigtap.used(when if isinstance(when, str) else f"{when:%Y%m}")
        # A competência given as text asks for its last day.
        day = when.isoformat() if isinstance(when, date) else f"{when[:4]}-{when[4:]}-31"
        used = self._cnes.used(day)
        return used and used[:4] + used[5:7]

    def procedimento(self, codigo: str, competencia: str) -> Procedimento | None:
        release = self._sigtap.at(competencia)
        return release and release.procedimentos.get(codigo)

    def cid(self, codigo: str, competencia: str | None = None) -> Cid | None:
        release = self._sigtap.at(competencia)
        return release and release.cids.get(codigo)

    def cbo(self, codigo: str, competencia: str | None = None) -> Cbo | None:
        """From the CBO table of SIGTAP, or from the lists of LEDI, which know a few newer codes."""
        release = self._sigtap.at(competencia)
        return (release and release.cbos.get(codigo)) or _ledi_cbos().get(codigo)

    def ciap(self, codigo: str) -> Ciap | None:
        nome = closed.labels("ciap2").get(codigo)
        return None if nome is None else Ciap(codigo, nome)

    def estabelecimento(self, cnes: str, when: date | None = None) -> Estabelecimento | None:
        release = self._cnes.at(_day(when))
        return release and release.estabelecimentos.get(cnes)

    def equipe(self, ine: str, when: date | None = None) -> Equipe | None:
        release = self._cnes.at(_day(when))
        return release and release.equipes.get(ine)

    def lotacao(self, cns: str, cbo: str, cnes: str, ine: str | None, when: date) -> Lotacao | None:
        release = self._cnes.at(_day(when))
        if release is None:
            return None
        teams = release.lotacoes.get((cns, cbo, cnes), frozenset())
        for team in sorted(teams) if not ine else [ine] if ine in teams else []:
            equipe = release.equipes.get(team)
            if equipe is None or equipe.active(when):
                return Lotacao(cns, cbo, cnes, team)
        return None

    def lotacoes(self, cns: str, when: date) -> tuple[Lotacao, ...]:
        key = self._cnes.used(when.isoformat())
        if key is None:
            return ()
        teams = self._cnes[key].equipes
        posts = self._by_professional(key).get(cns, ())
        return tuple(p for p in posts if p.ine not in teams or teams[p.ine].active(when))

    def sem_cns(self, cbo: str, cnes: str, ine: str, when: date) -> bool:
        release = self._cnes.at(_day(when))
        wanted = (cbo, cnes, ine)
        return release is not None and any(
            all(not one or one == other for one, other in zip(wanted, post, strict=True))
            for post in release.sem_cns
        )

    def municipio(self, when: date) -> str | None:
        release = self._cnes.at(_day(when))
        return release and release.ibge

    @property
    def avisos(self) -> tuple[str, ...]:
        """What the CNES files brought that was left out, and why."""
        return tuple(aviso for release in self._cnes.values() for aviso in release.avisos)

    def _by_professional(self, key: str) -> dict[str, tuple[Lotacao, ...]]:
        found = self._posts.get(key)
        if found is None:
            lists: dict[str, list[Lotacao]] = {}
            for (cns, cbo, cnes), inside in self._cnes[key].lotacoes.items():
                lists.setdefault(cns, []).extend(Lotacao(cns, cbo, cnes, ine) for ine in sorted(inside))
            found = self._posts[key] = {cns: tuple(posts) for cns, posts in lists.items()}
        return found


def load(
    *,
    tabelas: AnyPath | Iterable[AnyPath] | None = None,
    cnes: AnyPath | Iterable[AnyPath] | None = None,
    ibge: str | None = None,
) -> MemoryTables:
    """Tables from SIGTAP zips or folders and CNES files; each may be several, of different months.

    `ibge`: refuse a CNES file of another município. Raises `ledi.errors.TableError`.
    """
    tables = MemoryTables()
    for path in _paths(tabelas):
        competencia, release = read_sigtap(path)
        tables.add_sigtap(competencia, release)
    for path in _paths(cnes):
        day, registry = read_cnes(path)
        if ibge is not None and registry.ibge != ibge:
            raise TableError(f"{Path(path).name}: o CNES é de outro município ({registry.ibge})")
        tables.add_cnes(day, registry)
    return tables


def read_sigtap(path: AnyPath) -> tuple[str, SigtapRelease]:
    """One SIGTAP zip or folder, with its competência."""
    with sigtap_reader.open_table(path) as table:
        release = SigtapRelease(
            procedimentos={item.codigo: item for item in table.procedimentos()},
            cids={item.codigo: item for item in table.cids()},
            cbos={item.codigo: item for item in table.cbos()},
        )
        return table.competencia, release


def read_cnes(path: AnyPath) -> tuple[date, CnesRelease]:
    """One CNES file, with its date. Names of professionals are not kept."""
    estabelecimentos: dict[str, Estabelecimento] = {}
    equipes: dict[str, Equipe] = {}
    posts: dict[tuple[str, str, str], set[str]] = {}
    with cnes_reader.open_file(path) as file:
        for item in file.items():
            match item:
                case Estabelecimento():
                    estabelecimentos[item.cnes] = item
                case Equipe():
                    equipes[item.ine] = item
                case Lotacao():
                    key = (item.cns, intern(item.cbo), intern(item.cnes))
                    posts.setdefault(key, set()).add(intern(item.ine))
        lotacoes = {key: frozenset(teams) for key, teams in posts.items()}
        avisos = tuple(str(aviso) for aviso in file.avisos)
        release = CnesRelease(
            file.header.ibge, estabelecimentos, equipes, lotacoes, frozenset(file.sem_cns), avisos
        )
        return file.header.data, release


def _paths(value: AnyPath | Iterable[AnyPath] | None) -> list[AnyPath]:
    if value is None:
        return []
    return [value] if isinstance(value, str | Path) else list(value)


def _day(when: date | None) -> str | None:
    return None if when is None else when.isoformat()


@cache
def _ledi_cbos() -> Mapping[str, Cbo]:
    return {str(code): Cbo(str(code), label) for code, label in closed.labels("cbo").items()}
