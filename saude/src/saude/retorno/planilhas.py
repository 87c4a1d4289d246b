"""What came back, as rows of a spreadsheet: each leads to its ficha, or to the fichas concerned."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from saude.acesso.areas import Areas, in_areas
from saude.painel.apresenta import Nomes
from saude.painel.planilha import Link
from saude.retorno import queries
from saude.retorno.campos import label_of
from saude.retorno.conciliacao import LinhaConciliada
from saude.retorno.models import LinhaTotal, Relatorio

Absoluto = Callable[[str], str]  # the whole address of a path of ours
Folha = tuple[Sequence[str], Iterator[list[Any]]]  # header, rows

RECONCILED = (
    "Ficha", "CNES", "Estabelecimento", "INE", "Equipe", "Exportadas", "Aceitas pelo PEC", "Recusadas pelo PEC",
    "Aprovado", "Duplicado", "Data inválida", "Reprovado", "Outra situação", "Motivos", "Diferença",
)  # fmt: skip
TEAMS = ("Equipe", "INE", "CNES", "Estabelecimento", "Indicador", "Resultado", "Preliminar", "Relatório")
LINES = (
    "Linha", "Ficha", "UUID", "CNES", "Estabelecimento", "Lote", "Recebida em", "Grupo", "Campo", "O que o PEC disse",
)  # fmt: skip
TOTALS = ("Linha", "CNES", "Estabelecimento", "INE", "Equipe", "Validação", "Fichas", "Resultado")
PIECE = 2000


def fichas_of(competencia: str, line: LinhaConciliada) -> str:
    """Where the exported ones of a line are listed."""
    chosen = {"guia": "fichas", "ficha": line.tipo, "cnes": line.cnes, "ine": line.ine}
    asked = urlencode({k: v for k, v in chosen.items() if v})
    return f"{reverse('painel:detalhe', args=[competencia, 'exportados'])}?{asked}"


def reconciled(competencia: str, lines: Iterable[LinhaConciliada], names: Nomes, absoluto: Absoluto) -> Folha:
    def rows() -> Iterator[list[Any]]:
        for x in lines:
            reasons = "; ".join(f"{text}: {n}" for text, n in sorted(x.motivos.items()))
            exported = Link(x.exportadas, absoluto(fichas_of(competencia, x))) if x.exportadas else 0
            yield [
                x.ficha, x.cnes, names.estabelecimentos.get(x.cnes, ""), x.ine, names.equipes.get(x.ine, ""),
                exported, x.aceitas, x.recusadas, x.aprovado, x.duplicado, x.data_invalida, x.reprovado, x.outra,
                reasons, x.diferenca,
            ]  # fmt: skip

    return RECONCILED, rows()


def teams(found: Iterable[dict[str, Any]], names: Nomes, absoluto: Absoluto) -> Folha:
    def rows() -> Iterator[list[Any]]:
        for t in found:
            report = t["relatorio"]
            yield [
                names.equipes.get(t["ine"]) or t["equipe"], t["ine"], t["cnes"],
                names.estabelecimentos.get(t["cnes"], ""), t["indicador"], t["valor"],
                "Sim" if t["preliminar"] else "Não",
                Link(report.titulo, absoluto(reverse("retorno:relatorio", args=[report.pk]))),
            ]  # fmt: skip

    return TEAMS, rows()


def report(row: Relatorio, names: Nomes, absoluto: Absoluto, *, cnes: Areas, grupos: dict[str, str]) -> Folha:
    """All its lines, of the áreas of whoever asks."""
    if row.do_pec:
        return LINES, _lines(row, names, absoluto, cnes, grupos)
    return TOTALS, _totals(row, names, cnes)


def _lines(
    row: Relatorio, names: Nomes, absoluto: Absoluto, cnes: Areas, grupos: dict[str, str]
) -> Iterator[list[Any]]:
    for group, label in grupos.items():
        for line in queries.lines(row, group, cnes=cnes).iterator(PIECE):
            ficha = line.ficha
            tipo = ficha.tipo if ficha else ""
            place = ficha.cnes if ficha else line.cnes
            uuid: Any = line.uuid
            if ficha:
                uuid = Link(ficha.uuid, absoluto(reverse("fichas:detalhe", args=[ficha.chave])))
            fields = [label_of(tipo, m["campo"]) for m in line.mensagens if m.get("campo") and tipo]
            yield [
                line.numero, ficha.get_tipo_display() if ficha else line.tipo_ficha, uuid, place,
                names.estabelecimentos.get(place, ""), line.lote, line.data, label,
                "; ".join(dict.fromkeys(fields)), "\n".join(m.get("texto", "") for m in line.mensagens),
            ]  # fmt: skip


def _totals(row: Relatorio, names: Nomes, cnes: Areas) -> Iterator[list[Any]]:
    lines = in_areas(LinhaTotal.objects.filter(relatorio=row), cnes)
    for line in lines.order_by("numero").iterator(PIECE):
        result = line.dados.get("resultado", line.dados.get("nota_final"))
        yield [
            line.numero, line.cnes, names.estabelecimentos.get(line.cnes, ""), line.ine,
            names.equipes.get(line.ine) or line.dados.get("equipe") or "", line.texto, line.total, result,
        ]  # fmt: skip
