"""Reading a big database: panel, list with filters, search by uuid; server time, the median of five.

Default 100,000 fichas (10,000 by the real intake, the others copied in SQL); TAMANHO=5000000 for the target. The
first months are exported but for 40 late fichas each, the last has one kind exported: the few among the many.
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
    from saude.fichas.contagem_mantida import compact
    from saude.fichas.contagens import panel, pending_by_origin, totals
    from saude.fichas.filtro import Filtro, search_uuid
    from saude.fichas.models import Ficha
    from saude.inconsistencias.queries import causes
    from saude.painel.listas import page

    months = _exportar_meses()
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
        "processadas, poucas num mês exportado": Filtro(competencia=months[0], situacao="processada"),
        "processadas de um mês por exportar": Filtro(competencia=months[-1], situacao="processada"),
        "exportadas de um mês exportado": Filtro(competencia=months[0], situacao="exportada"),
        "exportadas, poucas num mês por exportar": Filtro(competencia=months[-1], situacao="exportada"),
        "pendentes": Filtro(situacao="pendente"),
        "processadas": Filtro(situacao="processada"),
        "exportadas": Filtro(situacao="exportada"),
        "tipo frequente exportado no mês": Filtro(competencia=months[0], tipo="FVD", situacao="exportada"),
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
        _time("totais das pendências", lambda: pending_by_origin(entidade)),
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


def _exportar_meses() -> list[str]:
    """As a database is after some months of use; the competências with production, oldest first."""
    from django.db import connection

    from saude.fichas.contagem_mantida import rebuild

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT competencia FROM fichas_ficha WHERE situacao IN ('processada', 'exportada') "
            "GROUP BY 1 HAVING count(*) > 100 ORDER BY 1"
        )
        months = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM exportacao_exportacao")
        if cursor.fetchone()[0]:
            return months
        cursor.execute("ALTER TABLE fichas_ficha DISABLE TRIGGER USER")
        for n, month in enumerate(months):
            last = n == len(months) - 1
            cursor.execute(EXPORTACAO, [month, month, "FCZM" if last else ""])
            pk = cursor.fetchone()[0]
            chosen = "tipo = 'FCZM'" if last else "true"
            cursor.execute(
                f"CREATE TEMP TABLE vao AS SELECT id, revisao FROM fichas_ficha WHERE competencia = %s "
                f"AND situacao = 'processada' AND {chosen} ORDER BY id OFFSET %s",
                [month, 0 if last else 40],
            )
            cursor.execute(
                "INSERT INTO exportacao_itemexportacao (exportacao_id, ficha_id, revisao) "
                f"SELECT {pk}, id, revisao FROM vao"
            )
            cursor.execute(
                "UPDATE fichas_ficha f SET situacao = 'exportada', exportada_em = now() FROM vao WHERE vao.id = f.id"
            )
            cursor.execute("DROP TABLE vao")
        cursor.execute("ALTER TABLE fichas_ficha ENABLE TRIGGER USER")
        rebuild()
        cursor.execute("VACUUM ANALYZE")
    return months


EXPORTACAO = """
INSERT INTO exportacao_exportacao (entidade_id, escopo, inicio, fim, tipo, estado, previstas, escritas, total,
  por_tipo, excluidas, versao_ledi, arquivo, sha256, tamanho, tentativas, erro, concluida_em)
SELECT (SELECT min(id) FROM cadastros_entidade), 'nao_exportados', to_date(%s, 'YYYYMM'),
  (to_date(%s, 'YYYYMM') + interval '1 month - 1 day')::date, %s, 'concluida', 1, 1, 1, '{}', '{}', '8.7.0', 'x.zip',
  repeat('0', 64), 1, 1, '', now()
RETURNING id
"""


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
