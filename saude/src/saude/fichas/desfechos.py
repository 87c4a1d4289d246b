"""What became of exported fichas, as it stands: one narrow row for each that was answered, and its kept counts.

The answers themselves, every one of them, are facts of the room `retorno`; here is the one that counts now, because
the panel, the lists and whoever receives a record need it. A ficha without a row was not answered.
"""

from django.db import models
from django.db.models import Q


class Resultado(models.TextChoices):
    ACEITA = "aceita", "Aceita"
    RECUSADA = "recusada", "Recusada"
    REPETIDA = "repetida", "Repetida"
    DESCONHECIDA = "desconhecida", "Desconhecida"


#: of an exported ficha that nobody answered for
SEM_RESPOSTA = "sem_resposta"
RETORNOS = [*Resultado.choices, (SEM_RESPOSTA, "Sem resposta")]


class DesfechoAtual(models.Model):
    """Of an exported ficha, as long as it is exported with the content that was answered."""

    ficha = models.OneToOneField(
        "fichas.Ficha", models.CASCADE, primary_key=True, db_constraint=False, related_name="desfecho"
    )
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    competencia = models.CharField(max_length=6)
    cnes = models.CharField(max_length=7, blank=True)
    resultado = models.CharField("resultado", max_length=12, choices=Resultado)
    fato = models.BigIntegerField("o fato que vale", help_text="De `retorno`.")
    em = models.DateTimeField("em")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resultado__in=Resultado.values), name="desfecho_resultado_conhecido"
            ),
        ]
        indexes = [
            models.Index(
                fields=["entidade", "competencia", "resultado", "ficha"],
                name="desfecho_a_ver",
                condition=~Q(resultado="aceita"),  # most are accepted, and nobody looks for those
            ),
            models.Index(fields=["entidade", "competencia", "ficha"], name="desfecho_competencia"),
        ]

    def __str__(self) -> str:
        return f"{self.ficha_id}: {self.resultado}"


class ContagemDesfecho(models.Model):
    """Kept counts of `DesfechoAtual`: a trigger appends what changed, readers sum, a task folds."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    cnes = models.CharField(max_length=7, blank=True)
    competencia = models.CharField(max_length=6)
    resultado = models.CharField(max_length=12)
    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["entidade", "competencia"], name="contagem_desfecho")]

    def __str__(self) -> str:
        return f"{self.competencia} {self.resultado}: {self.n:+d}"
