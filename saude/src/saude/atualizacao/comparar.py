"""A CNES file that was read, against what is in force: what it would do, and putting it in force."""

from datetime import date
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from saude.atualizacao import efeito, reavaliar
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.cadastros.sinais import lotacoes_ended
from saude.referencias import cnes
from saude.referencias.arquivos import FileRefused
from saude.referencias.models import Publicacao
from saude.referencias.tables import DatabaseTables, load_cnes, tables_of

Tipo, Situacao = Publicacao.Tipo, Publicacao.Situacao
IN_FORCE = (Situacao.PRONTA, Situacao.SUBSTITUIDA)


def fits(entidade: Entidade, arquivo: cnes.Arquivo) -> None:
    if arquivo.ibge != entidade.ibge:
        raise FileRefused(
            f"Este CNES é de outro município (IBGE {arquivo.ibge}); o de {entidade} é {entidade.ibge}. "
            "Nada foi alterado."
        )
    newest = _cnes_in_force(entidade)
    if newest and arquivo.data < day_of(newest):
        raise FileRefused(
            f"Este CNES é de {arquivo.data:%d/%m/%Y}, mais antigo que o em uso ({newest.quando}). "
            "Nada foi alterado."
        )
    if arquivo.data > timezone.localdate():
        raise FileRefused(f"Este CNES diz ser de {arquivo.data:%d/%m/%Y}, uma data que ainda não chegou.")


@transaction.atomic
def compare(row: Publicacao, arquivo: cnes.Arquivo) -> Publicacao:
    """What the release would change, told in its row, which waits for somebody to confirm it."""
    estado = cnes.current(whose(row))
    found = cnes.compare(arquivo, estado)
    row.vale_de, row.situacao = arquivo.data, Situacao.CONFERIR
    row.contagens, row.sem_cns = _counts(arquivo), _nameless(arquivo)
    row.diferencas = cnes.shown(found, arquivo, estado)
    row.save()
    row.diferencas["efeito"] = _tried(row, arquivo, found, estado).as_json()
    row.save(update_fields=["diferencas"])
    return row


def _tried(
    row: Publicacao, arquivo: cnes.Arquivo, found: cnes.Diferencas, estado: cnes.Estado
) -> efeito.Efeito:
    """What it would do: put in force, looked at, taken back."""
    entidade = whose(row)
    before = _frozen(entidade)
    with transaction.atomic():
        cnes.apply(entidade, arquivo, found, estado, _vigencia(row))
        effect = efeito.of_cnes(entidade, before, _after(row, before), _people(found))
        row.diferencas["aparelhos"] = _ended(row, None, tentativa=True)
        transaction.set_rollback(True)
    return effect


def put_in_force(row: Publicacao, arquivo: cnes.Arquivo, by: Autor) -> None:
    entidade = whose(row)
    before = _frozen(entidade)
    estado = cnes.current(entidade)
    found = cnes.compare(arquivo, estado)
    row.diferencas = cnes.shown(found, arquivo, estado)
    row.sem_cns = _nameless(arquivo)
    cnes.apply(entidade, arquivo, found, estado, _vigencia(row))
    effect = efeito.of_cnes(entidade, before, _after(row, before), _people(found))
    row.diferencas["efeito"] = effect.as_json()
    row.diferencas["aparelhos"] = _ended(row, by, tentativa=False)
    Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, situacao=Situacao.PRONTA).update(
        situacao=Situacao.SUBSTITUIDA
    )
    row.situacao, row.pronta_em, row.contagens = Situacao.PRONTA, timezone.now(), _counts(arquivo)
    row.save()
    ids = list(efeito.fichas_of_cnes(entidade, effect, _people(found)))
    reavaliar.start(entidade=entidade, publicacao=row, ids=ids, by=by)
    record_event(
        by=by, entidade=entidade, tipo="referencia.importada", alvo=row, tabela="cnes", data=row.quando,
        arquivo=row.nome_arquivo, reavaliadas=len(ids), **row.contagens,
    )  # fmt: skip


def _ended(row: Publicacao, by: Autor, *, tentativa: bool) -> int:
    """Accesses of phones that end with the lotações that did."""
    told: list[tuple[Any, Any]] = lotacoes_ended.send(
        sender=Publicacao, entidade=row.entidade, origem=row.quando, tentativa=tentativa, by=by
    )
    return sum(n for _, n in told)


def _vigencia(row: Publicacao) -> cnes.Vigencia:
    """What is new counts from the file's day; with the first of all (or its correction), since always."""
    earlier = Publicacao.objects.filter(
        entidade=row.entidade_id, tipo=Tipo.CNES, situacao__in=IN_FORCE, vale_de__lt=row.vale_de
    )
    day = day_of(row)
    return cnes.Vigencia(day, day if earlier.exists() else None)


def _frozen(entidade: Entidade) -> DatabaseTables | None:
    """The tables as they are now, whole in memory, so that what is applied next does not show."""
    tables = tables_of(entidade)
    return DatabaseTables(tables.key, entidade.pk, cnes=load_cnes(entidade.pk)) if tables else None


def _after(row: Publicacao, before: DatabaseTables | None) -> DatabaseTables:
    key = before.key if before else ()
    return efeito.proposed(key, whose(row), row, load_cnes(whose(row).pk))


def _people(found: cnes.Diferencas) -> set[str]:
    return {key[0] for key in (*found.lotacoes.novos, *found.lotacoes.sumidos)}


def _counts(arquivo: cnes.Arquivo) -> dict[str, int]:
    return arquivo.contagens | ({"lotacoes_de_fora": arquivo.fora} if arquivo.fora else {})


def _nameless(arquivo: cnes.Arquivo) -> list[list[str]]:
    """Posts of people without CNS, for the findings to say so."""
    return sorted(map(list, arquivo.sem_cns))


def _cnes_in_force(entidade: Entidade) -> Publicacao | None:
    return Publicacao.objects.filter(entidade=entidade, tipo=Tipo.CNES, situacao=Situacao.PRONTA).first()


def whose(row: Publicacao) -> Entidade:
    """A CNES is always of an entidade (constraint `publicacao_sigtap_nacional`)."""
    return cast(Entidade, row.entidade)


def day_of(row: Publicacao) -> date:
    """What was read has its day; only a file that could not be has none."""
    return cast(date, row.vale_de)
