"""What a batch would do to each ficha, said by the rules before anything is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from ledi.paths import owner
from saude.fichas.itens import BlocoReprocessamento, ItemReprocessamento
from saude.fichas.models import Conteudo, ConteudoAnterior, Ficha, Reprocessamento
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia
from saude.processamento import passos
from saude.processamento.contexto import Contexto
from saude.processamento.julgar import assess, context
from saude.registro.caminhos import changed
from saude.registro.envelope import ORIGIN, is_origin, origin_fields, with_origin
from saude.registro.texto_json import legible

Acao = Reprocessamento.Acao
Efeito = ItemReprocessamento.Efeito
Key = tuple[str, str]  # codigo, campo
Changes = Mapping[int, Mapping[str, Any]]


def assess_block(bloco_id: int) -> None:
    """One block of a large preview, once; the last one opens the preview."""
    bloco = BlocoReprocessamento.objects.select_related("reprocessamento__entidade__instalacao").get(
        pk=bloco_id
    )
    job = bloco.reprocessamento
    if bloco.conferido_em or job.estado != Reprocessamento.Estado.MONTANDO:
        return
    assess_items(job, list(job.itens.filter(ficha_id__in=bloco.fichas)))
    bloco.conferido_em = timezone.now()
    bloco.save(update_fields=["conferido_em"])
    if not job.blocos.filter(conferido_em=None).exists():
        Reprocessamento.objects.filter(pk=job.pk, estado=Reprocessamento.Estado.MONTANDO).update(
            estado=Reprocessamento.Estado.PREVIA
        )


def assess_items(
    job: Reprocessamento, items: Sequence[ItemReprocessamento], changes: Changes | None = None
) -> None:
    """Their effect, told and kept; what would not mend its field is not chosen.

    `changes`: ficha -> path -> value, where the batch is not of a cause.
    """
    if not items:
        return
    ctx = context(job.entidade)
    ids, code = [i.ficha_id for i in items], _code(job.filtro.get("causa", ""))
    if changes is None:
        changes = passos.cause_changes(job, ids) if job.acao == Acao.CORRIGIR else {}
    open_ = _open(ids)
    kept = {c.ficha_id: c for c in Conteudo.objects.filter(ficha__in=ids)}
    for item in items:
        content, told = kept[item.ficha_id], changes.get(item.ficha_id, {})
        _assess(item, content, told, open_.get(item.ficha_id, set()), code, ctx)
        if job.acao in passos.CONTENT and item.efeito in (Efeito.NOVA, Efeito.CONTINUA):
            item.escolhida = False
    ItemReprocessamento.objects.bulk_update(
        items, ["efeito", "aviso", "situacao_depois", "escolhida"], batch_size=500
    )


def _code(cause: object) -> str:
    return str(cause).split("|")[0]


def _open(ids: Sequence[int]) -> dict[int, set[Key]]:
    found: dict[int, set[Key]] = {}
    rows = Inconsistencia.objects.filter(ficha_id__in=ids, encerrada_em=None)
    for ficha_id, codigo, campo in rows.values_list("ficha_id", "codigo", "campo"):
        found.setdefault(ficha_id, set()).add((codigo, campo))
    return found


def _assess(
    item: ItemReprocessamento,
    content: Conteudo,
    changes: Mapping[str, Any],
    open_: set[Key],
    code: str,
    ctx: Contexto,
) -> None:
    before = legible(content.registro)
    after = changed(before, changes) if changes else before
    origin = with_origin(content.proveniencia, {p: v for p, v in changes.items() if is_origin(p)})
    result = assess(after, ctx, proveniencia=origin)
    errors = [a for a in result.achados if a.severidade == "erro"]
    homes = {owner(path) for path in changes}
    stays = [a for a in errors if owner(a.campo) in homes]
    stays += [a for a in result.achados if a.codigo == code and owner(a.campo) in homes]
    fresh = [a for a in errors if (a.codigo, a.campo) not in open_]
    item.situacao_depois = str(result.situacao)
    if changes and stays:
        item.efeito, item.aviso = Efeito.CONTINUA, stays[0].mensagem[:300]
    elif fresh:
        item.efeito, item.aviso = Efeito.NOVA, fresh[0].mensagem[:300]
    elif not changes and item.situacao_depois == item.situacao_antes:
        item.efeito = Efeito.IGUAL
    else:
        item.efeito = Efeito.RESOLVE if result.situacao == Situacao.PROCESSADA or changes else Efeito.IGUAL


def refused(job_like: Mapping[str, Any], fichas: Sequence[Ficha], ctx: Contexto) -> str:
    """The reason why a value is good for none of these fichas; "" when it mends one of them."""
    (reason,) = refusals(job_like["causa"], [job_like["mudancas"]["valor"]], fichas, ctx)
    return reason


def refusals(cause: str, values: Sequence[Any], fichas: Sequence[Ficha], ctx: Contexto) -> list[str]:
    """Of each value, the same reason."""
    ids = [f.pk for f in fichas]
    contents, open_ = list(Conteudo.objects.filter(ficha__in=ids)), _open(ids)
    places = passos.cause_places(cause, ids)
    return [_refusal(contents, passos.at_places(places, value), open_, _code(cause), ctx) for value in values]


def _refusal(
    contents: Sequence[Conteudo],
    changes: Changes,
    open_: Mapping[int, set[Key]],
    code: str,
    ctx: Contexto,
) -> str:
    reason = ""
    for content in contents:
        item = ItemReprocessamento(ficha_id=content.ficha_id)
        told = changes.get(content.ficha_id, {})
        _assess(item, content, told, open_.get(content.ficha_id, set()), code, ctx)
        if item.efeito != Efeito.CONTINUA:
            return ""
        reason = reason or item.aviso
    return reason


def records(
    job: Reprocessamento, items: Sequence[ItemReprocessamento], changes: Changes | None = None
) -> dict[int, tuple[Any, Any]]:
    """ficha -> (its record now, the record as the batch would leave it); `changes` as in `assess_items`."""
    ids = [i.ficha_id for i in items]
    now = {
        pk: legible(t) for pk, t in Conteudo.objects.filter(ficha__in=ids).values_list("ficha_id", "registro")
    }
    if job.acao == Acao.CORRIGIR:
        changes = passos.cause_changes(job, ids)
    if changes is not None:
        return {pk: (record, changed(record, changes.get(pk, {}))) for pk, record in now.items()}
    if job.desfaz and job.desfaz.acao in passos.CONTENT:
        old = _old(job.desfaz, ids)
        return {pk: (record, old.get(pk, record)) for pk, record in now.items()}
    return {pk: (record, record) for pk, record in now.items()}


def origins(
    job: Reprocessamento, items: Sequence[ItemReprocessamento]
) -> dict[int, list[tuple[str, Any, Any]]]:
    """ficha -> (field, before, after) of who typed it, where the batch changes that."""
    ids = [i.ficha_id for i in items]
    now = dict(Conteudo.objects.filter(ficha__in=ids).values_list("ficha_id", "proveniencia"))
    if job.acao == Acao.CORRIGIR:
        changes = passos.cause_changes(job, ids)
        after = {
            pk: with_origin(kept, {p: v for p, v in changes.get(pk, {}).items() if is_origin(p)})
            for pk, kept in now.items()
        }
    elif job.desfaz and job.desfaz.acao in passos.CONTENT:
        wanted = dict(job.desfaz.itens.filter(ficha_id__in=ids).values_list("ficha_id", "revisao_antes"))
        rows = ConteudoAnterior.objects.filter(ficha_id__in=ids)
        old = rows.values_list("ficha_id", "revisao", "proveniencia")
        after = now | {pk: kept for pk, revision, kept in old if wanted.get(pk) == revision}
    else:
        return {}
    return {pk: _origin_rows(now[pk], after[pk]) for pk in now}


def _origin_rows(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    one, two = ((kept or {}).get(ORIGIN) or {} for kept in (before, after))
    names = [(path.partition(".")[2], field.label) for path, field in origin_fields().items()]
    return [(label, one.get(n), two.get(n)) for n, label in names if one.get(n) != two.get(n)]


def _old(job: Reprocessamento, ids: Sequence[int]) -> dict[int, Any]:
    wanted = dict(job.itens.filter(ficha_id__in=ids).values_list("ficha_id", "revisao_antes"))
    rows = ConteudoAnterior.objects.filter(ficha_id__in=ids)
    return {
        pk: legible(text)
        for pk, revision, text in rows.values_list("ficha_id", "revisao", "registro")
        if wanted.get(pk) == revision
    }
