"""Writes of the registrations: keyword-only, `by=`, atomic, audited."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction

from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade, Especialidade, Feriado, Instalacao, Prazo, ValidadeLedi
from saude.cadastros.prazos import deadline
from saude.cadastros.sinais import instalacao_changed, validade_changed
from saude.cadastros.versoes import validades


@transaction.atomic
def create_entidade(
    *,
    by: Autor,
    nome: str,
    ibge: str,
    uf: str,
    fuso: str = "America/Sao_Paulo",
    cpf_cnpj: str,
    nome_razao_social: str,
    **instalacao: Any,
) -> Entidade:
    """A municipality with its installation; `instalacao` are more fields of Instalacao."""
    entidade = Entidade.objects.create(nome=nome, ibge=ibge, uf=uf, fuso=fuso)
    instalacao.setdefault("uuid_instalacao", str(uuid.uuid4()))
    row = Instalacao(entidade=entidade, cpf_cnpj=cpf_cnpj, nome_razao_social=nome_razao_social, **instalacao)
    row.clean()
    row.save()
    record_event(by=by, entidade=entidade, tipo="entidade.criada", alvo=entidade)
    return entidade


@transaction.atomic
def update_instalacao(*, by: Autor, instalacao: Instalacao, values: dict[str, Any]) -> Instalacao:
    """Change the installation; `revisao` rises when the envelope's bytes change."""
    current = Instalacao.objects.select_for_update().get(pk=instalacao.pk)
    changed = sorted(name for name, value in values.items() if getattr(current, name) != value)
    if not changed:
        return current
    for name in changed:
        setattr(current, name, values[name])
    current.clean()
    if set(changed) & set(Instalacao.REMETENTE):
        current.revisao += 1
    current.save()
    record_event(
        by=by, entidade=current.entidade_id, tipo="instalacao.alterada", alvo=current, campos=changed
    )
    instalacao_changed.send(Instalacao, instalacao=current, campos=set(changed), by=by)
    return current


@transaction.atomic
def save_especialidade(*, by: Autor, entidade: Entidade, codigo: str, nome: str, tipo: str) -> Especialidade:
    """Create or change the speciality of this code."""
    row, created = Especialidade.objects.select_for_update().get_or_create(
        entidade=entidade, codigo=codigo, defaults={"nome": nome, "tipo": tipo}
    )
    before = row.tipo
    if not created:
        row.nome, row.tipo = nome, tipo
        row.save(update_fields=["nome", "tipo"])
    record_event(
        by=by,
        entidade=entidade,
        tipo="especialidade.criada" if created else "especialidade.alterada",
        alvo=row,
        codigo=codigo,
        antes="" if created else before,
        depois=tipo,
    )
    return row


@transaction.atomic
def set_prazo(*, by: Autor, entidade: Entidade, competencia: str, data: date, motivo: str) -> Prazo:
    """Set the deadline of a competência by hand."""
    before = deadline(entidade, competencia).data
    row, _ = Prazo.objects.update_or_create(
        entidade=entidade, competencia=competencia, defaults={"data": data, "motivo": motivo}
    )
    record_event(
        by=by,
        entidade=entidade,
        tipo="prazo.alterado",
        alvo=row,
        competencia=competencia,
        antes=before.isoformat(),
        depois=data.isoformat(),
    )
    return row


@transaction.atomic
def reset_prazo(*, by: Autor, entidade: Entidade, competencia: str) -> None:
    """Forget the deadline set by hand: the published table or the rule holds again."""
    deleted, _ = Prazo.objects.filter(entidade=entidade, competencia=competencia).delete()
    if deleted:
        record_event(by=by, entidade=entidade, tipo="prazo.restaurado", competencia=competencia)


@transaction.atomic
def set_validade(*, by: Autor, entidade: Entidade, versao: str, data: date, motivo: str) -> ValidadeLedi:
    """Set by hand until when a LEDI version counts."""
    before = validades(entidade).get(versao)
    row, _ = ValidadeLedi.objects.update_or_create(
        entidade=entidade, versao=versao, defaults={"data": data, "motivo": motivo}
    )
    record_event(
        by=by, entidade=entidade, tipo="validade.alterada", alvo=row, versao=versao,
        antes=before.isoformat() if before else "", depois=data.isoformat(),
    )  # fmt: skip
    validade_changed.send(ValidadeLedi, entidade=entidade, versao=versao, by=by)
    return row


@transaction.atomic
def reset_validade(*, by: Autor, entidade: Entidade, versao: str) -> None:
    """Forget the date set by hand: the published one holds again."""
    deleted, _ = ValidadeLedi.objects.filter(entidade=entidade, versao=versao).delete()
    if deleted:
        record_event(by=by, entidade=entidade, tipo="validade.restaurada", versao=versao)
        validade_changed.send(ValidadeLedi, entidade=entidade, versao=versao, by=by)


@transaction.atomic
def add_feriado(*, by: Autor, entidade: Entidade, data: date, nome: str) -> Feriado:
    """A holiday besides the national ones of the table."""
    row, _ = Feriado.objects.update_or_create(entidade=entidade, data=data, defaults={"nome": nome})
    record_event(by=by, entidade=entidade, tipo="feriado.incluido", alvo=row, data=data.isoformat())
    return row


@transaction.atomic
def remove_feriado(*, by: Autor, feriado: Feriado) -> None:
    record_event(
        by=by,
        entidade=feriado.entidade_id,
        tipo="feriado.removido",
        alvo=feriado,
        data=feriado.data.isoformat(),
    )
    feriado.delete()
