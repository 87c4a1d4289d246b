"""The list that was open when a correction began, read from the address that leads back to it.

The address says filter and order and nothing personal: what is, it has sealed (`web.opaco`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse

from saude.comum.competencia import readable
from saude.contas.request import UserRequest
from saude.fichas.filtro import Filtro
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.fila import views as fila
from saude.painel import filtros
from saude.painel.converters import SITUACOES
from saude.painel.vizinhas import Lugar, place, place_in
from saude.web.opaco import LONGEST, shown
from saude.web.volta import asked_back

#: of an address of ours, its parts and its parameters: the fichas of its list; None where it lists none to mend
Reader = Callable[[UserRequest, dict[str, Any], QueryDict], Filtro | list[int] | None]
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class ListaAberta:
    """The list, and where one ficha stands in it."""

    endereco: str
    lugar: Lugar

    @property
    def anterior(self) -> str:
        return self._mend(self.lugar.anterior)

    @property
    def proxima(self) -> str:
        return self._mend(self.lugar.proxima)

    def _mend(self, ficha: Ficha | None) -> str:
        if ficha is None:
            return ""
        return f"{reverse('fichas:corrigir', args=[ficha.chave])}?{urlencode({'voltar': self.endereco})}"


def opened(request: UserRequest, ficha: Ficha) -> ListaAberta | None:
    """None where the correction was opened from no list of inconsistentes."""
    address = asked_back(request)
    if not address or len(address) > LONGEST_ADDRESS:
        return None
    parts = urlsplit(address)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    reader, asked = READERS.get(match.view_name), QueryDict(parts.query)
    wanted = reader(request, match.kwargs, asked) if reader else None
    if wanted is None:
        return None
    if isinstance(wanted, list):
        return ListaAberta(address, place_in(wanted, ficha.pk))
    wanted = replace(wanted, situacao=Situacao.INCONSISTENTE)
    where = place(request.entidade, wanted, ficha, ordem=asked.get("ordem", ""), cnes=request.cnes_permitidos)
    return ListaAberta(address, where)


def _panel(request: UserRequest, parts: dict[str, Any], asked: QueryDict) -> Filtro | None:
    if SITUACOES.get(parts["situacao"]) != Situacao.INCONSISTENTE or asked.get("guia") != "fichas":
        return None
    return filtros.read(asked, competencia=parts["competencia"], situacao=Situacao.INCONSISTENTE).filtro


def _cause(request: UserRequest, parts: dict[str, Any], asked: QueryDict) -> Filtro | None:
    cause = shown(asked.get("causa", "")[:LONGEST])[:200]
    return Filtro(causa=cause, competencia=readable(asked.get("competencia", ""))) if cause else None


def _client(request: UserRequest, parts: dict[str, Any], asked: QueryDict) -> Filtro | None:
    return Filtro(cliente_id=parts["pk"]) if parts["pk"] < 10**18 else None


def _queue(request: UserRequest, parts: dict[str, Any], asked: QueryDict) -> list[int] | None:
    """Oldest assignment first, as the page has them; a queue that is longer goes on after these."""
    whose, state = fila.chosen(asked)
    if state == "corrigidas":
        return None
    rows = fila.asked(request, whose, state).filter(ficha__situacao=Situacao.INCONSISTENTE)
    return list(rows.values_list("ficha_id", flat=True)[: fila.WALKED])


READERS: dict[str, Reader] = {
    "painel:detalhe": _panel,
    "fila:minha": _queue,
    "inconsistencias:causa": _cause,
    "clientes:detalhe": _client,
}
