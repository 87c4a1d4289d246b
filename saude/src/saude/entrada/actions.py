"""Writes about the second factor: audited, never with a secret."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from saude.auditoria.actions import record_event
from saude.cadastros.models import Entidade
from saude.cofre import recifrar
from saude.cofre.recifrar import Feito
from saude.cofre.segredos import seal
from saude.contas import entradas
from saude.contas.actions import check_power, tell_the_others
from saude.contas.models import Usuario
from saude.contas.queries import may_manage
from saude.entrada import chave, govbr, reserva, totp
from saude.entrada.models import Fator, GovBr
from saude.entrada.queries import has_factor, needs_factor
from saude.entrada.totp import Recusa

Adicionado = tuple[Fator, list[str]]


@transaction.atomic
def add_app(*, by: Usuario, segredo: str, codigo: str, nome: str, entidade: Entidade | None) -> Adicionado:
    return _added(by, totp.add(by, segredo, codigo, nome), entidade)


@transaction.atomic
def add_key(
    *, by: Usuario, request: Any, estado: dict[str, Any], resposta: Any, entidade: Entidade | None
) -> Adicionado:
    """`estado`: what was asked, with the name that the person gave the key."""
    return _added(by, chave.add(request, by, estado, resposta, estado["nome"]), entidade)


def _added(by: Usuario, made: Fator | Recusa, entidade: Entidade | None) -> Adicionado:
    """With the first one come the codes on paper."""
    if isinstance(made, Recusa):
        raise ValidationError(made.texto)
    record_event(by=by, entidade=entidade, tipo="fator.criado", alvo=by, meio=made.get_tipo_display())
    first = not by.codigos_reserva.exists()
    return made, reserva.make(by) if first else []


@transaction.atomic
def new_codes(*, by: Usuario, entidade: Entidade | None) -> list[str]:
    if not has_factor(by):
        raise ValidationError("Crie antes um segundo fator.")
    record_event(by=by, entidade=entidade, tipo="fator.codigos", alvo=by)
    return reserva.make(by)


@transaction.atomic
def remove(*, by: Usuario, fator: Fator, entidade: Entidade | None) -> None:
    """One's own; the last one stays where the installation asks for one."""
    Usuario.objects.select_for_update().get(pk=by.pk)  # two clicks on the last two
    if by.fatores.count() <= 1 and needs_factor(by):
        raise ValidationError(
            "Esta instalação pede o segundo fator a você: crie outro antes de remover este."
        )
    record_event(by=by, entidade=entidade, tipo="fator.removido", alvo=by, meio=fator.get_tipo_display())
    fator.delete()
    if not has_factor(by):
        by.codigos_reserva.all().delete()


@transaction.atomic
def reset(*, by: Usuario, usuario: Usuario, entidade: Entidade, motivo: str = "") -> None:
    """Another administrator takes the factors away from who lost them; they make new ones at the next log-in."""
    if by.pk == usuario.pk:
        raise ValidationError("O seu próprio segundo fator é retirado por outra pessoa que administra.")
    check_power(by, usuario, may_manage(by, usuario), motivo)
    usuario.fatores.all().delete()
    usuario.codigos_reserva.all().delete()
    entradas.end_all(usuario)
    record_event(by=by, entidade=entidade, tipo="fator.retirado", alvo=usuario, usuario=usuario.username)
    tell_the_others(by, usuario, entidade, "fator.retirado", motivo)


def reseal() -> Feito:
    """With the key in use, after it was changed: the seeds of the apps, and what gov.br gave this installation."""
    apps = Fator.objects.filter(tipo=Fator.Tipo.APLICATIVO)
    return recifrar.rows(apps, "segredo", totp.purpose_of) + recifrar.rows(
        GovBr.objects.all(), "segredo", lambda _: govbr.PURPOSE
    )


@transaction.atomic
def save_govbr(*, by: Usuario, segredo: str, **fields: Any) -> GovBr:
    """An empty `segredo` leaves the kept one, which belongs to its client."""
    row = govbr.settings_now() or GovBr(pk=1)
    moved = (row.cliente, row.emissor) != (fields["cliente"], fields["emissor"])
    for name, value in fields.items():
        setattr(row, name, value)
    if segredo:
        row.segredo = seal(segredo, govbr.PURPOSE)
    elif moved:
        row.segredo = ""
    row.save()
    record_event(
        by=by, entidade=None, tipo="govbr.alterado", ativo=row.ativo, emissor=row.emissor,
        nivel_minimo=row.get_nivel_minimo_display(),
    )  # fmt: skip
    return row
