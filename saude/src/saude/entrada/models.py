"""What a person has besides the password."""

from django.db import models

from saude.contas.models import Usuario


class Fator(models.Model):
    """An authenticator app or a passkey."""

    class Tipo(models.TextChoices):
        APLICATIVO = "aplicativo", "Aplicativo autenticador"
        CHAVE = "chave", "Chave de acesso"

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="fatores")
    tipo = models.CharField("tipo", max_length=10, choices=Tipo)
    nome = models.CharField("nome", max_length=60)
    #: of an app, its seed, sealed by the key outside the database; of a passkey, its public key
    segredo = models.TextField()
    credencial = models.CharField(max_length=1400, null=True, unique=True)
    #: of an app, the last interval of 30 seconds whose code was used; of a passkey, its own counter
    contador = models.BigIntegerField(default=0)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)
    usado_em = models.DateTimeField("último uso", null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "segundo fator"

    def __str__(self) -> str:
        return self.nome


class CodigoReserva(models.Model):
    """One use each, for who lost the phone. A SHA-256 is enough: the code has 80 random bits."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="codigos_reserva")
    hash = models.CharField(max_length=64, unique=True)


class PedidoSenha(models.Model):
    """Somebody forgot the password. Of the token only the SHA-256 is kept, from the moment the message is written."""

    usuario = models.ForeignKey(Usuario, on_delete=models.CASCADE, related_name="pedidos_senha")
    hash = models.CharField(max_length=64, unique=True)
    criado_em = models.DateTimeField(auto_now_add=True)
    usado_em = models.DateTimeField(null=True)


class GovBr(models.Model):
    """The registration of this installation at gov.br (pk 1), or none. The client's secret is sealed."""

    class Nivel(models.IntegerChoices):
        BRONZE = 1, "Bronze"
        PRATA = 2, "Prata"
        OURO = 3, "Ouro"

    ativo = models.BooleanField("oferecer “Entrar com gov.br”", default=False)
    emissor = models.URLField("endereço do gov.br", default="https://sso.acesso.gov.br/")
    api = models.URLField("endereço dos níveis", default="https://api.acesso.gov.br/")
    cliente = models.CharField("identificação deste sistema (client_id)", max_length=200)
    segredo = models.TextField(blank=True)
    nivel_minimo = models.PositiveSmallIntegerField("nível mínimo", choices=Nivel, default=Nivel.PRATA)
