"""Users, what each may do in each entidade, and the tokens of the JSON API."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from saude.acesso.permissoes import Permissao, preset_of
from saude.cadastros.models import Entidade, Estabelecimento


class Usuario(AbstractUser):
    first_name = None  # type: ignore[assignment]  # so a field of Django's is left out
    last_name = None  # type: ignore[assignment]
    nome = models.CharField("nome completo", max_length=150, blank=True)
    cpf = models.CharField("CPF", max_length=11, null=True, unique=True)
    entidade = models.ForeignKey(
        Entidade, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="entidade de origem"
    )
    administra_instalacao = models.BooleanField("administra a instalação", default=False)
    trocar_senha = models.BooleanField("deve trocar a senha ao entrar", default=False)
    senha_em = models.DateTimeField("senha trocada em", null=True)

    REQUIRED_FIELDS = ["nome"]

    acessos_aqui: list["Acesso"]  # what `users_of` fetches with it

    class Meta:
        ordering = ["username"]
        verbose_name = "usuário"

    def get_full_name(self) -> str:
        return self.nome or self.username

    @property
    def senha_vencida(self) -> bool:
        """Older than the installation allows (SAUDE_SENHA_DIAS; 0: any age)."""
        days = settings.PASSWORD_DAYS
        since = self.senha_em or self.date_joined
        return bool(days) and timezone.now() - since > timedelta(days=days)

    def get_short_name(self) -> str:
        return self.get_full_name().split(" ")[0]


class Acesso(models.Model):
    """What a user may do in an entidade, in one área or (estabelecimento null) in all."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="acessos")
    entidade = models.ForeignKey(Entidade, on_delete=models.CASCADE, related_name="acessos")
    estabelecimento = models.ForeignKey(
        Estabelecimento, on_delete=models.CASCADE, related_name="acessos", null=True, blank=True
    )
    permissoes = ArrayField(models.CharField(max_length=12, choices=Permissao), verbose_name="permissões")

    class Meta:
        ordering = ["usuario", "entidade", "estabelecimento"]
        verbose_name = "acesso"
        constraints = [
            models.UniqueConstraint(
                fields=["usuario", "entidade", "estabelecimento"], nulls_distinct=False, name="acesso_unico"
            ),
            models.CheckConstraint(
                condition=Q(permissoes__contained_by=list(Permissao.values)) & ~Q(permissoes=[]),
                name="acesso_permissoes_conhecidas",
            ),
            models.CheckConstraint(
                condition=Q(estabelecimento__isnull=True) | ~Q(permissoes__contains=["administrar"]),
                name="acesso_administrar_na_entidade",
            ),
        ]

    @property
    def grupo(self) -> str:
        return preset_of(self.permissoes, na_area=self.estabelecimento_id is not None)

    def __str__(self) -> str:
        return f"{self.usuario} em {self.estabelecimento or self.entidade}"


class PedidoAcesso(models.Model):
    """An entidade asks that of somebody's home to let the person work here too."""

    class Situacao(models.TextChoices):
        AGUARDANDO = "aguardando", "Aguardando"
        CONSENTIDO = "consentido", "Consentido"
        RECUSADO = "recusado", "Recusado"

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="pedidos")
    entidade = models.ForeignKey(Entidade, on_delete=models.CASCADE, related_name="pedidos_de_acesso")
    estabelecimento = models.ForeignKey(
        Estabelecimento, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    permissoes = ArrayField(models.CharField(max_length=12, choices=Permissao), verbose_name="permissões")
    situacao = models.CharField("situação", max_length=10, choices=Situacao, default=Situacao.AGUARDANDO)
    pedido_por = models.ForeignKey(Usuario, on_delete=models.PROTECT, related_name="+")
    pedido_em = models.DateTimeField("pedido em", auto_now_add=True)
    decidido_por = models.ForeignKey(Usuario, on_delete=models.PROTECT, related_name="+", null=True)
    decidido_em = models.DateTimeField("decidido em", null=True)

    class Meta:
        ordering = ["-pedido_em"]
        verbose_name = "pedido de acesso"
        constraints = [
            models.UniqueConstraint(
                fields=["usuario", "entidade", "estabelecimento"],
                condition=Q(situacao="aguardando"),
                nulls_distinct=False,
                name="pedido_acesso_um_aberto",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.usuario} em {self.estabelecimento or self.entidade}"


class Escopo(models.TextChoices):
    """What a key of the API may do."""

    ENVIAR = "enviar", "Enviar"
    LER = "ler", "Ler"


def todos_os_escopos() -> list[str]:
    return list(Escopo.values)


class ApiToken(models.Model):
    """A key of the JSON API. Only its SHA-256 is kept; the secret is shown once.

    It ends on its day, with whoever answers for it (`responsavel`), or when it is revoked.
    """

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="tokens")
    nome = models.CharField("nome", max_length=80)
    prefixo = models.CharField("início", max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    limite_por_minuto = models.PositiveIntegerField("pedidos por minuto", default=600)
    criado_por = models.ForeignKey(Usuario, on_delete=models.PROTECT, related_name="+", null=True)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    usado_em = models.DateTimeField("último uso", null=True)
    expira_em = models.DateTimeField("vale até", null=True)
    escopos = ArrayField(
        models.CharField(max_length=6, choices=Escopo), default=todos_os_escopos, verbose_name="pode"
    )
    responsavel = models.ForeignKey(
        Usuario, on_delete=models.PROTECT, related_name="tokens", null=True, verbose_name="responsável"
    )
    revogado_em = models.DateTimeField("revogado em", null=True)

    morto: str  # these three: what `tokens_of` says of it
    vence_logo: bool
    ultimo_dia: date | None

    class Meta:
        ordering = ["-criado_em"]
        verbose_name = "token da API"

    def __str__(self) -> str:
        return self.nome


class TentativaLogin(models.Model):
    """Failures by the name typed, existing or not, and where they come from ("" adds up all strangers)."""

    username = models.CharField(max_length=160)
    origem = models.CharField(max_length=80)
    falhas = models.PositiveIntegerField(default=0)
    ultima_falha = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["username", "origem"], name="tentativa_login_unica")]


class Aparelho(models.Model):
    """A browser in which the person has entered; `chave` is the SHA-256 of the mark in its cookie."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="aparelhos")
    chave = models.CharField(max_length=64)
    visto_em = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["usuario", "chave"], name="aparelho_unico")]


class SenhaAnterior(models.Model):
    """What the person's password was, as hash: not chosen again."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="senhas_anteriores")
    senha = models.CharField(max_length=128)


class Sessao(models.Model):
    """A log-in: when, from where, in which browser. `chave` is that of the session while it lives."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="sessoes")
    chave = models.CharField(max_length=40, db_index=True)
    como = models.CharField("como", max_length=60, default="senha")
    inicio = models.DateTimeField("início", auto_now_add=True)
    ip = models.GenericIPAddressField("de onde", null=True)
    navegador = models.CharField("navegador", max_length=200, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "sessão"
