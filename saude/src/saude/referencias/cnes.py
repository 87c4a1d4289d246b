"""A CNES file against the registrations of its entidade: what is new, changed, gone; and putting it in force.

CNES does not say since when somebody works somewhere: a row counts from the first release that shows it
(always, if that is the first of all) until the day before the first one that no longer does. A second file of
the same day corrects the first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from django.db.models import Model

from ledi.tables.port import Equipe, Estabelecimento, Lotacao, Profissional
from saude.cadastros import models as cadastros
from saude.cadastros import storage
from saude.cadastros.models import Entidade
from saude.comum import isolado
from saude.comum.texto import fold
from saude.referencias import leitor

NEVER = date(1900, 1, 1)  # end of a place or team that was registered by hand and no CNES shows
MEMORY, SECONDS = 256 * 1024 * 1024, 60  # to read a file
SHOWN = 100  # items of each list kept for the page
Key = tuple[str, str, str, str]  # (CNS, CBO, CNES, INE)


@dataclass(slots=True)
class Arquivo:
    """What a file says; professionals by CNS. `avisos`: its odd rows, and what was left out of each.

    `sem_cns`: (CBO, CNES, INE) of the posts of people whose CNS it does not say.
    """

    data: date
    ibge: str
    versao: str
    estabelecimentos: dict[str, Estabelecimento] = field(default_factory=dict)
    equipes: dict[str, Equipe] = field(default_factory=dict)
    profissionais: dict[str, Profissional] = field(default_factory=dict)
    lotacoes: set[Key] = field(default_factory=set)
    fora: int = 0
    avisos: list[str] = field(default_factory=list)
    sem_cns: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def contagens(self) -> dict[str, int]:
        return {
            "estabelecimentos": len(self.estabelecimentos),
            "equipes": len(self.equipes),
            "profissionais": len(self.profissionais),
            "lotacoes": len(self.lotacoes),
        }


@dataclass(slots=True)
class Mudancas:
    """Keys that are new, changed and gone, of one kind."""

    novos: list[Any] = field(default_factory=list)
    mudados: list[Any] = field(default_factory=list)
    sumidos: list[Any] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.novos or self.mudados or self.sumidos)


@dataclass(slots=True)
class Estado:
    """The registrations in force now: key -> row. `lotacoes` by key, a professional's `cpf` -> CNS."""

    estabelecimentos: dict[str, cadastros.Estabelecimento]
    equipes: dict[str, cadastros.Equipe]
    profissionais: dict[str, cadastros.Profissional]
    lotacoes: dict[Key, tuple[int, date | None]]  # id, inicio
    por_cpf: dict[str, str]


@dataclass(slots=True)
class Diferencas:
    estabelecimentos: Mudancas
    equipes: Mudancas
    profissionais: Mudancas
    lotacoes: Mudancas

    def __bool__(self) -> bool:
        return any((self.estabelecimentos, self.equipes, self.profissionais, self.lotacoes))


class Grande(Exception):
    """More items than whoever asks wants to hold."""


def read(path: Path, *, most: int | None = None) -> Arquivo:
    """Foreign XML: read in a process of its own, whose copy lies beside the file meanwhile. Raises `Recusado`,
    `Excesso` or `Ocupado` of `comum.isolado`; `Grande` when it has more than `most` items, none of them built."""
    target = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        name = f"{leitor.__name__}:{leitor.copy_cnes.__name__}"
        head = isolado.run(name, str(path), str(target), memory=MEMORY, seconds=SECONDS)
        if most is not None and head["itens"] > most:
            raise Grande
        found = Arquivo(date.fromisoformat(head["data"]), head["ibge"], head["versao"], avisos=head["avisos"])
        for item in leitor.copied(target):
            _keep(found, item)
    finally:
        target.unlink(missing_ok=True)
    if not found.estabelecimentos:
        raise isolado.Recusado(f"{path.name}: o arquivo não tem nenhum estabelecimento")
    _trim(found)
    return found


def _keep(found: Arquivo, item: Any) -> None:
    match item:
        case Estabelecimento():
            found.estabelecimentos[item.cnes] = item
        case Equipe():
            found.equipes[item.ine] = item
        case Profissional():
            if item.cns:
                found.profissionais[item.cns] = item
        case Lotacao():
            found.lotacoes.add((item.cns, item.cbo, item.cnes, item.ine))
        case _:
            found.sem_cns.add(item)


def _trim(found: Arquivo) -> None:
    """Posts in places that the file does not list are left out, and counted; a team not listed is none."""
    kept = {key for key in found.lotacoes if key[2] in found.estabelecimentos}
    found.fora = len(found.lotacoes) - len(kept)
    if found.fora:
        places = sorted({key[2] for key in found.lotacoes - kept})
        more = f" e mais {len(places) - 20}" if len(places) > 20 else ""
        found.avisos.append(
            f"lotações em estabelecimentos que o arquivo não traz ficaram de fora: {found.fora}, "
            f"no CNES {', '.join(places[:20])}{more}"
        )
    found.lotacoes = {k if not k[3] or k[3] in found.equipes else (*k[:3], "") for k in kept}


def current(entidade: Entidade) -> Estado:
    """What is in force, read by four queries."""
    places = {e.cnes: e for e in cadastros.Estabelecimento.objects.filter(entidade=entidade)}
    teams = {
        t.ine: t
        for t in cadastros.Equipe.objects.filter(entidade=entidade)
        .select_related("estabelecimento")
        .prefetch_related("outros_estabelecimentos")
    }
    people = list(cadastros.Profissional.objects.filter(entidade=entidade))
    rows = cadastros.Lotacao.objects.filter(profissional__entidade=entidade, fim=None).values_list(
        "profissional__cns", "cbo", "estabelecimento__cnes", "equipe__ine", "pk", "inicio"
    )
    return Estado(
        estabelecimentos=places,
        equipes=teams,
        profissionais={p.cns: p for p in people if p.cns},
        lotacoes={(cns, cbo, cnes, ine or ""): (pk, begin) for cns, cbo, cnes, ine, pk, begin in rows},
        por_cpf={p.cpf: p.cns for p in people if p.cpf},
    )


def compare(arquivo: Arquivo, estado: Estado) -> Diferencas:
    return Diferencas(
        _compare(arquivo.estabelecimentos, estado.estabelecimentos, _same_place, lambda e: e.ativo),
        _compare(arquivo.equipes, estado.equipes, _same_team, lambda t: t.ativa),
        _compare(arquivo.profissionais, estado.profissionais, _same_person, lambda p: p.ativo),
        Mudancas(
            novos=sorted(arquivo.lotacoes - estado.lotacoes.keys()),
            sumidos=sorted(estado.lotacoes.keys() - arquivo.lotacoes),
        ),
    )


def _compare(
    new: dict[str, Any], old: dict[str, Any], same: Callable[[Any, Any], bool], alive: Callable[[Any], bool]
) -> Mudancas:
    found = Mudancas()
    for key, item in new.items():
        row = old.get(key)
        if row is None or not alive(row):
            found.novos.append(key)
        elif not same(item, row):
            found.mudados.append(key)
    found.sumidos.extend(key for key, row in old.items() if key not in new and alive(row))
    return found


def _same_place(item: Estabelecimento, row: cadastros.Estabelecimento) -> bool:
    return (item.nome[:120], item.tipo_nome[:80]) == (row.nome, row.tipo_nome)


def _same_team(item: Equipe, row: cadastros.Equipe) -> bool:
    mine = (_team_name(item), item.tipo[:4], item.sigla[:20], item.area[:10], item.desativacao, item.cnes)
    others = {place.cnes for place in row.outros_estabelecimentos.all()}
    theirs = (row.nome, row.tipo, row.sigla, row.area, row.desativada_em, row.estabelecimento.cnes)
    return mine == theirs and _others(item) == others


def _others(item: Equipe) -> set[str]:
    """The establishments that the team serves besides its own."""
    return set(item.unidades) - {item.cnes}


def _same_person(item: Profissional, row: cadastros.Profissional) -> bool:
    return item.nome[:120] == row.nome and (not item.cpf or not row.cpf or item.cpf == row.cpf)


def _team_name(item: Equipe) -> str:
    return (item.nome or f"{item.sigla} {item.ine}".strip())[:120]


def shown(found: Diferencas, arquivo: Arquivo, estado: Estado) -> dict[str, Any]:
    """For the page: how many of each, and the first of each by name. Of people, the name only."""

    def person(cns: str) -> str:
        row = arquivo.profissionais.get(cns) or estado.profissionais.get(cns)
        return row.nome if row else "profissional"

    def place(cnes: str) -> str:
        row = arquivo.estabelecimentos.get(cnes) or estado.estabelecimentos.get(cnes)
        return f"{row.nome} (CNES {cnes})" if row else f"CNES {cnes}"

    def team(ine: str) -> str:
        row = arquivo.equipes.get(ine) or estado.equipes.get(ine)
        return f"{row.nome or 'Equipe'} (INE {ine})" if row else f"INE {ine}"

    def post(key: Key) -> str:
        cns, cbo, cnes, ine = key
        return f"{person(cns)}, CBO {cbo}, {team(ine) if ine else place(cnes)}"

    named: dict[str, tuple[Mudancas, Callable[[Any], str]]] = {
        "estabelecimentos": (found.estabelecimentos, place),
        "equipes": (found.equipes, team),
        "profissionais": (found.profissionais, person),
        "lotacoes": (found.lotacoes, post),
    }
    lists: dict[str, Any] = {kind: _listed(changes, name) for kind, (changes, name) in named.items()}
    return lists | ({"avisos": arquivo.avisos} if arquivo.avisos else {})


def _listed(changes: Mudancas, name: Callable[[Any], str]) -> dict[str, Any]:
    return {
        what: {"n": len(keys), "itens": [name(key) for key in keys[:SHOWN]]}
        for what, keys in (
            ("novos", changes.novos),
            ("mudados", changes.mudados),
            ("sumidos", changes.sumidos),
        )
    }


@dataclass(frozen=True, slots=True)
class Vigencia:
    """`inicio` of what is new (None: the first release of all, or its correction); `fim` of what is gone."""

    data: date
    inicio: date | None

    @property
    def fim(self) -> date:
        return NEVER if self.inicio is None else self.data - timedelta(days=1)


def apply(entidade: Entidade, arquivo: Arquivo, found: Diferencas, estado: Estado, v: Vigencia) -> None:
    """Put the file in force. The caller owns the transaction."""
    places = _apply_places(entidade, arquivo, found.estabelecimentos, estado, v)
    teams = _apply_teams(entidade, arquivo, found.equipes, estado, places, v)
    people = _apply_people(entidade, arquivo, found.profissionais, estado)
    _apply_posts(found.lotacoes, estado, places, teams, people, v)


def _apply_places(
    entidade: Entidade, arquivo: Arquivo, found: Mudancas, estado: Estado, v: Vigencia
) -> dict[str, int]:
    model = cadastros.Estabelecimento
    fresh, changed = [], []
    for cnes in (*found.novos, *found.mudados):
        item, row = arquivo.estabelecimentos[cnes], estado.estabelecimentos.get(cnes)
        values = {"nome": item.nome[:120], "tipo_nome": item.tipo_nome[:80], "ativo": True, "fim": None}
        if row is None:
            fresh.append(model(entidade=entidade, cnes=cnes, inicio=v.inicio, **values))
        else:
            changed.append(_set(row, values))
    changed += [_set(estado.estabelecimentos[c], {"ativo": False, "fim": v.fim}) for c in found.sumidos]
    model.objects.bulk_create(fresh, batch_size=1000)
    model.objects.bulk_update(changed, ["nome", "tipo_nome", "ativo", "fim"], batch_size=500)
    return {row.cnes: row.pk for row in (*estado.estabelecimentos.values(), *fresh)}


def _apply_teams(
    entidade: Entidade, arquivo: Arquivo, found: Mudancas, estado: Estado, places: dict[str, int], v: Vigencia
) -> dict[str, int]:
    model = cadastros.Equipe
    fresh, changed = [], []
    for ine in (*found.novos, *found.mudados):
        item, row = arquivo.equipes[ine], estado.equipes.get(ine)
        values = {
            "nome": _team_name(item), "tipo": item.tipo[:4], "sigla": item.sigla[:20], "area": item.area[:10],
            "desativada_em": item.desativacao, "estabelecimento_id": places[item.cnes],
            "ativa": True, "fim": None,
        }  # fmt: skip
        if row is None:
            fresh.append(model(entidade=entidade, ine=ine, inicio=v.inicio, **values))
        else:
            changed.append(_set(row, values))
    changed += [_set(estado.equipes[i], {"ativa": False, "fim": v.fim}) for i in found.sumidos]
    model.objects.bulk_create(fresh, batch_size=1000)
    fields = ["nome", "tipo", "sigla", "area", "desativada_em", "estabelecimento", "ativa", "fim"]
    model.objects.bulk_update(changed, fields, batch_size=500)
    known = {row.ine: row.pk for row in (*estado.equipes.values(), *fresh)}
    _apply_others(
        {known[ine]: _others(arquivo.equipes[ine]) for ine in (*found.novos, *found.mudados)}, places
    )
    return known


def _apply_others(wanted: dict[int, set[str]], places: dict[str, int]) -> None:
    """The other establishments of these teams."""
    model = cadastros.Equipe.outros_estabelecimentos.through
    model.objects.filter(equipe_id__in=wanted).delete()
    model.objects.bulk_create(
        (
            model(equipe_id=team, estabelecimento_id=places[cnes])
            for team, others in wanted.items()
            for cnes in sorted(others)
        ),
        batch_size=1000,
    )


def _apply_people(entidade: Entidade, arquivo: Arquivo, found: Mudancas, estado: Estado) -> dict[str, int]:
    """Of a person only name, CNS and CPF are kept. A CPF that another person has already is left out."""
    model = cadastros.Profissional
    gone = [_set(estado.profissionais[c], {"ativo": False}) for c in found.sumidos]
    wanted = {arquivo.profissionais[cns].cpf for cns in (*found.novos, *found.mudados)}
    taken = dict(estado.por_cpf)
    for row in gone:  # a new CNS of the same person takes the CPF over
        if row.cpf in wanted and taken.pop(row.cpf, ""):
            row.cpf = ""
    model.objects.bulk_update(gone, ["cpf", "ativo"], batch_size=500)
    fresh: list[cadastros.Profissional] = []
    changed: list[cadastros.Profissional] = []
    for cns in (*found.novos, *found.mudados):
        item, known = arquivo.profissionais[cns], estado.profissionais.get(cns)
        cpf = item.cpf if len(item.cpf) == 11 and taken.setdefault(item.cpf, cns) == cns else ""
        values = {"nome": item.nome[:120], "nome_busca": fold(item.nome)[:120], "ativo": True}
        if known is None:
            fresh.append(model(entidade=entidade, cns=cns, cpf=cpf, **values))
        else:
            changed.append(_set(known, {**values, "cpf": cpf or known.cpf}))
    model.objects.bulk_create(fresh, batch_size=1000)
    names = ("pk", "nome", "nome_busca", "cpf")
    storage.update_people([[getattr(row, name) for row in changed] for name in names])
    return {row.cns: row.pk for row in (*estado.profissionais.values(), *fresh)}


def _apply_posts(
    found: Mudancas, estado: Estado, places: dict[str, int], teams: dict[str, int], people: dict[str, int],
    v: Vigencia,
) -> None:  # fmt: skip
    gone = [estado.lotacoes[key] for key in found.sumidos]
    # what no CNES ever showed, but for a release now corrected, never was
    never = {pk for pk, begin in gone if v.inicio is None or (begin is not None and begin > v.fim)}
    ended = [pk for pk, _ in gone if pk not in never]
    rows = _post_rows(found.novos, places, teams, people, v.inicio)
    storage.change_posts(never=never, ended=ended, end=v.fim, new=rows)


def _post_rows(
    keys: Iterable[Key],
    places: dict[str, int],
    teams: dict[str, int],
    people: dict[str, int],
    begin: date | None,
) -> Iterable[storage.LinhaLotacao]:
    for cns, cbo, cnes, ine in keys:
        yield people[cns], places[cnes], teams[ine] if ine else None, cbo, "", begin


Row = TypeVar("Row", bound=Model)


def _set(row: Row, values: dict[str, Any]) -> Row:
    for name, value in values.items():
        setattr(row, name, value)
    return row
