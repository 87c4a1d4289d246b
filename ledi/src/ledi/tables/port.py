"""The port to the reference tables that change every month: SIGTAP, CID-10, CBO and the município's CNES.

Rules ask here and nowhere else; who answers is a `MemoryTables` (command line) or the database of a
system. Each kind of question may be loaded or not: a rule that needs an absent kind is skipped and
reported as such. A question about a competência is answered from its release or, when there is none,
from the nearest earlier one; before the first release, from the first. `competencia` tells which one
that is, so that a rule can be milder when it is not the asked.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

NOT_APPLICABLE = 9999
Kind = Literal["procedimento", "cid", "cbo", "ciap", "estabelecimento", "equipe", "lotacao"]
KINDS: tuple[Kind, ...] = ("procedimento", "cid", "cbo", "ciap", "estabelecimento", "equipe", "lotacao")


class Procedimento(NamedTuple):
    """SIGTAP procedure. Ages in months, 9999 = no limit; sexo M, F, I (either) or N (not applicable)."""

    codigo: str
    nome: str
    complexidade: str
    sexo: str
    idade_min: int
    idade_max: int
    ocupacoes: frozenset[str]
    cids: frozenset[str]
    servicos: frozenset[str]  # serviço (3) + classificação (3)
    registros: frozenset[str]

    def accepts_age(self, months: int) -> bool:
        """Is a person of this age, in completed months, within the limits?"""
        above = self.idade_min == NOT_APPLICABLE or months >= self.idade_min
        # The maximum is a whole month or year: it lasts until the next one is completed.
        return above and (self.idade_max == NOT_APPLICABLE or months <= self.idade_max)

    def accepts_sex(self, sexo: str) -> bool:
        """`sexo` is M or F."""
        return self.sexo not in "MF" or sexo == self.sexo

    def accepts_cbo(self, cbo: str) -> bool:
        return not self.ocupacoes or cbo in self.ocupacoes

    def accepts_cid(self, cid: str) -> bool:
        return not self.cids or cid in self.cids


class Cid(NamedTuple):
    """CID-10 code without the dot ("A000"). sexo M, F or I (either)."""

    codigo: str
    nome: str
    sexo: str

    def accepts_sex(self, sexo: str) -> bool:
        return self.sexo not in "MF" or sexo == self.sexo


class Cbo(NamedTuple):
    codigo: str
    nome: str


class Ciap(NamedTuple):
    codigo: str
    nome: str


class Estabelecimento(NamedTuple):
    cnes: str
    nome: str
    ibge: str
    cnpj: str
    tipo: str
    tipo_nome: str


class Equipe(NamedTuple):
    """Team of an establishment. tipo: 70 eSF, 71 eSB, 72 eMulti, 76 eAP…"""

    ine: str
    cnes: str
    nome: str
    tipo: str
    sigla: str
    area: str
    desativacao: date | None
    unidades: frozenset[str] = frozenset()  # every CNES it serves, when there are several (eMulti)

    def serves(self, cnes: str) -> bool:
        """Is it a team of this establishment?"""
        return cnes == self.cnes or cnes in self.unidades

    def active(self, when: date) -> bool:
        return self.desativacao is None or when < self.desativacao


class Profissional(NamedTuple):
    cns: str
    cpf: str
    nome: str


class Lotacao(NamedTuple):
    """A professional's post: who (CNS), as what (CBO), where (CNES) and in which team (INE, "" = none)."""

    cns: str
    cbo: str
    cnes: str
    ine: str


class Tables(Protocol):
    """What rules may ask. Competências are "AAAAMM"; codes are given without dots or hyphens."""

    def has(self, kind: Kind) -> bool:
        """Is there a table to answer this kind of question?"""
        ...

    def competencia(self, kind: Kind, when: date | str) -> str | None:
        """Release ("AAAAMM") that answers for a date or competência; None: kind absent or undated."""
        ...

    def procedimento(self, codigo: str, competencia: str) -> Procedimento | None: ...

    def cid(self, codigo: str, competencia: str | None = None) -> Cid | None: ...

    def cbo(self, codigo: str, competencia: str | None = None) -> Cbo | None: ...

    def ciap(self, codigo: str) -> Ciap | None: ...

    def estabelecimento(self, cnes: str, when: date | None = None) -> Estabelecimento | None: ...

    def equipe(self, ine: str, when: date | None = None) -> Equipe | None: ...

    def lotacao(self, cns: str, cbo: str, cnes: str, ine: str | None, when: date) -> Lotacao | None:
        """The post, if the professional has it. `ine` None or "" asks for a post in any team or in none.

        A post in a team that was deactivated by `when` is not one.
        """
        ...

    def lotacoes(self, cns: str, when: date) -> tuple[Lotacao, ...]:
        """Every post of a professional on that day, () for one unknown. `date.max` asks for the newest."""
        ...

    def sem_cns(self, cbo: str, cnes: str, ine: str, when: date) -> bool:
        """Does the CNES have, in that post, somebody of whom it does not say the CNS? "" asks for any."""
        ...

    def municipio(self, when: date) -> str | None:
        """IBGE code of the município whose CNES answers on that day; None when it is not known."""
        ...


def missing(tables: Tables | None, kinds: Iterable[Kind]) -> tuple[Kind, ...]:
    """Which of these kinds cannot be asked."""
    return tuple(kind for kind in kinds if tables is None or not tables.has(kind))


@lru_cache(maxsize=64)
def check_tables(kind: type) -> None:
    """TypeError when objects of a class cannot be asked as `Tables`; names what they lack."""
    lacking = [name for name in _QUESTIONS if not callable(getattr(kind, name, None))]
    if lacking:
        raise TypeError(
            f"tabelas deve ser ledi.Tables (como a que ledi.load_tables devolve), e veio {kind.__name__}, "
            f"que não tem {', '.join(lacking)}"
        )


_QUESTIONS = tuple(name for name in vars(Tables) if not name.startswith("_"))
