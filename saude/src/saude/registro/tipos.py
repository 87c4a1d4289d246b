"""Kinds of ficha and the ways they come in."""

from typing import Protocol

from django.db import models


class Tipo(models.TextChoices):
    FAD = "FAD", "Atendimento domiciliar"
    FAI = "FAI", "Atendimento individual"
    FAO = "FAO", "Atendimento odontológico individual"
    FAC = "FAC", "Atividade coletiva"
    FAE = "FAE", "Avaliação de elegibilidade"
    FCD = "FCD", "Cadastro domiciliar e territorial"
    FCI = "FCI", "Cadastro individual"
    FCZM = "FCZM", "Complementar – Síndrome neurológica por Zika/Microcefalia"
    MCA = "MCA", "Marcadores de consumo alimentar"
    FP = "FP", "Procedimentos"
    FV = "FV", "Vacinação"
    FVD = "FVD", "Visita domiciliar e territorial"
    FCC = "FCC", "Cuidado compartilhado"


RARE = ["FAC", "FAD", "FAE", "FCC", "FCZM", "MCA"]  # these have an index of their own


class Origem(models.TextChoices):
    API = "api", "API"
    APP = "app", "Aplicativo Saúde Domiciliar"
    ARQUIVO = "arquivo", "Arquivo"
    FORMULARIO = "formulario", "Formulário"


class UmAchado(Protocol):
    """A finding as a page shows it: just found, or stored as an inconsistência."""

    @property
    def codigo(self) -> str: ...
    @property
    def campo(self) -> str: ...
    @property
    def severidade(self) -> str: ...
    @property
    def mensagem(self) -> str: ...
