"""The page of the simulator: what it received, lots, how it was started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from ledi.pec.simulator.lots import Lot

_STYLE = files("ledi.pec.simulator").joinpath("page.css").read_text(encoding="utf-8")


def page(
    *,
    totals: Mapping[str, int],
    latest: Iterable[Mapping[str, Any]],
    lots: Iterable[Lot],
    settings: Mapping[str, str],
) -> str:
    return f"""<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>PEC simulado</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>
<header><h1>PEC simulado</h1>
<p>Recebimento de registros do LEDI para testes. Não é o PEC; nada sai desta máquina.</p></header>
<main>
<section><h2>Recebidas</h2>{_totals(totals)}</section>
<section><h2>Lotes enviados por arquivo</h2>
<form action="/lotes" method="post" enctype="multipart/form-data"><label>Arquivo .zip
<input type="file" name="arquivo" accept=".zip" required></label><button>Enviar lote</button></form>
<form action="/lotes/processar" method="post"><button>Processar todos</button>
<a href="/inconsistencias.csv">Relatório de inconsistências (todos)</a></form>{_lots(lots)}</section>
<section><h2>Últimas fichas</h2>{_latest(latest)}<p><a href="/recebidas.json">Em JSON</a></p></section>
<section><h2>Como foi iniciado</h2>{_settings(settings)}</section>
</main></body></html>"""


def _totals(totals: Mapping[str, int]) -> str:
    if not totals:
        return '<p class="vazio">Nada foi recebido ainda.</p>'
    boxes = "".join(
        f"<div><b>{count:,}</b>{escape(name)}</div>".replace(",", ".") for name, count in totals.items()
    )
    return f'<div class="totais">{boxes}</div>'


def _lots(lots: Iterable[Lot]) -> str:
    rows = "".join(
        f"<tr><td class=n>{lot.numero}</td><td>{escape(lot.origem)}</td><td>{escape(lot.nome)}</td>"
        f"<td>{lot.recebido:%d/%m/%Y às %H:%M}</td><td>{escape(lot.situacao)} {escape(lot.problema)}</td>"
        f"<td class=n>{lot.validas or '-'}/{lot.invalidas or '-'}</td><td class=n>{lot.repetidas or '-'}</td>"
        f"<td class=n>{lot.total}</td><td>{_report(lot)}</td></tr>"
        for lot in list(lots)[:100]
    )
    if not rows:
        return '<p class="vazio">Nenhum lote.</p>'
    head = (
        "Lote|Origem do lote|Arquivo|Data|Situação|Fichas válidas/inválidas|Fichas repetidas|Total|Relatório"
    )
    return _table(head, rows)


def _report(lot: Lot) -> str:
    return f'<a href="/lotes/{lot.numero}/inconsistencias.csv">CSV</a>' if lot.linhas else "-"


def _latest(latest: Iterable[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['quando'][11:])}</td><td>{escape(one['tipo'] or '?')}</td>"
        f"<td><code>{escape(one['uuid'] or '-')}</code></td><td>{escape(one['cnes'] or '-')}</td>"
        f"<td>{escape(one['versao'] or '-')}</td>"
        f"<td class={'aceita' if one['situacao'] == 'aceita' else 'recusada'}>{escape(one['situacao'])}</td>"
        f"<td class=n>{one['status'] or '-'}</td><td>{_errors(one)}</td></tr>"
        for one in latest
    )
    if not rows:
        return '<p class="vazio">Nenhuma ficha.</p>'
    return _table("Hora|Ficha|UUID|CNES|LEDI|Situação|HTTP|O que foi dito", rows)


def _errors(one: Mapping[str, Any]) -> str:
    said = [f"<code>{escape(path)}</code>: {escape(text)}" for path, text in one["erros"].items()]
    if one["campos_perdidos"]:
        said.append(f"{one['campos_perdidos']} campo(s) que a versão declarada não tem foram ignorados")
    return "<br>".join(said[:10]) or "-"


def _settings(settings: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td><code>{escape(value)}</code></td></tr>"
        for name, value in settings.items()
    )
    return _table("", rows)


def _table(head: str, rows: str) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head.split("|")) if head else ""
    top = f"<thead><tr>{names}</tr></thead>" if head else ""
    return f'<div class="scroll"><table>{top}<tbody>{rows}</tbody></table></div>'
