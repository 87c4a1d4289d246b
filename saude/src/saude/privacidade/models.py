"""What the law on personal data (LGPD) asks to be told and decided: how long copies are kept, who is in charge."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from saude.comum.texto import grouped


class Guarda(models.TextChoices):
    """Copies of care data, never the records of care themselves: those no task removes."""

    RECEBIDOS = "recebidos", "Lotes recebidos, como vieram (o que trouxeram está nas fichas)"
    RECUSADOS = "recusados", "Linhas recusadas de lotes"
    EXPORTACOES = "exportacoes", "Arquivos de exportação (podem ser feitos de novo)"


#: days; what is older is removed by the task of every night
PADRAO = {Guarda.RECEBIDOS: 180, Guarda.RECUSADOS: 180, Guarda.EXPORTACOES: 365}
MINIMO, MAXIMO = 30, 3650


class PrazoDeGuarda(models.Model):
    """One that differs from PADRAO, for the whole installation."""

    o_que = models.CharField("o que é guardado", max_length=12, choices=Guarda, unique=True)
    dias = models.PositiveSmallIntegerField("dias")

    class Meta:
        verbose_name = "prazo de guarda"

    def __str__(self) -> str:
        return f"{self.o_que}: {grouped(self.dias)} dias"


class Encarregado(models.Model):
    """The person whom citizens and the authority speak with (LGPD, article 41)."""

    entidade = models.OneToOneField(
        "cadastros.Entidade", models.PROTECT, primary_key=True, related_name="encarregado"
    )
    nome = models.CharField("nome", max_length=120)
    contato = models.CharField("como falar com ele (e-mail, telefone, endereço)", max_length=200)

    class Meta:
        verbose_name = "encarregado"

    def __str__(self) -> str:
        return self.nome


class Partilha(models.Model):
    """Data given to somebody outside the system, noted by hand: by e-mail, on paper, to another body."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="partilhas")
    data = models.DateField("data")
    com_quem = models.CharField("com quem", max_length=150)
    o_que = models.CharField("o que foi entregue", max_length=200)
    base = models.CharField("base legal ou motivo", max_length=200)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    criada_em = models.DateTimeField("anotada em", db_default=Now())
    retirada_em = models.DateTimeField("retirada em", null=True, editable=False)

    class Meta:
        verbose_name = "partilha"
        indexes = [models.Index(fields=["entidade", "-data", "-id"], name="partilha_por_data")]

    def __str__(self) -> str:
        return f"{self.data}: {self.com_quem}"
