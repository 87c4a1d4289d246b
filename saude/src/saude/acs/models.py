"""The phones of the community agents: one-time codes, devices, pushes, refusals, what each territory was told."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

REVOGADO = "Revogado pela coordenação"
TROCADO = "Registrado de novo no mesmo aparelho"


class Lotado(models.Model):
    """For whom: the lotação as it was when the code was made. No key to the row: a CNES import may replace it."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    profissional = models.ForeignKey("cadastros.Profissional", models.PROTECT, related_name="+")
    estabelecimento = models.ForeignKey("cadastros.Estabelecimento", models.PROTECT, related_name="+")
    equipe = models.ForeignKey("cadastros.Equipe", models.PROTECT, related_name="+", null=True, blank=True)
    cbo = models.CharField("CBO", max_length=6)
    microarea = models.CharField("microárea", max_length=2, blank=True)

    class Meta:
        abstract = True

    def lotacao(self) -> dict[str, object]:
        """The fields of this class, to make another row of the same person."""
        return {
            "entidade_id": self.entidade_id,
            "profissional_id": self.profissional_id,
            "estabelecimento_id": self.estabelecimento_id,
            "equipe_id": self.equipe_id,
            "cbo": self.cbo,
            "microarea": self.microarea,
        }


class Codigo(Lotado):
    """A code that makes one device. Only its SHA-256 is kept; it is shown once."""

    hash = models.CharField(max_length=64, unique=True)
    criado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    criado_em = models.DateTimeField("criado em", db_default=Now())
    expira_em = models.DateTimeField("vale até")
    usado_em = models.DateTimeField("usado em", null=True)
    cancelado_em = models.DateTimeField("cancelado em", null=True)

    class Meta:
        verbose_name = "código de aparelho"

    def __str__(self) -> str:
        return f"código {self.pk} de {self.profissional}"


class Aparelho(Lotado):
    """An installation of the app. The token's SHA-256 is kept; the token is told once, to the phone."""

    #: the day its lotação ended, set where the device is asked who it is (`dispositivos.device_of`)
    terminou: date | None = None

    instalacao = models.CharField("identificador da instalação", max_length=36)
    nome = models.CharField("nome", max_length=80, blank=True)
    hash = models.CharField(max_length=64, unique=True)
    versao_app = models.CharField("versão do aplicativo", max_length=20, blank=True)
    criado_em = models.DateTimeField("registrado em", db_default=Now())
    expira_em = models.DateTimeField("vale até", null=True)
    visto_em = models.DateTimeField("último contato", null=True)
    sincronizado_em = models.DateTimeField("última sincronização", null=True)
    desvio_segundos = models.IntegerField("desvio do relógio, em segundos", null=True)
    no_aparelho = models.PositiveIntegerField("registros que diz ter por enviar", null=True)
    revogado_em = models.DateTimeField("revogado em", null=True)
    motivo_revogacao = models.CharField("motivo da revogação", max_length=80, blank=True)

    antigo: bool  # what the page of its agent says of it

    class Meta:
        verbose_name = "aparelho"
        constraints = [
            models.UniqueConstraint(
                fields=["instalacao"], condition=Q(revogado_em__isnull=True), name="aparelho_ativo_unico"
            ),
        ]
        indexes = [models.Index(fields=["entidade", "profissional"], name="aparelho_profissional")]

    def __str__(self) -> str:
        return self.nome or f"aparelho {self.instalacao[:8]}"

    @property
    def revogado_por_alguem(self) -> bool:
        """By the coordination, and not because the lotação ended."""
        return self.revogado_em is not None and self.motivo_revogacao.startswith(REVOGADO)


class ChaveEntidade(models.Model):
    """The pair that phones wrap their data key for. The private half is sealed by the key outside the database."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="+")
    identificacao = models.CharField("identificação", max_length=16, unique=True)
    publica = models.TextField("chave pública")
    privada = models.TextField("chave privada, cifrada")
    criada_em = models.DateTimeField("criada em", db_default=Now())

    class Meta:
        verbose_name = "chave da entidade para os aparelhos"

    def __str__(self) -> str:
        return self.identificacao


class PedidoChave(models.Model):
    """An agent forgot the password of the phone. Nothing of the phone's key stays here once it is answered."""

    class Situacao(models.TextChoices):
        ESPERA = "espera", "Espera"
        PERMITIDO = "permitido", "Permitido"
        RECUSADO = "recusado", "Recusado"
        TROCADO = "trocado", "Trocado por outro pedido"
        CONCLUIDO = "concluido", "Senha nova escolhida"

    aparelho = models.ForeignKey(Aparelho, models.PROTECT, related_name="pedidos_chave")
    hash = models.CharField(max_length=64, unique=True)
    situacao = models.CharField("situação", max_length=10, choices=Situacao, default=Situacao.ESPERA)
    numero = models.CharField("número", max_length=6)
    chave = models.ForeignKey(ChaveEntidade, models.PROTECT, related_name="+")
    embrulhada = models.TextField(blank=True)
    efemera = models.TextField(blank=True)
    resposta = models.TextField(blank=True)
    criado_em = models.DateTimeField("pedido em", db_default=Now())
    expira_em = models.DateTimeField("vale até")
    decidido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decidido_em = models.DateTimeField("decidido em", null=True)
    entregue_em = models.DateTimeField("entregue em", null=True)

    class Meta:
        verbose_name = "pedido de senha do aparelho"

    def __str__(self) -> str:
        return self.numero


class Envio(models.Model):
    """One push. Its body lies, as it came, in `lote`; the answer is kept, to be given again."""

    aparelho = models.ForeignKey(Aparelho, models.PROTECT, db_index=False, related_name="envios")
    identificador = models.CharField("lote do aparelho", max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64)
    lote = models.OneToOneField("recebimento.Lote", models.PROTECT, related_name="envio_acs")
    resposta = models.JSONField("resposta", null=True)
    aceitos = models.PositiveIntegerField("aceitos", default=0)
    recusados = models.PositiveIntegerField("recusados", default=0)
    repeticoes = models.PositiveIntegerField("repetições", default=0)
    versao_app = models.CharField("versão do aplicativo", max_length=20, blank=True)
    desvio_segundos = models.IntegerField("desvio do relógio", null=True)
    recebido_em = models.DateTimeField("recebido em", db_default=Now())

    class Meta:
        verbose_name = "envio do aplicativo"
        constraints = [
            models.UniqueConstraint(fields=["aparelho", "identificador", "sha256"], name="envio_unico"),
        ]
        indexes = [models.Index(fields=["aparelho", "-recebido_em"], name="envio_recebido")]

    def __str__(self) -> str:
        return f"envio {self.identificador}"


class Recusa(models.Model):
    """A record the server did not take, and why, until the phone sends it mended."""

    aparelho = models.ForeignKey(Aparelho, models.CASCADE, related_name="recusas", db_index=False)
    uuid = models.CharField("UUID", max_length=60)
    tipo = models.CharField("ficha", max_length=4, blank=True)
    mensagem = models.CharField("motivo", max_length=400)
    vezes = models.PositiveIntegerField("vezes", default=1)
    em = models.DateTimeField("recusado em", auto_now=True)
    resolvida_em = models.DateTimeField("resolvida em", null=True)

    class Meta:
        verbose_name = "registro recusado"
        constraints = [models.UniqueConstraint(fields=["aparelho", "uuid"], name="recusa_unica")]

    def __str__(self) -> str:
        return self.uuid


class ItemTerritorio(models.Model):
    """What a professional's phones are told of, by key: a summary of its content and the place in the order.

    The content itself is made from the fichas each time; a pull sends the items after the cursor.
    """

    profissional = models.ForeignKey(
        "cadastros.Profissional", models.CASCADE, db_index=False, related_name="+"
    )
    recorte = models.CharField("recorte", max_length=40, help_text="CNES, INE, CBO e microárea.")
    chave = models.CharField("chave", max_length=80)
    resumo = models.CharField(
        "resumo do conteúdo", max_length=32, blank=True, help_text="Vazio: não há mais."
    )
    ordem = models.PositiveBigIntegerField("ordem")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profissional", "recorte", "chave"], name="item_territorio_unico"
            ),
        ]
        indexes = [models.Index(fields=["profissional", "recorte", "ordem"], name="item_territorio_ordem")]

    def __str__(self) -> str:
        return self.chave


class FalhaCodigo(models.Model):
    """Wrong codes by address, so that codes cannot be guessed."""

    ip = models.CharField("endereço", max_length=45, unique=True)
    falhas = models.PositiveIntegerField(default=0)
    desde = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(falhas__gte=0), name="falha_codigo_positiva")]

    def __str__(self) -> str:
        return f"{self.ip}: {self.falhas}"
