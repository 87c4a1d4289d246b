"""Rows of fichas as the lists show them: names beside the codes, in few queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from ledi.layouts import CURRENT, layout
from saude.cadastros.models import Entidade, Equipe, Estabelecimento, Profissional
from saude.clientes.models import Cliente
from saude.fichas.exportaveis import Exclusao
from saude.fichas.models import Atendido, Ficha
from saude.inconsistencias.models import Inconsistencia, Severidade
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
    achado: str = ""  # the first error in words; of a ficha without errors, the first warning
    outros_achados: int = 0


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
    who, found = people(fichas), _findings(fichas)
    return [_line(f, names, [*who.get(f.pk, {}).values()], found.get(f.pk, [])) for f in fichas]


def _line(f: Ficha, names: Nomes, people: Sequence[Cliente], found: Sequence[str]) -> Linha:
    reason = getattr(f, "nao_exportavel", "")
    return Linha(
        ficha=f,
        profissional=names.profissionais.get(f.profissional_cns, "") or f.profissional_cns,
        estabelecimento=names.estabelecimentos.get(f.cnes, "") or f.cnes,
        equipe=names.equipes.get(f.ine, "") or f.ine,
        cliente=people[0] if people else None,
        outros=max(0, f.n_cidadaos - 1),
        nao_exportavel=Exclusao(reason).label if reason else "",
        achado=found[0] if found else "",
        outros_achados=max(0, len(found) - 1),
    )


def people(fichas: Sequence[Ficha]) -> dict[int, dict[int, Cliente]]:
    """ficha -> the clients on it by their place, in order."""
    rows = Atendido.objects.filter(ficha__in=[f.pk for f in fichas], cliente__isnull=False)
    found: dict[int, dict[int, Cliente]] = {}
    for row in rows.select_related("cliente").order_by("ficha_id", "posicao"):
        if row.cliente is not None:
            found.setdefault(row.ficha_id, {})[row.posicao] = row.cliente
    return found


def _findings(fichas: Sequence[Ficha]) -> dict[int, list[str]]:
    """ficha -> what is wrong with it, in words; of those without errors, the warnings."""
    some = [f.pk for f in fichas if f.n_erros or f.n_avisos]
    rows = Inconsistencia.objects.filter(ficha__in=some, encerrada_em=None)
    open_rows = rows.only("ficha_id", "severidade", "mensagem") if some else ()
    texts: dict[tuple[int, str], list[str]] = {}
    for row in sorted(open_rows, key=lambda r: r.pk):
        texts.setdefault((row.ficha_id, row.severidade), []).append(row.mensagem)
    return {pk: texts.get((pk, Severidade.ERRO)) or texts.get((pk, Severidade.AVISO), []) for pk in some}


HEADER = (
    "Ficha", "UUID", "Data", "Competência", "Situação", "Cliente", "O que está errado", "CNES", "Estabelecimento",
    "INE", "Equipe", "Profissional", "CBO", "Cidadãos", "Erros", "Avisos", "Origem", "Recebida em", "Processada em",
    "Exportada em", "Não exportável por",
)  # fmt: skip


NAMED = HEADER.index("Cliente")
NAMELESS = HEADER[:NAMED] + HEADER[NAMED + 1 :]


def nameless(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Rows of `sheet` without their citizens, for NAMELESS."""
    for row in rows:
        yield row[:NAMED] + row[NAMED + 1 :]


def sheet(entidade: Entidade, fichas: QuerySet[Ficha]) -> Iterator[list[Any]]:
    """Rows of the download, as a stream; citizens are named in it, so whoever gives it out records that."""
    names = Nomes.of(entidade)
    every = fichas.iterator(chunk_size=CHUNK)
    while some := list(islice(every, CHUNK)):
        everybody, found = people(some), _findings(some)
        for f in some:
            who, wrong = [*everybody.get(f.pk, {}).values()], found.get(f.pk, [])
            yield _cells(_line(f, names, who, wrong), who, wrong)


def _cells(line: Linha, people: Sequence[Cliente], found: Sequence[str]) -> list[Any]:
    f = line.ficha
    return [
        f.get_tipo_display(), f.uuid, f.data or "", competencia(f.competencia), f.get_situacao_display(),
        "; ".join(dict.fromkeys(map(str, people))), "; ".join(dict.fromkeys(found)), f.cnes, line.estabelecimento,
        f.ine, line.equipe, line.profissional, f.cbo, f.n_cidadaos, f.n_erros, f.n_avisos, f.get_origem_display(),
        f.recebida_em, f.processada_em or "", f.exportada_em or "", line.nao_exportavel,
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def field_label(tipo: str, path: str) -> str:
    """What the field at a finding's path is called: "Data de nascimento"."""
    field = layout(CURRENT).fichas[tipo].root.field_at(path) if path else None
    return field.label if field else SHORT_LABELS.get(path, "Registro")
