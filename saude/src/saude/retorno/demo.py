"""The way back of the demonstration's oldest month: exported, three refused by the PEC, the rest told by SISAB."""

from datetime import date
from io import BytesIO

from saude.cadastros.models import Entidade
from saude.comum.competencia import first_day, last_day
from saude.exportacao.actions import NothingToExport, create_export, run_export
from saude.exportacao.models import Exportacao, ItemExportacao
from saude.fichas.contagens import panel
from saude.fichas.models import Ficha
from saude.fichas.situacoes import Situacao
from saude.registro.tipos import Tipo
from saude.retorno import actions
from saude.retorno.models import Relatorio

BY = "demonstração"
LOT = "118"
MONTHS = 3  # the two newest are for whoever looks
HEADER = (
    "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
    "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais"
)
SAID = (
    "ProfissionalCNS possui um valor inválido",
    "CboCodigo_2002 não é permitido para a ficha",
    "CnesDadoSerializado possui um valor inválido",
)
FOREIGN = "9900017-9e6f51fd-be30-4442-8bca-0680de4b5980"


def load(*, entidade: Entidade, today: date) -> bool:
    """Once; False where there is too little to export."""
    lines = [line for line in panel(entidade) if not line.sem_data]
    if (
        Relatorio.objects.filter(entidade=entidade).exists()
        or len(lines) < MONTHS
        or not lines[-1].a_exportar
    ):
        return False
    month = lines[-1].competencia
    try:
        asked = create_export(
            entidade=entidade, escopo="nao_exportados", inicio=first_day(month), fim=last_day(month), by=BY
        )
    except NothingToExport:
        return False
    export = run_export(asked.pk)
    if export.total <= len(SAID):
        return False
    _send(entidade, _of_pec(export, last_day(month)), "inconsistencias_lote_118.csv")
    actions.mark_imported(
        exportacao=export, lote=LOT, data=last_day(month), validas=export.total - len(SAID),
        invalidas=len(SAID), repetidas=0, total=export.total, by=BY,
    )  # fmt: skip
    _send(entidade, _of_sisab(entidade, month), "RelatorioValidacao.csv")
    return True


def _send(entidade: Entidade, content: bytes, name: str) -> None:
    row, _ = actions.upload(entidade=entidade, file=BytesIO(content), name=name)
    actions.confirm(relatorio=row, numero=actions.to_record(row), by=BY)


def _of_pec(export: Exportacao, day: date) -> bytes:
    went = ItemExportacao.objects.filter(exportacao=export, ficha__tipo="FVD").order_by("ficha_id")
    refused = [item.ficha.uuid for item in went.select_related("ficha")[: len(SAID)]]
    rows = [
        f"{day:%d/%m/%Y};ARQUIVO;-;{LOT};CDS Ficha de Visita Domiciliar;{uuid[:7]};{uuid};8.7.0;-;{text};-;-"
        for uuid, text in zip([*refused, FOREIGN], [*SAID, SAID[0]], strict=False)
    ]
    return "\r\n".join([HEADER, *rows, ""]).encode("latin-1")


def _of_sisab(entidade: Entidade, month: str) -> bytes:
    """Of the visits: one in twenty refused for the CBO, a few twice there, one team without its last ones."""
    fichas = Ficha.objects.filter(
        entidade=entidade, competencia=month, tipo="FVD", situacao=Situacao.EXPORTADA
    )
    counts: dict[tuple[str, str], int] = {}
    for place in fichas.values_list("cnes", "ine"):
        counts[place] = counts.get(place, 0) + 1
    ibge, rows = entidade.ibge[:6], []
    for number, ((cnes, ine), n) in enumerate(sorted(counts.items())):
        refused, twice, lost = n // 20, n // 40, 2 if number == 0 and n > 4 else 0
        told = (("Aprovado", n - refused - twice - lost), ("Duplicado", twice), ("Reprovado - CBO", refused))
        rows += [f"{ibge};{cnes};{ine.lstrip('0')};{word};{k};" for word, k in told if k]
    head = [f"Competência: {month[4:]}/{month[:4]}", f"Ficha: {Tipo.FVD.label}", "Aplicação: Sistema próprio"]
    return "\r\n".join(
        [*head, "IBGE;CNES;INE;Validação;Total;", *rows, "Fonte: SISAB (fictício)", ""]
    ).encode("latin-1")
