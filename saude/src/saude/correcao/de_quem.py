"""Whose ficha it is, in one line: citizen, age, ficha, date, professional, unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from saude.clientes.models import Cliente
from saude.correcao.edicao import Edicao
from saude.fichas.models import Atendido
from saude.formularios.itens import named
from saude.painel.apresenta import Nomes
from saude.registro.tipos import UmAchado

SHOWN = 3


@dataclass(frozen=True, slots=True)
class DeQuem:
    clientes: list[tuple[Cliente, str]]  # with the age on the day
    outros: int
    nao_identificado: bool
    profissional: str
    unidade: str


@dataclass(frozen=True, slots=True)
class AMendar:
    """One thing to mend: where, whose, and what is wrong with it."""

    id: str
    item: str
    cliente: str
    achado: UmAchado


def whose(edicao: Edicao, people: Mapping[int, Atendido], names: Nomes) -> DeQuem:
    """Those with something wrong first: of a ficha of many citizens, only they are at stake."""
    ficha = edicao.ficha
    wrong = {p for a in edicao.achados if (p := position(edicao, a.campo)) is not None}
    at = sorted(people, key=lambda p: (p not in wrong, p))
    known = [(c, age(c.nascimento, ficha.data)) for p in at if (c := people[p].cliente) is not None]
    shown = known[:SHOWN] if len(wrong) > 1 else known[:1]
    return DeQuem(
        clientes=shown,
        outros=max(0, len(people) - len(shown)) if shown else max(0, len(people) - 1),
        nao_identificado=bool(people) and not shown,
        profissional=names.profissionais.get(ficha.profissional_cns, "") or ficha.profissional_cns,
        unidade=names.estabelecimentos.get(ficha.cnes, "") or ficha.cnes,
    )


def position(edicao: Edicao, campo: str) -> int | None:
    """Which citizen of a ficha of many a path is about."""
    block = edicao.layout.citizen
    return block.position(campo) if block.many else None


def to_mend(
    edicao: Edicao, people: Mapping[int, Atendido], achados: list[UmAchado], ids: Mapping[str, str]
) -> list[AMendar]:
    """The errors with the name of their item and, in a ficha of many citizens, whose each is.

    `ids`: path of a field of the page -> its id there.
    """
    many = len(people) > 1
    found = []
    for a in achados:
        at = position(edicao, a.campo)
        person = people.get(at) if many and at is not None else None
        whose = str(person.cliente) if person is not None and person.cliente is not None else ""
        item = named(edicao.layout, edicao.conteudo, a.campo)
        found.append(AMendar(ids.get(a.campo, ""), item, whose, a))
    return found


def age(birth: date | None, day: date | None) -> str:
    """On the day of the ficha, in words; months up to two years, days in the first month."""
    if birth is None or day is None or birth > day:
        return ""
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    if months >= 24:
        return f"{months // 12} anos"
    if months:
        return f"{months} {'mês' if months == 1 else 'meses'}"
    days = (day - birth).days
    return f"{days} {'dia' if days == 1 else 'dias'}"
