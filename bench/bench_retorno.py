"""A report of the PEC: read (masked, out of the process), matched by uuid to exported fichas, recorded. Demo mix.

Every ficha of an export is in the report, a line each: the worst there is. Default 20,000; the target of the issue is
TAMANHO=200000, read and matched in under 30 s.
"""

from __future__ import annotations

import json
import os
from datetime import date
from io import BytesIO
from typing import Any

import banco
from comum import Linha, gravar, memoria_mb, tamanho, uma_vez

BASE = 10_000
HEADER = (
    "Data de Recebimento;Tipo de Recebimento;Nome do Arquivo;Lote;Tipo da Ficha;CNES Emitente;UUID;Versão;"
    "Registro da Ficha;Validações de Regras Negócio;Validações de Campos Obrigatórios;Erros Estruturais"
)


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    n = tamanho(2 * BASE)
    _encher(entidade, folder, n)
    content = _relatorio()
    read, recorded, undone = Linha("lido e casado", 0), Linha("registrado", 0), Linha("desfeito", 0)
    _medir(entidade, content, read, recorded, undone)
    per_200k = read.relogio[0] * 200_000 / read.unidades
    gravar(
        os.environ.get("BENCH_NOME", "retorno"),
        f"Relatório de inconsistências do PEC, {read.unidades} linhas ({len(content) / 1e6:.0f} MB)",
        [read, recorded, undone],
        alvos=[
            ("200.000 linhas lidas e casadas, em segundos (desta corrida)", round(per_200k, 1), 30, "<="),
            ("memória do processo (MB)", memoria_mb(), 400, "<="),
        ],
    )


def _encher(entidade: Any, folder: Any, n: int) -> None:
    from saude.exportacao.actions import create_export, run_export
    from saude.recebimento.actions import receive

    with open(banco.arquivo(folder, min(n, BASE)), encoding="utf-8") as file:
        receive(entidade=entidade, records=[json.loads(line) for line in file], origem="api")
    banco.multiplicar(n)
    asked = create_export(
        entidade=entidade, escopo="nao_exportados", inicio=date(2020, 1, 1), fim=date(2030, 1, 1), by=None
    )
    assert run_export(asked.pk).total > 0


def _relatorio() -> bytes:
    from saude.fichas.models import Ficha

    went = Ficha.objects.filter(situacao="exportada").values_list("uuid", flat=True)
    said = "ProfissionalCNS possui um valor inválido: 898001160660761"
    rows = [
        f"05/10/2026;ARQUIVO;-;118;CDS Ficha de Visita Domiciliar;{uuid[:7]};{uuid};8.7.0;-;{said};-;-"
        for uuid in went.iterator()
    ]
    return "\r\n".join([HEADER, *rows, ""]).encode("latin-1")


def _medir(entidade: Any, content: bytes, read: Linha, recorded: Linha, undone: Linha) -> None:
    from saude.fichas.contagem_mantida import differences
    from saude.retorno import actions
    from saude.retorno.models import Relatorio

    row, _ = actions.upload(entidade=entidade, file=BytesIO(content), name="bench.csv")
    uma_vez(read, lambda: actions.read(row.pk))
    row.refresh_from_db()
    n = actions.to_record(row)
    read.unidades = recorded.unidades = undone.unidades = n
    actions.confirm(relatorio=row, numero=n, by="bench")
    uma_vez(recorded, lambda: actions.apply(row.pk))
    row.refresh_from_db()
    assert row.estado == Relatorio.Estado.VALE and n == row.totais["linhas"]
    uma_vez(undone, lambda: actions.undo(relatorio=row, by="bench"))
    assert differences() == []


if __name__ == "__main__":
    main()
