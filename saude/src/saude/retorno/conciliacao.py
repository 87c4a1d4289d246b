"""Ours beside the Ministry's, by ficha, CNES and INE: never by uuid, which its reports have not.

A report of SISAB counts fichas of the columns, the ficha and the application that who asked for it chose; ours are
counted by the same columns, so that the two stand side by side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum

from ledi.retorno import ficha_of
from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Entidade
from saude.comum.competencia import first_day, last_day
from saude.comum.texto import fold
from saude.fichas.desfechos import Resultado
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.painel.figura import Parte
from saude.registro.tipos import Tipo
from saude.retorno.models import LinhaTotal, Relatorio

OWN = "PROPRI"  # "Sistema próprio", as SISAB names the application of who sends by LEDI
Chave = tuple[str, str, str]  # tipo ("": all together), CNES, INE ("": not told apart)


@dataclass(slots=True)
class LinhaConciliada:
    tipo: str
    cnes: str
    ine: str
    exportadas: int = 0
    aceitas: int = 0
    recusadas: int = 0
    aprovado: int = 0
    duplicado: int = 0
    data_invalida: int = 0
    reprovado: int = 0
    outra: int = 0
    motivos: dict[str, int] = field(default_factory=dict)  # of the reprovadas, as the report says it

    @property
    def no_sisab(self) -> int:
        return self.aprovado + self.duplicado + self.data_invalida + self.reprovado + self.outra

    @property
    def diferenca(self) -> int:
        """Exported and not in the report (positive), or in the report and not exported here."""
        return self.exportadas - self.no_sisab

    @property
    def problemas(self) -> int:
        return self.duplicado + self.data_invalida + self.reprovado + self.outra

    @property
    def confere(self) -> bool:
        return not self.diferenca and not self.problemas

    @property
    def ficha(self) -> str:
        return str(Tipo(self.tipo).label) if self.tipo else "Todas as fichas"

    @property
    def peso(self) -> int:
        return abs(self.diferenca) + self.problemas


@dataclass(frozen=True, slots=True)
class Lido:
    """A report that counts for a competência: of which ficha, by which columns."""

    relatorio: Relatorio
    tipo: str
    por_cnes: bool
    por_ine: bool
    mistura: bool  # says nothing of the application: it may count what other systems sent

    def key(self, tipo: str, cnes: str, ine: str) -> Chave:
        return (self.tipo and tipo, cnes if self.por_cnes else "", ine if self.por_ine else "")


def reports_of(entidade: Entidade, competencia: str) -> list[Lido]:
    """The last confirmed for each ficha; those of another application are left out."""
    rows = Relatorio.objects.filter(
        entidade=entidade,
        formato=Relatorio.Formato.SISAB,
        estado=Relatorio.Estado.VALE,
        competencia=competencia,
    )
    found: dict[str, Lido] = {}
    for row in rows.order_by("confirmado_em", "pk"):
        application = str(row.contexto.get("aplicacao") or "")
        if application and OWN not in fold(application).upper():
            continue
        named = str(row.contexto.get("ficha") or "")
        tipo = ficha_of(named) if named else ""
        if tipo is None:
            continue
        columns = row.leitura.get("colunas") or ()
        found[tipo] = Lido(row, tipo, "cnes" in columns, "ine" in columns, not application)
    return [found[tipo] for tipo in sorted(found, key=_order)]


def _order(tipo: str) -> int:
    return Tipo.values.index(tipo) if tipo in Tipo.values else len(Tipo.values)


def reconciled(
    entidade: Entidade, competencia: str, reports: Iterable[Lido], *, cnes: Areas = None
) -> list[LinhaConciliada]:
    """The worst first. Ours are counted once, whatever the number of reports."""
    reports = list(reports)
    if not reports:
        return []
    ours = list(_ours(entidade, competencia, cnes))
    lines: list[LinhaConciliada] = []
    for report in reports:
        lines += _of(report, ours, cnes)
    return sorted(lines, key=lambda x: (-x.peso, _order(x.tipo), x.cnes, x.ine))


def _ours(entidade: Entidade, competencia: str, cnes: Areas) -> Iterator[tuple[str, str, str, int, int, int]]:
    fichas = Ficha.objects.filter(
        entidade=entidade,
        competencia=competencia,
        data__gte=first_day(competencia),
        data__lte=last_day(competencia),
        situacao=Situacao.EXPORTADA,
    )
    rows = in_areas(fichas, cnes).values_list("tipo", "cnes", "ine").order_by()
    yield from rows.annotate(
        n=Count("pk"),
        aceitas=Count("pk", filter=Q(desfecho__resultado=Resultado.ACEITA)),
        recusadas=Count("pk", filter=Q(desfecho__resultado=Resultado.RECUSADA)),
    )


def _of(
    report: Lido, ours: Iterable[tuple[str, str, str, int, int, int]], cnes: Areas
) -> list[LinhaConciliada]:
    lines: dict[Chave, LinhaConciliada] = {}

    def at(key: Chave) -> LinhaConciliada:
        return lines.setdefault(key, LinhaConciliada(*key))

    for tipo, post, team, n, taken, refused in ours:
        if report.tipo in ("", tipo):
            line = at(report.key(tipo, post, team))
            line.exportadas += n
            line.aceitas += taken
            line.recusadas += refused
    theirs = in_areas(LinhaTotal.objects.filter(relatorio=report.relatorio), cnes)
    for post, team, situacao, text, n in theirs.values_list("cnes", "ine", "situacao", "texto").annotate(
        s=Sum("total")
    ):
        line = at(report.key(report.tipo, post, team))
        setattr(line, situacao, getattr(line, situacao) + (n or 0))
        if situacao in ("reprovado", "outra"):
            line.motivos[text] = line.motivos.get(text, 0) + (n or 0)
    return list(lines.values())


def totals(lines: Iterable[LinhaConciliada]) -> dict[str, int]:
    names = (
        "exportadas", "aceitas", "recusadas", "aprovado", "duplicado", "data_invalida", "reprovado", "outra",
        "no_sisab", "diferenca",
    )  # fmt: skip
    lines = list(lines)
    return {name: sum(getattr(x, name) for x in lines) for name in names}


# -- SIAPS


def teams(entidade: Entidade, competencia: str, *, cnes: Areas = None) -> list[dict[str, Any]]:
    """What the SIAPS says of each team: of the month, and of the quadrimestre that the month is in."""
    quarter = f"{competencia[:4]}Q{(int(competencia[4:]) - 1) // 4 + 1}"
    formats = (Relatorio.Formato.SIAPS_COMPETENCIA, Relatorio.Formato.SIAPS_EQUIPE)
    rows = Relatorio.objects.filter(entidade=entidade, formato__in=formats, estado=Relatorio.Estado.VALE)
    rows = rows.filter(Q(competencia=competencia) | Q(contexto__quadrimestre=quarter))
    newest: dict[tuple[str, str], Relatorio] = {}
    for row in rows.order_by("confirmado_em", "pk"):
        newest[row.formato, str(row.contexto.get("indicador") or row.contexto.get("componente") or "")] = row
    found = []
    for row in newest.values():
        lines = in_areas(LinhaTotal.objects.filter(relatorio=row), cnes).order_by("cnes", "ine")
        found += [_team(row, line) for line in lines]
    return found


def months_of_teams(entidade: Entidade) -> set[str]:
    """Those that the SIAPS tells of; of a quadrimestre its last."""
    formats = (Relatorio.Formato.SIAPS_COMPETENCIA, Relatorio.Formato.SIAPS_EQUIPE)
    rows = Relatorio.objects.filter(entidade=entidade, formato__in=formats, estado=Relatorio.Estado.VALE)
    return {month for row in rows.only("competencia", "contexto") if (month := row.mes)}


def _team(row: Relatorio, line: LinhaTotal) -> dict[str, Any]:
    monthly = row.formato == Relatorio.Formato.SIAPS_COMPETENCIA
    named = row.contexto.get("indicador") or row.contexto.get("componente")
    result = line.dados.get("resultado") if monthly else line.dados.get("nota_final")
    return {
        "cnes": line.cnes,
        "ine": line.ine,
        "equipe": line.dados.get("equipe") or "",
        "indicador": str(named or "Nota final do quadrimestre"),
        "valor": result,
        "resultado": "—" if result is None else str(result).replace(".", ","),
        "preliminar": bool(row.contexto.get("preliminar")),
        "relatorio": row,
    }


# -- the picture


@dataclass(frozen=True, slots=True)
class Par:
    """Of one ficha: what was exported, and what SISAB made of it."""

    rotulo: str
    y: int
    exportadas: Parte
    sisab: list[Parte]


WIDTH, LABEL, BAR, STEP = 760, 30, 14, 76
PARTS = (
    ("aprovado", "Aprovado"),
    ("duplicado", "Duplicado"),
    ("data_invalida", "Data inválida"),
    ("reprovado", "Reprovado"),
    ("outra", "Outra situação"),
)


def picture(lines: Iterable[LinhaConciliada]) -> dict[str, Any]:
    by_kind: dict[str, list[LinhaConciliada]] = {}
    for line in lines:
        by_kind.setdefault(line.tipo, []).append(line)
    sums = {tipo: totals(found) for tipo, found in by_kind.items()}
    most = max((max(s["exportadas"], s["no_sisab"]) for s in sums.values()), default=0) or 1
    scale = WIDTH / most
    pairs = []
    for index, tipo in enumerate(sorted(sums, key=_order)):
        label = str(Tipo(tipo).label) if tipo else "Todas as fichas"
        pairs.append(_pair(label, index * STEP, sums[tipo], scale))
    return {"pares": pairs, "largura": WIDTH, "altura": len(pairs) * STEP, "barra": BAR}


def _pair(label: str, y: int, sums: dict[str, int], scale: float) -> Par:
    x, parts = 0.0, []
    for name, text in PARTS:
        if n := sums[name]:
            width = max(n * scale, 1.5)
            parts.append(Parte(name, text, n, round(x, 1), round(width, 1)))
            x += width
    whole = Parte(
        "exportadas", "Exportadas", sums["exportadas"], 0.0, round(max(sums["exportadas"] * scale, 0.5), 1)
    )
    return Par(label, y + LABEL, whole, parts)
