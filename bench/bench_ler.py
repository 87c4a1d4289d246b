"""Reading a big database: panel, list with filters, search by uuid; server time, the median of five.

Default 100,000 fichas (10,000 by the real intake, the others copied in SQL); TAMANHO=5000000 for the target.
"""

from __future__ import annotations

import os
import time

import banco
from comum import VEZES, Linha, gravar, tamanho


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    n = tamanho(100_000)
    _encher(entidade, folder, n)
    from saude.fichas.counts import compact
    from saude.fichas.models import Ficha
    from saude.fichas.queries import Filtro, page, panel, search_uuid, totals
    from saude.inconsistencias.queries import causes

    compact()
    first = Ficha.objects.filter(atendidos__cliente__isnull=False).order_by("-pk").first()
    month, cns = first.competencia, first.profissional_cns
    rule = _rule()
    person = first.atendidos.exclude(cliente=None).values_list("cliente_id", flat=True).first()
    filters = {
        "sem filtro": Filtro(),
        "competência": Filtro(competencia=month),
        "competência e situação": Filtro(competencia=month, situacao="inconsistente"),
        "situação": Filtro(situacao="inconsistente"),
        "tipo frequente": Filtro(tipo="FVD"),
        "tipo raro": Filtro(tipo="FCZM"),
        "tipo raro na competência": Filtro(tipo="FCZM", competencia=month),
        "profissional": Filtro(profissional_cns=cns),
        "CNES": Filtro(cnes=first.cnes),
        "INE na competência": Filtro(ine=first.ine, competencia=month),
        "cliente": Filtro(cliente_id=person),
        "regra": Filtro(codigo=rule, competencia=month),
        "não identificados": Filtro(nao_identificados=True),
        "excluídas por urgência": Filtro(exclusao="urgencia", competencia=month),
        "um CNES que não existe": Filtro(cnes="0000000"),
    }
    panels = [
        _time("painel", lambda: panel(entidade)),
        _time("totais por ficha", lambda: totals(entidade, month)),
    ]
    lists = [_time(f"lista: {name}", lambda f=f: page(entidade, f)) for name, f in filters.items()]
    search = [
        _time("busca por UUID inteiro", lambda: search_uuid(entidade, first.uuid)),
        _time("busca por parte do UUID", lambda: search_uuid(entidade, first.uuid.split("-", 1)[1][:13])),
    ]
    other = [_time("causas das inconsistências da competência", lambda: causes(entidade, month))]
    worst = [max(rows, key=lambda x: x.notas["ms"]) for rows in (panels, lists, search)]
    gravar(
        os.environ.get("BENCH_NOME", "ler"),
        f"Ler com {Ficha.objects.count():,} fichas no banco".replace(",", "."),
        [*panels, *lists, *search, *other],
        alvos=[
            ("painel (ms, o mais lento)", worst[0].notas["ms"], 50, "<="),
            (f"lista com qualquer filtro (ms; {worst[1].nome})", worst[1].notas["ms"], 200, "<="),
            ("busca por UUID (ms)", worst[2].notas["ms"], 20, "<="),
        ],
    )


def _time(name: str, ask: object) -> Linha:
    line = Linha(name, 1)
    for _ in range(VEZES):
        start = time.perf_counter()
        ask()  # type: ignore[operator]
        line.relogio.append(time.perf_counter() - start)
        line.cpu.append(line.relogio[-1])
    line.notas["ms"] = round(sorted(line.relogio)[VEZES // 2] * 1000, 1)
    return line


def _rule() -> str:
    from saude.inconsistencias.models import Inconsistencia

    return Inconsistencia.objects.filter(encerrada_em=None).values_list("codigo", flat=True).first()


def _encher(entidade: object, folder: object, n: int) -> None:
    import json

    from saude.fichas.models import Ficha
    from saude.recebimento.actions import receive

    if Ficha.objects.count() == 0:
        with open(banco.arquivo(folder, min(n, 10_000)), encoding="utf-8") as file:  # type: ignore[arg-type]
            receive(entidade=entidade, records=[json.loads(line) for line in file], origem="api")
    banco.multiplicar(n)


if __name__ == "__main__":
    main()
