"""Two people, or two tabs, on one ficha: field by field, what is stored now and what the form has."""

from typing import Any

from django.http import QueryDict

from ledi.layouts import Field
from ledi.paths import value_at
from saude.correcao.edicao import Edicao
from saude.fichas.models import ConteudoAnterior
from saude.formularios import ler
from saude.formularios.arvore import Campo
from saude.registro.envelope import ORIGIN, is_origin
from saude.registro.texto_json import legible

CHOICE = "fica:"


def differences(stored: Edicao, typed: Edicao, revision: int) -> list[dict[str, Any]]:
    """`meu`: this person changed the field since the revision they opened; else what is stored is proposed."""
    base, origin = _opened(stored, revision)
    rows = []
    for (path, (field, now)), (_, mine) in zip(stored.envelope.items(), typed.envelope.values(), strict=True):
        if now != mine:
            before = origin.get(path.partition(".")[2]) if is_origin(path) else base.get(path)
            rows.append(_row(path, field, now, mine, before, stored))
    for path in ler.changes(stored.conteudo, typed.conteudo):
        known = stored.layout.root.field_at(path)
        if known is not None:
            now, mine = (value_at(e.conteudo, path) for e in (stored, typed))
            rows.append(_row(path, known, now, mine, value_at(base.get("ficha") or {}, path), stored))
    return rows


def _row(path: str, field: Field, now: Any, mine: Any, base: Any, edicao: Edicao) -> dict[str, Any]:
    one, two = (Campo(path, field, value, edicao.zona) for value in (now, mine))
    return {
        "caminho": path,
        "rotulo": field.label,
        "agora": one.texto or "vazio",
        "digitado": two.texto or "vazio",
        "meu": mine != base,
    }


def _opened(stored: Edicao, revision: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record as it was when the form was opened, and who typed it: the first content that was replaced since, or
    what is there now."""
    rows = ConteudoAnterior.objects.filter(ficha=stored.ficha, revisao__gte=max(0, min(revision, 2**31 - 1)))
    first = rows.order_by("revisao").first()
    record = legible(first.registro) if first else stored.registro
    kept = (first.proveniencia if first else stored.ficha.conteudo.proveniencia) or {}
    return record if isinstance(record, dict) else {}, kept.get(ORIGIN) or {}


def kept(post: QueryDict) -> QueryDict:
    """What the form sent, without the fields where the person chose what is stored."""
    theirs = [n[len(CHOICE) :] for n in post if n.startswith(CHOICE) and post[n] == "gravado"]
    if not theirs:
        return post
    sent = post.copy()
    for name in list(sent):
        path = name.split(":", 1)[1] if name.startswith((ler.PREFIX, ler.REMOVE)) else ""
        if path and any(path == t or path.startswith((f"{t}.", f"{t}[")) for t in theirs):
            del sent[name]
    return sent
