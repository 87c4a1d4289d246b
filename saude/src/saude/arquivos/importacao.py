"""A spreadsheet on its way in: its columns said, its rows judged, all taken in or nothing."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from ledi.layouts import layout
from ledi.paths import value_at
from saude.arquivos import celulas, colunas, planilhas
from saude.arquivos.boas import is_good
from saude.arquivos.guardados import (
    SHEETS,
    FileRefused,
    drop_sheet,
    folder,
    forget_old,
    keep,
    keep_received,
    table_of,
)
from saude.arquivos.models import MapaColunas, Planilha
from saude.arquivos.planilhas import Tabela, load_table
from saude.arquivos.queries import is_much
from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.comum import isolado
from saude.comum.texto import fold
from saude.contas.models import Usuario
from saude.fichas.models import Ficha
from saude.formularios.campos import domain_labels
from saude.inconsistencias.achados import Achado, clean
from saude.processamento import julgar
from saude.recebimento import actions as intake
from saude.recebimento.intake import Item, take_in
from saude.recebimento.models import Lote
from saude.registrar.actions import version_for
from saude.registro.tipos import Origem

log = logging.getLogger(__name__)
LIMIT = 10 * 1024 * 1024
SHOWN = 200
MEMORY, SECONDS = 384 * 1024 * 1024, 30  # to read one
TOO_MUCH = (
    "A planilha pede memória ou tempo demais para ser lida. Grave só a aba com os dados, sem figuras nem formatação "
    "em linhas vazias, ou use CSV."
)


def upload(*, entidade: Entidade, by: Usuario, file: UploadedFile, name: str, tipo: str) -> Planilha:
    if tipo not in colunas.TIPOS:
        raise FileRefused("Escolha a ficha que a planilha traz.")
    forget_old()
    where, size, digest = keep(file, name, suffixes=SHEETS, limit=LIMIT)
    try:
        found = _read(where)
    except BaseException:
        (folder() / where).unlink(missing_ok=True)
        table_of(where).unlink(missing_ok=True)
        raise
    known = MapaColunas.objects.filter(entidade=entidade, tipo=tipo).first()
    targets = colunas.targets(tipo, version_for(entidade))
    with transaction.atomic():
        row = Planilha.objects.create(
            entidade=entidade, usuario=by, tipo=tipo, nome=clean(name)[-200:], arquivo=where, sha256=digest,
            colunas=[clean(c) for c in found["colunas"]], avisos=[clean(a) for a in found["avisos"]],
            linhas=found["linhas"],
            mapa=colunas.guess(found["colunas"], targets, known.mapa if known else {}),
        )  # fmt: skip
        record_event(by=by, entidade=entidade, tipo="arquivo.planilha", alvo=row, tamanho=size)
    return row


def _read(where: str) -> dict[str, Any]:
    """A spreadsheet is foreign XML in a zip: read where it can harm nobody."""
    function, target = "saude.arquivos.planilhas:copy_table", table_of(where)
    try:
        found: dict[str, Any] = isolado.run(
            function, str(folder() / where), str(target), memory=MEMORY, seconds=SECONDS
        )
        return found
    except isolado.Excesso as excess:
        raise FileRefused(TOO_MUCH) from excess
    except isolado.Ocupado as busy:
        raise FileRefused(
            "Há outras planilhas sendo lidas agora. Envie a sua de novo em um minuto."
        ) from busy


@transaction.atomic
def set_map(*, planilha: Planilha, mapa: Mapping[str, str]) -> None:
    """Say what each column is, and remember it by the column's name."""
    known = {a.caminho for a in colunas.targets(planilha.tipo, version_for(planilha.entidade))}
    chosen = {n: path for n, path in mapa.items() if path in known and int(n) < len(planilha.colunas)}
    twice = [path for path, n in Counter(chosen.values()).items() if n > 1]
    if twice:
        raise FileRefused("Duas colunas foram ligadas ao mesmo campo. Deixe só uma.")
    if not chosen:
        raise FileRefused("Ligue ao menos uma coluna a um campo da ficha.")
    planilha.mapa = chosen
    planilha.save(update_fields=["mapa"])
    names = {fold(planilha.colunas[int(n)]): path for n, path in chosen.items()}
    row, _ = MapaColunas.objects.get_or_create(entidade=planilha.entidade, tipo=planilha.tipo)
    row.mapa = {**{k: v for k, v in row.mapa.items() if v not in names.values()}, **names}
    row.save(update_fields=["mapa"])


@dataclass
class Previa:
    """What taking the sheet in would do."""

    total: int = 0
    situacoes: Counter[str] = field(default_factory=Counter)
    mostradas: list[tuple[colunas.Montado, str, list[Achado]]] = field(default_factory=list)
    divergencias: list[str] = field(default_factory=list)
    completados: dict[str, list[colunas.Completado]] = field(default_factory=dict)  # by column
    aqui: int = 0  # received before: the same content, from this sheet or another

    @property
    def prontas(self) -> int:
        return self.situacoes["processada"]

    @property
    def com_problemas(self) -> int:
        return self.total - self.prontas

    @property
    def muitas(self) -> bool:
        return is_much(self.com_problemas, self.total)


def preview(planilha: Planilha) -> Previa:
    """Every row judged; those with something to mend are shown first, the others fill up the page."""
    ctx = julgar.context(planilha.entidade)
    found = Previa()
    good: list[tuple[colunas.Montado, str, list[Achado]]] = []
    uuids: list[str] = []
    for made in _records(planilha, table_for(planilha)):
        uuids.append(made.registro["uuid"])
        found.divergencias += made.divergencias
        for one in made.completados:
            found.completados.setdefault(one.rotulo, []).append(one)
        plain = json.loads(json.dumps(made.registro))
        result = julgar.assess(plain, ctx)
        said = [_clearer(a, plain) for a in result.achados]
        result.achados = _said_once([*said, *_spoilt(planilha, made, plain, {a.campo for a in said})])
        found.total += 1
        found.situacoes[str(result.situacao)] += 1
        place = good if result.situacao == "processada" and not result.achados else found.mostradas
        if len(place) < SHOWN:
            place.append((made, str(result.situacao), result.achados))
    found.mostradas += good[: max(0, SHOWN - len(found.mostradas))]
    found.aqui = Ficha.objects.filter(entidade=planilha.entidade, uuid__any=set(uuids)).count()
    return found


def _spoilt(
    planilha: Planilha, made: colunas.Montado, record: dict[str, Any], told: Set[str]
) -> Iterator[Achado]:
    """Numbers that Excel abbreviated in fields of free text, of which no rule says anything."""
    root = layout(record["versao"]).fichas[record["tipo"]].root
    for path in planilha.mapa.values():
        for position in range(len(made.linhas) if "[0]" in path else 1):
            where = path.replace("[0]", f"[{position}]", 1)
            field_, value = root.field_at(where), value_at(record["ficha"], where)
            if (
                where not in told
                and field_
                and isinstance(value, str)
                and (text := celulas.explain_spoilt(field_, value))
            ):
                yield Achado("PLANILHA-numero-abreviado", where, "aviso", clean(text))


def _said_once(found: Iterable[Achado]) -> list[Achado]:
    return list({(a.campo, a.mensagem): a for a in found}.values())


def _clearer(found: Achado, record: dict[str, Any]) -> Achado:
    """A text that is in no list of codes: say the list, which the sheet's owner does not see; what a spreadsheet
    spoilt: say what a sheet takes."""
    value = value_at(record["ficha"], found.campo) if found.campo else None
    at = layout(record["versao"]).fichas[record["tipo"]].root.field_at(found.campo)
    if at and (text := celulas.explain_spoilt(at, value)):
        return replace(found, mensagem=clean(text))
    labels = domain_labels(at.domain) if at and at.domain and isinstance(value, str) else {}
    if not at or not labels:
        return found
    codes = [f"{code} - {label}" for code, label in labels.items()]
    use = f"Use {'; '.join(codes)}." if len(codes) <= 8 else "Veja a aba “Códigos aceitos” do modelo .xlsx."
    return replace(
        found, mensagem=f"“{clean(str(value))[:40]}” não está entre os códigos de {at.label}. {use}"
    )


def _records(planilha: Planilha, table: Tabela) -> Iterator[Any]:
    return colunas.records(table, planilha.mapa, entidade=planilha.entidade, tipo=planilha.tipo)


def table_for(planilha: Planilha, rows: int = planilhas.MAX_ROWS) -> Tabela:
    path = table_of(planilha.arquivo)
    if not path.exists():
        raise FileRefused("A planilha não está mais aqui. Envie-a de novo.")
    return load_table(path, rows)


@transaction.atomic
def take_sheet_in(*, planilha: Planilha, by: Usuario, so_boas: bool = False) -> Lote:
    """All the rows (or those with nothing to mend) in one transaction. Sent again, the same sheet answers "igual"."""
    row = Planilha.objects.select_for_update().get(pk=planilha.pk)
    if row.lote_id:
        raise FileRefused("Esta planilha já foi recebida.")
    made = list(_records(row, table_for(row)))
    if any(m.divergencias for m in made):
        raise FileRefused(
            "Há linhas da mesma ficha que não dizem o mesmo. Corrija a planilha e envie de novo."
        )
    ctx = julgar.context(row.entidade)
    every = [Item(n, m.registro) for n, m in enumerate(made, 1)]
    items = [item for item in every if is_good(item, ctx)] if so_boas else every
    if so_boas and not items:
        raise FileRefused("Nenhuma ficha da planilha está sem inconsistência. Corrija-a e envie de novo.")
    path = folder() / row.arquivo
    keep_received(row.arquivo)
    lote = intake.open_lote(
        entidade=row.entidade, origem=Origem.ARQUIVO, by=by, formato=Lote.Formato.JSON,
        nome_arquivo=row.nome, arquivo=row.arquivo, tamanho=path.stat().st_size, sha256=row.sha256,
    )  # fmt: skip
    # one chunk: with very many new citizens it takes one lock instead of one each
    take_in(lote, ctx, items)
    intake.close_lote(lote, by=by)
    row.lote, row.de_fora = lote, len(every) - len(items)
    row.save(update_fields=["lote", "de_fora"])
    lote.refresh_from_db()
    return lote


@transaction.atomic
def forget(*, planilha: Planilha, by: Usuario) -> None:
    """Descartar: the sheet and what was said of it. What was received stays received."""
    record_event(by=by, entidade=planilha.entidade, tipo="arquivo.apagado", alvo=planilha)
    drop_sheet(planilha)
