"""Notices to a person, what each wants to be told of and how, and the digests that went."""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from saude.cadastros.models import Entidade, Profissional
from saude.comum.texto import days_left
from saude.contas.models import Usuario


class Especie(models.TextChoices):
    PRAZO = "prazo", "Prazo chegando (10, 5, 3 e 1 dia antes)"
    PRONTA = "pronta", "Competência pronta para exportar"
    AGENTE = "agente", "Agente sem sincronizar há 7 dias"
    EXPORTACAO = "exportacao", "Exportação que você pediu terminou"
    TRANSMISSAO = "transmissao", "Transmissão que você pediu terminou"
    TABELA = "tabela", "CNES ou SIGTAP desatualizado"
    TRABALHADOR = "trabalhador", "Trabalhador parado"


#: told while they last, and over when they are no more; the others tell of what happened
ESTADOS = (Especie.PRAZO, Especie.PRONTA, Especie.AGENTE, Especie.TABELA, Especie.TRABALHADOR)


class Resumo(models.Model):
    """A day's digest to a person. The row is the claim: it is made before the message is sent."""

    usuario = models.ForeignKey(Usuario, models.CASCADE, db_index=False, related_name="resumos")
    dia = models.DateField("dia")
    criado_em = models.DateTimeField("criado em", db_default=Now())
    enviado_em = models.DateTimeField("enviado em", null=True)
    erro = models.CharField("erro", max_length=300, blank=True)

    class Meta:
        verbose_name = "resumo dos avisos"
        constraints = [models.UniqueConstraint(fields=["usuario", "dia"], name="resumo_um_por_dia")]

    def __str__(self) -> str:
        return f"resumo de {self.dia:%d/%m/%Y}"


class Aviso(models.Model):
    """`texto` goes by e-mail as it is: nothing of citizens or professionals is in it (`profissional` is a key)."""

    usuario = models.ForeignKey(Usuario, models.CASCADE, db_index=False, related_name="avisos")
    entidade = models.ForeignKey(Entidade, models.CASCADE, null=True, db_index=False, related_name="+")
    especie = models.CharField("espécie", max_length=11, choices=Especie)
    chave = models.CharField("chave", max_length=80)
    texto = models.CharField("texto", max_length=400)
    endereco = models.CharField("endereço", max_length=200, blank=True)
    permissao = models.CharField("permissão de quem o vê", max_length=12)
    areas = ArrayField(
        models.CharField(max_length=7), verbose_name="áreas (CNES)", null=True, help_text="Nulo: todas."
    )
    profissional = models.ForeignKey(Profissional, models.CASCADE, null=True, related_name="+")
    vence = models.DateField("vence", null=True)
    criado_em = models.DateTimeField("criado em", db_default=Now())
    lido_em = models.DateTimeField("lido em", null=True)
    encerrado_em = models.DateTimeField("encerrado em", null=True)
    resumo = models.ForeignKey(Resumo, models.SET_NULL, null=True, related_name="avisos")

    class Meta:
        ordering = ["-criado_em", "-pk"]
        verbose_name = "aviso"
        constraints = [
            models.UniqueConstraint(
                fields=["usuario", "entidade", "chave"], nulls_distinct=False, name="aviso_uma_vez"
            ),
            models.CheckConstraint(
                condition=models.Q(especie__in=Especie.values), name="aviso_especie_conhecida"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.especie} {self.chave}"

    def dito(self, today: date) -> str:
        """The text as it is true today."""
        if self.vence is None:
            return self.texto
        days = (self.vence - today).days
        if days < 0:
            return f"{self.texto} O prazo venceu."
        left = f"{days_left(days).capitalize()}." if days else "O prazo é hoje."
        return f"{left} {self.texto}"


class Preferencia(models.Model):
    """Without a row a person is told in both ways."""

    usuario = models.ForeignKey(Usuario, models.CASCADE, db_index=False, related_name="preferencias")
    especie = models.CharField("espécie", max_length=11, choices=Especie)
    na_pagina = models.BooleanField("na página", default=True)
    por_email = models.BooleanField("por e-mail", default=True)

    class Meta:
        verbose_name = "preferência de aviso"
        constraints = [
            models.UniqueConstraint(fields=["usuario", "especie"], name="preferencia_unica"),
        ]

    def __str__(self) -> str:
        return self.especie
