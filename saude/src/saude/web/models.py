from datetime import datetime

from django.db import models


class Marco(models.Model):
    """A milestone of this installation that survives restarts (demonstration asked for, loaded…)."""

    DEMO_PEDIDA = "demo_pedida"
    DEMO_CARREGADA = "demo_carregada"
    DEMO_SENHAS_A_DEFINIR = "demo_senhas_a_definir"

    nome = models.CharField(max_length=40, unique=True)
    momento = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.nome

    @classmethod
    def put(cls, nome: str) -> None:
        cls.objects.get_or_create(nome=nome)

    @classmethod
    def remove(cls, nome: str) -> None:
        cls.objects.filter(nome=nome).delete()

    @classmethod
    def is_set(cls, nome: str) -> bool:
        return cls.objects.filter(nome=nome).exists()

    @classmethod
    def since(cls, nome: str) -> datetime | None:
        return cls.objects.filter(nome=nome).values_list("momento", flat=True).first()

    @classmethod
    def reached(cls) -> frozenset[str]:
        return frozenset(cls.objects.values_list("nome", flat=True))
