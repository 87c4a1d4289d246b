"""Produção: each unit, team or professional of a month, beside the month before; and one professional's own report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade, Lotacao, Profissional
from saude.fichas.contagens import LinhaPainel
from saude.fichas.por_grupo import Dia, by_day, by_group, by_kind, citizens, of_month, summed
from saude.painel.apresenta import Nomes
from saude.registro.tipos import Tipo

NONE = {"unidade": "Sem unidade", "equipe": "Sem equipe", "profissional": "Sem profissional"}
HEADER = (
    "Competência", "Total", "Prontas (%)", "Processados", "Não exportáveis", "Inconsistências", "Pendências",
    "Exportados", "Total do mês anterior", "Diferença",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linha:
    chave: str
    nome: str
    agora: LinhaPainel
    antes: int
    pk: int | None = None  # of the professional

    @property
    def diferenca(self) -> int:
        return self.agora.total - self.antes

    @property
    def prontas(self) -> int | None:
        return ready(self.agora)


def ready(line: LinhaPainel) -> int | None:
    """Per cent of the fichas that nobody has to mend or reprocess; 100 only when all. None: there are none."""
    return (line.processadas + line.exportadas) * 100 // line.total if line.total else None


def month_before(competencia: str) -> str:
    n = int(competencia[:4]) * 12 + int(competencia[4:]) - 2
    return f"{n // 12}{n % 12 + 1:02d}"


def table(entidade: Entidade, competencia: str, group: str, *, cnes: Areas) -> tuple[list[Linha], Linha]:
    """The lines by name, then codes that no registration names, what has none last, and their sum."""
    now = by_group(entidade, competencia, group, cnes=cnes)
    before = by_group(entidade, month_before(competencia), group, cnes=cnes)
    people = _people(entidade) if group == "profissional" else {}
    names = _names(entidade, group)
    lines = [
        Linha(
            key,
            names.get(key) or key or NONE[group],
            now.get(key, LinhaPainel(competencia)),
            before[key].total if key in before else 0,
            people.get(key),
        )
        for key in now.keys() | before.keys()
    ]
    lines.sort(key=lambda line: (not line.chave, line.chave not in names, line.nome.casefold(), line.chave))
    whole = summed([line.agora for line in lines], competencia)
    return lines, Linha("", "Total", whole, sum(line.antes for line in lines))


def sheet(lines: Sequence[Linha], competencia: str) -> Iterator[list[Any]]:
    for line in lines:
        now = line.agora
        yield [
            line.nome, competencia, now.total, "" if line.prontas is None else line.prontas, now.processadas,
            now.nao_exportaveis, now.inconsistentes, now.pendentes, now.exportadas, line.antes, line.diferenca,
        ]  # fmt: skip


def _names(entidade: Entidade, group: str) -> dict[str, str]:
    names = Nomes.of(entidade)
    found = {"unidade": names.estabelecimentos, "equipe": names.equipes, "profissional": names.profissionais}
    return found[group]


def _people(entidade: Entidade) -> dict[str, int]:
    return dict(Profissional.objects.filter(entidade=entidade).exclude(cns="").values_list("cns", "pk"))


@dataclass(frozen=True, slots=True)
class DaFicha:
    tipo: str
    nome: str
    linha: LinhaPainel
    cidadaos: int


@dataclass(frozen=True, slots=True)
class Relatorio:
    """What one professional produced in a month, in the áreas of who looks."""

    fichas: list[DaFicha]
    dias: list[tuple[Any, Dia]]
    total: LinhaPainel
    cidadaos: int


def professional(entidade: Entidade, pk: int, *, cnes: Areas) -> Profissional | None:
    """Of the entidade; to who is limited to some áreas, one that works or has fichas in them."""
    person = Profissional.objects.filter(entidade=entidade, pk=pk).exclude(cns="").first()
    if person is None or cnes is None:
        return person
    posts = in_areas(Lotacao.objects.filter(profissional=person), cnes, "estabelecimento__cnes")
    mine = in_areas(entidade.fichas.filter(profissional_cns=person.cns), cnes)
    return person if posts.exists() or mine.exists() else None


def report(entidade: Entidade, person: Profissional, competencia: str, *, cnes: Areas) -> Relatorio:
    fichas = of_month(entidade, competencia, cnes=cnes, profissional_cns=person.cns)
    lines, people = by_kind(entidade, fichas, competencia), citizens(fichas)
    rows = [DaFicha(t, Tipo(t).label, lines[t], people.get(t, 0)) for t in Tipo.values if t in lines]
    return Relatorio(rows, by_day(fichas), summed(lines.values(), competencia), sum(people.values()))


def own(entidade: Entidade, cpf: str | None) -> Profissional | None:
    """The professional that the user is, told by the CPF."""
    return Profissional.objects.filter(entidade=entidade, cpf=cpf).exclude(cns="").first() if cpf else None
