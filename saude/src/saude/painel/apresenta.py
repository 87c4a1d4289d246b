"""Rows of fichas as the lists show them: names beside the codes, in few queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ledi.layouts import CURRENT, layout
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Profissional
from saude.clientes.models import Cliente
from saude.fichas.exportaveis import Exclusao
from saude.fichas.models import Atendido, Ficha
from saude.web.templatetags.saude import competencia

CHUNK = 2_000
#: of the record itself, in a column
SHORT_LABELS = {"cnes": "CNES", "ine": "INE", "ibge": "Município"}


@dataclass(frozen=True, slots=True)
class Linha:
    ficha: Ficha
    profissional: str
    estabelecimento: str
    equipe: str
    cliente: Cliente | None  # the first one
    outros: int
    nao_exportavel: str


@dataclass(frozen=True, slots=True)
class Nomes:
    """Names of the entidade's registers."""

    profissionais: dict[str, str]
    estabelecimentos: dict[str, str]
    equipes: dict[str, str]

    @classmethod
    def of(cls, entidade: Entidade) -> "Nomes":
        mine = {"entidade": entidade}
        return cls(
            dict(Profissional.objects.filter(**mine).values_list("cns", "nome")),
            dict(Estabelecimento.objects.filter(**mine).values_list("cnes", "nome")),
            dict(Equipe.objects.filter(**mine).values_list("ine", "nome")),
        )

    def labels(self) -> dict[tuple[str, str], str]:
        """(source of the search box, code) -> name."""
        sources = {
            "profissionais": self.profissionais,
            "estabelecimentos": self.estabelecimentos,
            "equipes": self.equipes,
        }
        return {(s, code): name for s, names in sources.items() for code, name in names.items()}


def rows(entidade: Entidade, fichas: Sequence[Ficha], names: Nomes | None = None) -> list[Linha]:
    names = names or Nomes.of(entidade)
    clients = _first_clients(fichas)
    return [_line(f, names, clients.get(f.pk)) for f in fichas]


def _line(f: Ficha, names: Nomes, client: Cliente | None) -> Linha:
    reason = getattr(f, "nao_exportavel", "")
    return Linha(
        ficha=f,
        profissional=names.profissionais.get(f.profissional_cns, "") or f.profissional_cns,
        estabelecimento=names.estabelecimentos.get(f.cnes, "") or f.cnes,
        equipe=names.equipes.get(f.ine, "") or f.ine,
        cliente=client,
        outros=max(0, f.n_cidadaos - 1),
        nao_exportavel=Exclusao(reason).label if reason else "",
    )


def _first_clients(fichas: Sequence[Ficha]) -> dict[int, Any]:
    found = Atendido.objects.filter(ficha__in=[f.pk for f in fichas], cliente__isnull=False)
    first: dict[int, Any] = {}
    for row in found.select_related("cliente").order_by("ficha_id", "posicao"):
        first.setdefault(row.ficha_id, row.cliente)
    return first


HEADER = (
    "Ficha", "UUID", "Data", "Competência", "Situação", "CNES", "Estabelecimento", "INE", "Equipe",
    "Profissional", "CBO", "Cidadãos", "Erros", "Avisos", "Origem", "Recebida em", "Processada em",
    "Exportada em", "Não exportável por",
)  # fmt: skip


def sheet(entidade: Entidade, fichas: QuerySet[Ficha]) -> Iterator[list[Any]]:
    """Rows of the download, as a stream; no citizen is named in it."""
    names = Nomes.of(entidade)
    for f in fichas.iterator(chunk_size=CHUNK):
        yield _cells(_line(f, names, None))


def _cells(line: Linha) -> list[Any]:
    f = line.ficha
    return [
        f.get_tipo_display(), f.uuid, _day(f.data), competencia(f.competencia),
        f.get_situacao_display(), f.cnes, line.estabelecimento, f.ine, line.equipe, line.profissional, f.cbo,
        f.n_cidadaos, f.n_erros, f.n_avisos, f.get_origem_display(), _moment(f.recebida_em),
        _moment(f.processada_em), _moment(f.exportada_em), line.nao_exportavel,
    ]  # fmt: skip


def _day(value: Any) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _moment(value: Any) -> str:
    return f"{timezone.localtime(value):%d/%m/%Y %H:%M}" if value else ""


@lru_cache(maxsize=4096)
def field_label(tipo: str, path: str) -> str:
    """What the field at a finding's path is called: "Data de nascimento"."""
    field = layout(CURRENT).fichas[tipo].root.field_at(path) if path else None
    return field.label if field else SHORT_LABELS.get(path, "Registro")
