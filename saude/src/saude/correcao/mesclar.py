"""Two registrations become one, or are said to be of two people; both can be taken back.

Nothing is deleted: the one that goes keeps its row and points at the one that stays. The attendances are
re-pointed (a link of ours); the chosen values flow only into fichas that can still be corrected, so what was
exported stays byte for byte.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from saude.acesso.areas import Areas
from saude.auditoria.actions import Autor, record_event
from saude.clientes.models import Alteracao, Cliente, ParPossivel
from saude.contas.queries import as_user
from saude.correcao.cliente import EDITABLE, StaleClient, _flow, _text, plain, python
from saude.fichas.models import Atendido
from saude.inconsistencias.models import Inconsistencia

Decisao = ParPossivel.Decisao


class PairSettled(Exception):
    """Somebody decided about this pair meanwhile, or it cannot be taken back; the message is for the user."""


@transaction.atomic
def merge_pair(
    *,
    par: ParPossivel,
    fica: int,
    escolhas: Mapping[str, int],
    revisoes: Mapping[int, int],
    by: Autor,
    cnes: Areas = None,
    exceto: Collection[int] = (),
) -> list[int]:
    """`fica` is the id that stays, `escolhas` field -> id whose value stays (default: the one that stays).

    `revisoes` are those of the page shown: StaleClient when one changed. `exceto`: ids of fichas whose content stays
    (they are of the one that stays all the same). Returns the fichas processed again.
    """
    par, a, b = _locked(par, Decisao.ABERTO)
    if fica not in (a.pk, b.pk):
        raise ValueError("not of this pair")
    for cliente in (a, b):
        if cliente.revisao != revisoes.get(cliente.pk):
            raise StaleClient(cliente)
    if a.mesclado_em_id or b.mesclado_em_id:
        raise PairSettled("Um dos cadastros já foi mesclado com outro.")
    kept, gone = (a, b) if fica == a.pk else (b, a)
    values = {f: getattr({a.pk: a, b.pk: b}[escolhas.get(f, kept.pk)], f) for f in EDITABLE}
    differing = [f for f in EDITABLE if getattr(kept, f) != getattr(gone, f)]
    undo = _to_undo(kept, gone) | {"exceto": sorted(exceto)}
    gone.mesclado_em = kept
    gone.save(update_fields=["mesclado_em", "alterado_em"])
    Cliente.objects.filter(mesclado_em=gone).update(mesclado_em=kept)
    _set(kept, values, by)
    undo["revisao"] = kept.revisao
    Atendido.objects.filter(pk__in=undo["atendidos"]).update(cliente=kept)
    _findings().filter(pk__in=undo["inconsistencias"]).update(cliente=kept)
    _decide(par, Decisao.MESCLADO, by, undo)
    _inherit(gone, kept)
    record_event(
        by=by, entidade=kept.entidade_id, tipo="cliente.mesclado", alvo=kept, de=gone.pk, campos=differing
    )
    return _flow(kept, differing, by, cnes, exceto) if differing else []


def _to_undo(kept: Cliente, gone: Cliente) -> dict[str, Any]:
    """What both were before."""
    return {
        "fica": kept.pk,
        "antes": {f: plain(getattr(kept, f)) for f in EDITABLE},
        "atendidos": _ids(Atendido.objects.filter(cliente=gone)),
        "mesclados": _ids(Cliente.objects.filter(mesclado_em=gone)),
        "inconsistencias": _ids(_findings().filter(cliente=gone, encerrada_em=None)),
    }


@transaction.atomic
def keep_apart(*, par: ParPossivel, by: Autor) -> None:
    """Not the same person: remembered, never proposed again."""
    par, a, b = _locked(par, Decisao.ABERTO)
    _decide(par, Decisao.DIFERENTES, by)
    record_event(by=by, entidade=par.entidade_id, tipo="cliente.diferentes", alvo=a, outro=b.pk)


@transaction.atomic
def undo(*, par: ParPossivel, by: Autor, cnes: Areas = None) -> list[int]:
    """Take back a decision. A merge only while the registration that stayed was not changed since."""
    par, a, b = _locked(par, Decisao.MESCLADO, Decisao.DIFERENTES)
    if par.decisao == Decisao.DIFERENTES:
        _decide(par, Decisao.ABERTO, None)
        record_event(by=by, entidade=par.entidade_id, tipo="cliente.par_reaberto", alvo=a, outro=b.pk)
        return []
    data = cast(dict[str, Any], par.desfazer)  # kept with every merge
    kept, gone = (a, b) if data["fica"] == a.pk else (b, a)
    if kept.mesclado_em_id or kept.revisao != data["revisao"] or gone.mesclado_em_id != kept.pk:
        raise PairSettled(
            "O cadastro mudou depois da mesclagem; corrija-o, ou cadastre a outra pessoa de novo."
        )
    differing = [
        f
        for f in EDITABLE
        if getattr(kept, f) != getattr(gone, f) or plain(getattr(kept, f)) != data["antes"][f]
    ]
    _set(kept, {f: python(f, v) for f, v in data["antes"].items()}, by)
    gone.mesclado_em = None
    gone.revisao += 1
    gone.save()
    Cliente.objects.filter(pk__in=data["mesclados"]).update(mesclado_em=gone)
    Atendido.objects.filter(pk__in=data["atendidos"], cliente=kept).update(cliente=gone)
    _findings().filter(pk__in=data["inconsistencias"], cliente=kept).update(cliente=gone)
    _decide(par, Decisao.ABERTO, None)
    record_event(by=by, entidade=par.entidade_id, tipo="cliente.separado", alvo=kept, outro=gone.pk)
    if not differing:
        return []
    left = data.get("exceto", ())  # as they were then: nothing to take back
    return sorted({pk for one in (kept, gone) for pk in _flow(one, differing, by, cnes, left)})


def _locked(par: ParPossivel, *decisoes: str) -> tuple[ParPossivel, Cliente, Cliente]:
    people = Cliente.objects.select_for_update().filter(pk__in=[par.a_id, par.b_id]).order_by("pk")
    a, b = people
    current = ParPossivel.objects.select_for_update().filter(pk=par.pk).first()
    if current is None or current.decisao not in decisoes:
        raise PairSettled("Este par já foi decidido por outra pessoa.")
    return current, a, b


def _set(cliente: Cliente, values: Mapping[str, Any], by: Autor) -> None:
    """The values, each change told in the registration's own history."""
    user = as_user(by)
    for name, value in values.items():
        before = getattr(cliente, name)
        if before != value:
            setattr(cliente, name, value)
            Alteracao.objects.create(
                cliente=cliente, campo=name, anterior=_text(before), novo=_text(value), aplicada=True,
                fonte=Alteracao.Fonte.USUARIO, usuario=user,
            )  # fmt: skip
    cliente.revisao += 1
    cliente.full_clean(exclude=["entidade", "mesclado_em"])
    cliente.save()


def _decide(par: ParPossivel, decisao: str, by: Autor, desfazer: Any = None) -> None:
    par.decisao = decisao
    par.decidido_em = timezone.now() if by else None
    par.decidido_por = as_user(by)
    par.desfazer = desfazer
    par.save()


def _inherit(gone: Cliente, kept: Cliente) -> None:
    """What is open about the one that went is compared anew; who it is *not* holds for the one that stays."""
    for side, other in (("a", "b"), ("b", "a")):
        rows = ParPossivel.objects.filter(**{side: gone}).exclude(**{other: kept})
        rows.filter(decisao=Decisao.ABERTO).delete()
        for row in rows.filter(decisao=Decisao.DIFERENTES):
            x, y = sorted((getattr(row, f"{other}_id"), kept.pk))
            said = {f: getattr(row, f) for f in ("decisao", "decidido_em", "decidido_por")}
            fresh = {f: getattr(row, f) for f in ("entidade_id", "pontos", "motivos")}
            ParPossivel.objects.update_or_create(a_id=x, b_id=y, defaults=said, create_defaults=said | fresh)


def _findings() -> QuerySet[Inconsistencia]:
    return Inconsistencia.objects.all()


def _ids(rows: QuerySet[Any]) -> list[int]:
    return sorted(rows.values_list("pk", flat=True))
