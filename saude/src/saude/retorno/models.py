"""What came back of what was sent: the reports, their lines, and of each exported ficha every answer there was."""

import uuid
from re import fullmatch

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from saude.fichas.desfechos import Resultado


class Relatorio(models.Model):
    """A report of the PEC, SISAB or SIAPS, or the word of who imported an export. The file itself is not kept."""

    class Formato(models.TextChoices):
        PEC = "pec-inconsistencias", "Inconsistências do PEC"
        SISAB = "sisab-validacao", "Validação do SISAB"
        SIAPS_EQUIPE = "siaps-equipe-quadrimestre", "SIAPS: equipes, por quadrimestre"
        SIAPS_COMPETENCIA = "siaps-visao-competencia", "SIAPS: visão por competência"
        MARCA = "marca", "Importação marcada"

    class Estado(models.TextChoices):
        LENDO = "lendo", "Sendo lido"
        PREVIA = "previa", "A confirmar"
        APLICANDO = "aplicando", "Sendo registrado"
        VALE = "vale", "Vale"
        DESFEITO = "desfeito", "Desfeito"
        DEIXADO = "deixado", "Deixado de lado"
        RECUSADO = "recusado", "Recusado"

    ALIVE = ("lendo", "previa", "aplicando", "vale")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entidade = models.ForeignKey(
        "cadastros.Entidade", models.PROTECT, db_index=False, related_name="relatorios"
    )
    formato = models.CharField("formato", max_length=30, choices=Formato, blank=True)
    estado = models.CharField("estado", max_length=9, choices=Estado, default=Estado.LENDO)
    nome = models.CharField("nome do arquivo", max_length=200, blank=True)
    arquivo = models.CharField("à espera de leitura, em", max_length=80, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64)
    tamanho = models.BigIntegerField("tamanho em bytes", default=0)
    leitura = models.JSONField("como foi lido", default=dict)
    contexto = models.JSONField("o que diz de si", default=dict)
    totais = models.JSONField("contas", default=dict)
    avisos = models.JSONField("avisos", default=list)
    competencia = models.CharField("competência", max_length=6, blank=True)
    erro = models.CharField("erro", max_length=400, blank=True)
    direto = models.BooleanField(
        "sem prévia", default=False, help_text="Veio pela API: vale logo que é lido."
    )
    # of a mark: which export was imported, and what the PEC's list of lots says of it
    exportacao = models.ForeignKey(
        "exportacao.Exportacao", models.PROTECT, null=True, blank=True, related_name="marcas"
    )
    lote = models.CharField("lote no PEC", max_length=40, blank=True)
    data = models.DateField("recebido pelo PEC em", null=True, blank=True)
    por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    token = models.ForeignKey(
        "contas.ApiToken", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    criado_em = models.DateTimeField("enviado em", db_default=Now())
    confirmado_em = models.DateTimeField("confirmado em", null=True)
    desfeito_em = models.DateTimeField("desfeito em", null=True)
    desfeito_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "relatório de retorno"
        constraints = [
            models.UniqueConstraint(
                fields=["entidade", "sha256"],
                condition=Q(estado__in=("lendo", "previa", "aplicando", "vale")),
                name="relatorio_uma_vez",
            ),
            models.UniqueConstraint(
                fields=["exportacao"],
                condition=Q(formato="marca", estado="vale"),
                name="exportacao_marcada_uma_vez",
            ),
            models.CheckConstraint(
                condition=Q(
                    estado__in=["lendo", "previa", "aplicando", "vale", "desfeito", "deixado", "recusado"]
                ),
                name="relatorio_estado_conhecido",
            ),
        ]
        indexes = [models.Index(fields=["entidade", "-criado_em"], name="relatorio_criado")]

    def __str__(self) -> str:
        return f"relatório {self.pk}"

    @property
    def do_pec(self) -> bool:
        return self.formato == self.Formato.PEC

    @property
    def marca(self) -> bool:
        return self.formato == self.Formato.MARCA

    @property
    def mes(self) -> str:
        """The competência where it stands in the Conciliação: of a quadrimestre, its last month."""
        quarter = str(self.contexto.get("quadrimestre") or "")
        if self.competencia or not fullmatch(r"\d{4}Q[123]", quarter):
            return self.competencia
        return f"{quarter[:4]}{4 * int(quarter[5]):02}"

    @property
    def titulo(self) -> str:
        return self.nome or str(self.get_formato_display() or "Relatório")


class Linha(models.Model):
    """A line of the PEC's report: a uuid, what was said of it, and which ficha of ours it is, if it is one."""

    relatorio = models.ForeignKey(Relatorio, models.CASCADE, related_name="linhas", db_index=False)
    numero = models.PositiveIntegerField("linha no arquivo")
    uuid = models.CharField("UUID", max_length=44, blank=True, db_collation="C")
    ficha = models.ForeignKey(
        "fichas.Ficha", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    exportacao_id = models.BigIntegerField("em que exportação foi", null=True)
    revisao = models.PositiveIntegerField("revisão que foi", null=True)
    resultado = models.CharField("resultado", max_length=12, blank=True)
    lote = models.CharField("lote", max_length=40, blank=True)
    data = models.DateField("recebida pelo PEC em", null=True)
    tipo_ficha = models.CharField("tipo da ficha", max_length=200, blank=True)
    cnes = models.CharField("CNES", max_length=7, blank=True)
    mensagens = models.JSONField("mensagens", default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["relatorio", "numero"], name="linha_do_relatorio_unica")
        ]

    def __str__(self) -> str:
        return f"{self.relatorio_id}:{self.numero}"


class LinhaTotal(models.Model):
    """A line of a report without uuids: how many fichas (SISAB), or the results of a team (SIAPS)."""

    relatorio = models.ForeignKey(Relatorio, models.CASCADE, related_name="totais_por_linha", db_index=False)
    numero = models.PositiveIntegerField("linha")
    cnes = models.CharField("CNES", max_length=7, blank=True)
    ine = models.CharField("INE", max_length=10, blank=True)
    situacao = models.CharField("situação", max_length=14, blank=True)
    texto = models.CharField("como está no arquivo", max_length=200, blank=True)
    total = models.PositiveIntegerField("fichas", null=True)
    dados = models.JSONField("o resto", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relatorio", "numero"], name="linha_total_unica")]

    def __str__(self) -> str:
        return f"{self.relatorio_id}:{self.numero}"


class Desfecho(models.Model):
    """One answer about one ficha of one export. Never changed but to say that it counts no more.

    `posicao` grows with every answer and every withdrawal of one, in the order they are committed (travas.DESFECHOS):
    whoever reads on from a position misses nothing.
    """

    class Fonte(models.TextChoices):
        RELATORIO = "relatorio", "Relatório do PEC"
        MARCADA = "marcada", "Importação marcada"
        TRANSMISSAO = "transmissao", "Transmissão ao PEC"

    id = models.BigAutoField(primary_key=True)
    posicao = models.BigIntegerField("posição", db_default=0)
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    ficha = models.ForeignKey(
        "fichas.Ficha", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="desfechos"
    )
    exportacao_id = models.BigIntegerField("exportação")
    revisao = models.PositiveIntegerField("revisão enviada")
    fonte = models.CharField("fonte", max_length=11, choices=Fonte)
    resultado = models.CharField("resultado", max_length=12, choices=Resultado)
    lote = models.CharField("lote", max_length=40, blank=True)
    data = models.DateField("dia, segundo o PEC", null=True)
    mensagens = models.JSONField("mensagens", default=list, help_text="Sem CPF nem CNS.")
    relatorio = models.ForeignKey(
        Relatorio, models.PROTECT, null=True, db_index=False, related_name="desfechos"
    )
    vale = models.BooleanField("vale", default=True)
    repete = models.BooleanField(
        "já se sabia", default=False, help_text="Outro relatório disse o mesmo antes."
    )
    em = models.DateTimeField("em", db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resultado__in=Resultado.values), name="desfecho_fato_resultado_conhecido"
            ),
            models.CheckConstraint(
                condition=Q(fonte__in=["relatorio", "marcada", "transmissao"]),
                name="desfecho_fonte_conhecida",
            ),
        ]
        indexes = [
            models.Index(fields=["ficha"], name="desfecho_ficha"),
            models.Index(fields=["entidade", "posicao"], name="desfecho_posicao"),
            models.Index(
                fields=["relatorio", "ficha"], name="desfecho_relatorio", condition=Q(relatorio__isnull=False)
            ),
            models.Index(fields=["exportacao_id", "ficha"], name="desfecho_exportacao"),
        ]

    def __str__(self) -> str:
        return f"{self.ficha_id}: {self.resultado} ({self.fonte})"
