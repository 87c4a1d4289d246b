"""What a batch does to each ficha: chosen in the preview, done or left alone afterwards, with the reason."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, QuerySet


class ItemReprocessamento(models.Model):
    """One ficha of a batch: what the preview saw, and what became of it."""

    class Efeito(models.TextChoices):
        """What the change would do, as the rules say before anything is written."""

        SEM = "", "A conferir"
        RESOLVE = "resolve", "Resolve"
        NOVA = "nova", "Traz outra inconsistência"
        CONTINUA = "continua", "Não resolve"
        IGUAL = "igual", "Nada muda"

    class Porque(models.TextChoices):
        """Why a ficha of the batch was left alone."""

        NENHUM = "", ""
        MUDOU = "mudou", "mudou depois da prévia"
        CORRIGIDA = "corrigida", "foi corrigida ou recebida de novo depois do lote"
        EXPORTADA = "exportada", "já foi exportada"
        DESCARTADA = "descartada", "foi descartada"
        VOLTOU = "voltou", "já não está como o lote a deixou"
        RESOLVIDA = "resolvida", "já não tem esta inconsistência"
        FALHOU = "falhou", "não pôde ser processada"

    reprocessamento = models.ForeignKey(
        "fichas.Reprocessamento", models.CASCADE, related_name="itens", db_index=False
    )
    ficha = models.ForeignKey("fichas.Ficha", models.CASCADE, related_name="+")
    escolhida = models.BooleanField("escolhida", default=True)
    revisao_antes = models.PositiveIntegerField("revisão antes")
    situacao_antes = models.CharField("situação antes", max_length=13)
    motivo_antes = models.CharField("motivo da pendência antes", max_length=12, blank=True)
    efeito = models.CharField("efeito", max_length=8, blank=True, choices=Efeito)
    aviso = models.CharField("o que a conferência disse", max_length=300, blank=True)
    feita = models.BooleanField("feita", default=False)
    porque = models.CharField("porque não", max_length=10, blank=True, choices=Porque)
    revisao_depois = models.PositiveIntegerField("revisão depois", null=True)
    situacao_depois = models.CharField("situação depois", max_length=13, blank=True)

    class Meta:
        verbose_name = "ficha de um lote"
        constraints = [
            models.UniqueConstraint(fields=["reprocessamento", "ficha"], name="item_de_lote_unico"),
            models.CheckConstraint(condition=~Q(feita=True) | Q(porque=""), name="item_feito_sem_porque"),
        ]

    def __str__(self) -> str:
        return f"ficha {self.ficha_id} do lote {self.reprocessamento_id}"


class BlocoReprocessamento(models.Model):
    """A slice of a mass reprocessing: the unit of work of one task, done once."""

    reprocessamento = models.ForeignKey("fichas.Reprocessamento", models.CASCADE, related_name="blocos")
    fichas = models.JSONField("ids das fichas")
    resultado = models.JSONField("o que se viu de cada uma", null=True)
    conferido_em = models.DateTimeField("conferido em", null=True)
    feito_em = models.DateTimeField("feito em", null=True)

    def __str__(self) -> str:
        return f"bloco {self.pk} do reprocessamento {self.reprocessamento_id}"


COLUMNS = (
    "reprocessamento_id, ficha_id, revisao_antes, situacao_antes, motivo_antes, escolhida, efeito, aviso, feita, "
    "porque, situacao_depois"
)


def fill(job_id: int, fichas: QuerySet[Any]) -> int:
    """An item for each of these fichas, all chosen, without bringing them here; how many."""
    chosen = fichas.order_by("pk").values_list("pk", "revisao", "situacao", "motivo_pendencia")
    return _insert(job_id, chosen)


def fill_from(job_id: int, items: QuerySet[ItemReprocessamento]) -> int:
    """The undo of a batch: its fichas that were done, as the batch left them."""
    done = items.filter(feita=True).order_by("ficha_id")
    return _insert(
        job_id, done.values_list("ficha_id", "revisao_depois", "situacao_depois", "ficha__motivo_pendencia")
    )


def _insert(job_id: int, rows: QuerySet[Any]) -> int:
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fichas_itemreprocessamento ({COLUMNS}) SELECT %s, q.a, q.b, q.c, q.d, true, '', '', false, "
            f"'', '' FROM ({sql}) q (a, b, c, d)",
            [job_id, *params],
        )
        return int(cursor.rowcount)


def save_outcome(items: Sequence[ItemReprocessamento]) -> None:
    ItemReprocessamento.objects.bulk_update(
        items, ["feita", "porque", "revisao_depois", "situacao_depois"], batch_size=500
    )
