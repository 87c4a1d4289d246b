"""The filters of the lists of fichas: from an address to a Filtro and back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade, Equipe, Lotacao, Profissional
from saude.comum.competencia import readable
from saude.comum.texto import number, numbers
from saude.contas.request import UserRequest
from saude.fichas.desfechos import RETORNOS
from saude.fichas.exportaveis import Exclusao
from saude.fichas.filtro import Filtro
from saude.fichas.situacoes import Situacao
from saude.painel.apresenta import Nomes
from saude.registro.tipos import Origem, Tipo
from saude.web.opaco import LONGEST, shown

TEXT = {
    "ficha": "tipo", "situacao": "situacao", "cnes": "cnes", "ine": "ine", "profissional": "profissional_cns",
    "codigo": "codigo", "causa": "causa", "origem": "origem", "exclusao": "exclusao", "retorno": "retorno",
}  # fmt: skip
CHOICES = {
    "ficha": Tipo.values,
    "situacao": Situacao.values,
    "origem": Origem.values,
    "exclusao": Exclusao.values,
    "retorno": [value for value, _ in RETORNOS],
}
#: parameters that say who or what value, so sealed in an address
SEALED = ("profissional", "causa")
#: those that a filter kept under a name has: of any competência, so not the days
KEPT = (*(name for name in TEXT if name != "situacao"), "cliente", "sem_id")
LIMIT = 200
TICKED = 1_000


@dataclass(frozen=True, slots=True)
class Filtros:
    """What the user asked for. `erros`: which dates could not be read, told beside the field."""

    filtro: Filtro
    valores: dict[str, str]
    erros: dict[str, str]

    @property
    def ativos(self) -> bool:
        return any(v for k, v in self.valores.items() if k != "situacao")


def read(asked: QueryDict, *, competencia: str = "", situacao: str = "") -> Filtros:
    got = {k: _given(asked, k) for k in (*TEXT, "cliente", "de", "ate", "sem_id")}
    for name, allowed in CHOICES.items():
        if got[name] and got[name] not in allowed:
            got[name] = ""
    values: dict[str, Any] = {attr: got[name] for name, attr in TEXT.items()}
    errors: dict[str, str] = {}
    for name, attr in (("de", "inicio"), ("ate", "fim")):
        values[attr] = got[name]
        if got[name] and not _is_date(got[name]):
            values[attr], errors[name] = "", "Informe a data como dd/mm/aaaa."
    if (cliente := number(got["cliente"])) is not None:
        values["cliente_id"] = cliente
    values["nao_identificados"] = got["sem_id"] == "1"
    if competencia:
        values["competencia"] = competencia
    if situacao:
        values["situacao"] = situacao
    return Filtros(Filtro(**values), got, errors)


def posted(post: QueryDict) -> Filtro:
    """The filter of the list that a button stood on: its address came along as `filtro`."""
    asked = QueryDict(post.get("filtro", "").lstrip("?")[:2000])
    competencia, situacao = post.get("competencia", ""), post.get("situacao", "")
    if situacao not in (Situacao.INCONSISTENTE, Situacao.PENDENTE, Situacao.PROCESSADA):
        situacao = ""
    return read(asked, competencia=readable(competencia), situacao=situacao).filtro


def marked(post: QueryDict) -> Filtro | None:
    """The fichas that were ticked in a list; None: none was."""
    ids = set(numbers(post.getlist("fichas")))
    return Filtro(ids=tuple(sorted(ids)[:TICKED])) if ids else None


def _given(asked: QueryDict, name: str) -> str:
    return shown(asked.get(name, "").strip()[:LONGEST])[:LIMIT].replace("\x00", "")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def query(request: UserRequest, **changes: Any) -> str:
    """The address's parameters with some changed; None takes one away."""
    params: QueryDict = request.GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None and value != "":
            params[name] = str(value)
    return f"?{params.urlencode()}" if params else "?"


def teams_of(entidade: Entidade, cnes: Areas) -> QuerySet[Equipe]:
    """Those that serve one of the áreas, whichever their own establishment is."""
    rows = Equipe.objects.filter(entidade=entidade)
    if cnes is None:
        return rows
    areas = sorted(cnes)
    here = Q(estabelecimento__cnes__in=areas) | Q(outros_estabelecimentos__cnes__in=areas)
    return rows.filter(here).distinct()


def choices(entidade: Entidade, names: Nomes, *, cnes: Areas = None) -> dict[str, Any]:
    """What the selects of the filter offer, as (code, name): of the áreas, when the user is limited to some."""
    units = [(code, name) for code, name in names.estabelecimentos.items() if cnes is None or code in cnes]
    people, teams = list(names.profissionais.items()), list(names.equipes.items())
    if cnes is not None:
        posts = Lotacao.objects.filter(estabelecimento__entidade=entidade)
        here = in_areas(posts, cnes, "estabelecimento__cnes").values("profissional")
        mine = set(Profissional.objects.filter(entidade=entidade, pk__in=here).values_list("cns", flat=True))
        people = [(cns, name) for cns, name in people if cns in mine]
        teams = list(teams_of(entidade, cnes).values_list("ine", "nome"))
    return {
        "tipos": Tipo.choices,
        "retornos": RETORNOS,
        "estabelecimentos": units,
        "equipes": teams,
        "profissionais": [(cns, name) for cns, name in people if cns],
    }
