"""Who the municipality is: entidade, installation, posts, teams, professionals, specialities, deadlines."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from ledi.envelope import Instalacao as DadosInstalacao
from ledi.findings import ERRO
from ledi.installation import validate_installation
from ledi.layouts import CURRENT
from saude.comum.texto import fold

IBGE = RegexValidator(r"^\d{7}$", "Informe os 7 dígitos do código IBGE.")
CNES = RegexValidator(r"^\d{7}$", "O CNES tem 7 dígitos.")
INE = RegexValidator(r"^\d{10}$", "O INE tem 10 dígitos.")
CBO = RegexValidator(r"^[0-9A-Z]{6}$", "O CBO tem 6 caracteres.")
PEC = RegexValidator(
    r"^\d{1,3}\.\d{1,3}\.\d{1,4}$", "Escreva a versão do PEC como n.n.n, por exemplo 5.5.26."
)
COMPETENCIA = RegexValidator(r"^\d{4}(0[1-9]|1[0-2])$", "Informe a competência como AAAAMM.")


def newest_ledi() -> str:
    """The LEDI version that a new installation sends in."""
    return CURRENT


class Entidade(models.Model):
    """A municipality. Every other row belongs to one."""

    nome = models.CharField("nome", max_length=120)
    ibge = models.CharField("código IBGE", max_length=7, unique=True, validators=[IBGE])
    uf = models.CharField("UF", max_length=2)
    fuso = models.CharField("fuso horário", max_length=40, default="America/Sao_Paulo")

    class Meta:
        ordering = ["nome"]
        verbose_name = "entidade"
        constraints = [
            models.CheckConstraint(condition=Q(ibge__regex=r"^\d{7}$"), name="entidade_ibge_7_digitos"),
        ]

    def __str__(self) -> str:
        return f"{self.nome} - {self.uf}"


class Instalacao(models.Model):
    """Data of the envelope (DadoInstalacaoThrift) and the switches of one entidade."""

    entidade = models.OneToOneField(Entidade, on_delete=models.PROTECT, related_name="instalacao")
    contra_chave = models.CharField("contra-chave", max_length=255, default="Saude e-SUS - 0.1.0")
    uuid_instalacao = models.CharField("UUID da instalação", max_length=36)
    cpf_cnpj = models.CharField("CPF ou CNPJ", max_length=14)
    nome_razao_social = models.CharField("nome ou razão social", max_length=255)
    email = models.EmailField("e-mail", max_length=255, blank=True)
    telefone = models.CharField("telefone", max_length=20, blank=True)
    versao_ledi = models.CharField("versão do LEDI", max_length=10, default=newest_ledi)
    versao_pec = models.CharField(
        "versão do PEC",
        max_length=12,
        blank=True,
        validators=[PEC],
        help_text="A do PEC do município, como 5.5.26.",
    )
    suporte_contato = models.CharField("contato do suporte", max_length=255, blank=True)
    processar_app_na_chegada = models.BooleanField(
        "processar os registros do aplicativo na chegada", default=False
    )
    bloquear_nao_identificados = models.BooleanField("bloquear clientes não identificados", default=False)
    exportar_vacinacao = models.BooleanField("exportar a ficha de Vacinação", default=True)
    conferir_cadastros = models.BooleanField("conferir os vínculos com cadastros", default=False)
    reenviar_mesmo_uuid = models.BooleanField("reenviar com o mesmo uuid a ficha recusada", default=False)
    revisao = models.PositiveIntegerField("revisão", default=1, editable=False)
    alterada_em = models.DateTimeField("alterada em", auto_now=True)

    #: a change in one of these changes the bytes of the envelope and raises `revisao`
    REMETENTE = (
        "contra_chave",
        "uuid_instalacao",
        "cpf_cnpj",
        "nome_razao_social",
        "email",
        "telefone",
        "versao_ledi",
    )

    class Meta:
        verbose_name = "instalação"

    def __str__(self) -> str:
        return f"Instalação de {self.entidade}"

    def envelope(self) -> DadosInstalacao:
        """DadoInstalacaoThrift of it."""
        return DadosInstalacao(
            contraChave=self.contra_chave,
            uuidInstalacao=self.uuid_instalacao,
            cpfOuCnpj=self.cpf_cnpj,
            nomeOuRazaoSocial=self.nome_razao_social,
            fone=self.telefone or None,
            email=self.email or None,
        )

    def clean(self) -> None:
        """The PEC discards every ficha of an envelope whose installation is wrong: it is not kept."""
        if wrong := self.wrong():
            raise ValidationError(wrong)

    def wrong(self) -> dict[str, list[str]]:
        """Field -> what the PEC would refuse in it."""
        found: dict[str, list[str]] = {}
        for finding in validate_installation(self.envelope()):
            if finding.severity == ERRO:
                found.setdefault(_INSTALACAO[finding.path], []).append(finding.message)
        return found

    def problems(self) -> dict[str, list[str]]:
        """The same by the name that the user knows each field by: of an installation kept before it was judged."""
        names = {field.name: str(field.verbose_name) for field in self._meta.fields}
        return {names[name]: texts for name, texts in self.wrong().items()}


_INSTALACAO = {
    "contraChave": "contra_chave",
    "uuidInstalacao": "uuid_instalacao",
    "cpfOuCnpj": "cpf_cnpj",
    "nomeOuRazaoSocial": "nome_razao_social",
    "fone": "telefone",
    "email": "email",
}


class Estabelecimento(models.Model):
    """A health post: the *área* a user works in."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="estabelecimentos")
    cnes = models.CharField("CNES", max_length=7, validators=[CNES])
    nome = models.CharField("nome", max_length=120)
    tipo_nome = models.CharField("tipo", max_length=80, blank=True)
    ativo = models.BooleanField("ativo", default=True)
    # in CNES from `inicio` (null: since before the first import) to `fim` (null: still there)
    inicio = models.DateField("no CNES desde", null=True, blank=True, editable=False)
    fim = models.DateField("no CNES até", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["nome"]
        verbose_name = "estabelecimento"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "cnes"], name="estabelecimento_cnes_unico"),
            models.CheckConstraint(
                condition=Q(cnes__regex=r"^\d{7}$"), name="estabelecimento_cnes_7_digitos"
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Equipe(models.Model):
    """A team; `tipo` is the CNES code (70 eSF, 71 eSB, 72 eMulti, 76 eAP)."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="equipes")
    estabelecimento = models.ForeignKey(Estabelecimento, on_delete=models.PROTECT, related_name="equipes")
    # of a team that serves several (eMulti): those beside the one above
    outros_estabelecimentos = models.ManyToManyField(
        Estabelecimento, related_name="equipes_de_fora", blank=True, verbose_name="também atende em"
    )
    ine = models.CharField("INE", max_length=10, validators=[INE])
    nome = models.CharField("nome", max_length=120)
    tipo = models.CharField("tipo", max_length=4, blank=True)
    sigla = models.CharField("sigla", max_length=20, blank=True)
    area = models.CharField("área", max_length=10, blank=True)
    ativa = models.BooleanField("ativa", default=True)
    desativada_em = models.DateField("desativada em", null=True, blank=True)
    inicio = models.DateField("no CNES desde", null=True, blank=True, editable=False)
    fim = models.DateField("no CNES até", null=True, blank=True, editable=False)

    class Meta:
        ordering = ["nome"]
        verbose_name = "equipe"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "ine"], name="equipe_ine_unico"),
            models.CheckConstraint(condition=Q(ine__regex=r"^\d{10}$"), name="equipe_ine_10_digitos"),
        ]

    def __str__(self) -> str:
        return self.nome

    @property
    def estabelecimentos(self) -> list[Estabelecimento]:
        """Every establishment that it serves, its own first."""
        return [self.estabelecimento, *self.outros_estabelecimentos.all()]


class Profissional(models.Model):
    """A professional as the CNES file names them; `nome_busca` is the folded name (see `fold`)."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="profissionais")
    nome = models.CharField("nome", max_length=120)
    nome_busca = models.CharField(max_length=120, editable=False, db_index=True)
    cns = models.CharField("CNS", max_length=15)
    cpf = models.CharField("CPF", max_length=11, blank=True)
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        ordering = ["nome_busca"]
        verbose_name = "profissional"
        verbose_name_plural = "profissionais"
        constraints = [
            models.UniqueConstraint(
                fields=["entidade", "cns"], condition=~Q(cns=""), name="profissional_cns_unico"
            ),
            models.UniqueConstraint(
                fields=["entidade", "cpf"], condition=~Q(cpf=""), name="profissional_cpf_unico"
            ),
        ]

    def __str__(self) -> str:
        return self.nome

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.nome_busca = fold(self.nome)[:120]
        super().save(*args, **kwargs)


class Lotacao(models.Model):
    """Where a professional works, in which team, with which CBO, and when."""

    profissional = models.ForeignKey(Profissional, on_delete=models.CASCADE, related_name="lotacoes")
    estabelecimento = models.ForeignKey(Estabelecimento, on_delete=models.PROTECT, related_name="lotacoes")
    equipe = models.ForeignKey(
        Equipe, on_delete=models.PROTECT, related_name="lotacoes", null=True, blank=True
    )
    cbo = models.CharField("CBO", max_length=6, validators=[CBO])
    microarea = models.CharField("microárea", max_length=2, blank=True)
    inicio = models.DateField("início", null=True, blank=True)
    fim = models.DateField("fim", null=True, blank=True)

    class Meta:
        verbose_name = "lotação"
        verbose_name_plural = "lotações"
        constraints = [
            models.CheckConstraint(
                condition=Q(fim__isnull=True) | Q(inicio__isnull=True) | Q(fim__gte=models.F("inicio")),
                name="lotacao_fim_depois_do_inicio",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profissional} ({self.cbo})"

    @staticmethod
    def em_vigor(dia: date) -> Q:
        return (Q(inicio=None) | Q(inicio__lte=dia)) & (Q(fim=None) | Q(fim__gte=dia))


class Especialidade(models.Model):
    """Attendance fichas of an *especializada* speciality are not exported (seed)."""

    class Tipo(models.TextChoices):
        PRIMARIA = "primaria", "Atenção primária"
        ESPECIALIZADA = "especializada", "Atendimento especializado"

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="especialidades")
    codigo = models.CharField("código", max_length=20)
    nome = models.CharField("nome", max_length=120)
    tipo = models.CharField("tipo", max_length=13, choices=Tipo, default=Tipo.PRIMARIA)

    class Meta:
        ordering = ["nome"]
        verbose_name = "especialidade"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "codigo"], name="especialidade_codigo_unico"),
            models.CheckConstraint(
                condition=Q(tipo__in=["primaria", "especializada"]), name="especialidade_tipo_conhecido"
            ),
        ]

    def __str__(self) -> str:
        return self.nome


class Feriado(models.Model):
    """A holiday the entidade adds to the national ones when the deadline is computed."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="feriados")
    data = models.DateField("data")
    nome = models.CharField("nome", max_length=80)

    class Meta:
        ordering = ["data"]
        verbose_name = "feriado"
        constraints = [models.UniqueConstraint(fields=["entidade", "data"], name="feriado_data_unica")]

    def __str__(self) -> str:
        return f"{self.data:%d/%m/%Y} {self.nome}"


class Prazo(models.Model):
    """The deadline of one competência as set by hand; beats the published table and the rule."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="prazos")
    competencia = models.CharField("competência", max_length=6, validators=[COMPETENCIA])
    data = models.DateField("data limite")
    motivo = models.CharField("motivo", max_length=200, blank=True)

    class Meta:
        ordering = ["-competencia"]
        verbose_name = "prazo"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "competencia"], name="prazo_competencia_unica"),
            models.CheckConstraint(
                condition=Q(competencia__regex=r"^\d{4}(0[1-9]|1[0-2])$"), name="prazo_competencia_aaaamm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competencia}: {self.data:%d/%m/%Y}"


class ValidadeLedi(models.Model):
    """The last day on which a LEDI version counts, as set by hand; beats the published date and the rule."""

    entidade = models.ForeignKey(Entidade, on_delete=models.PROTECT, related_name="validades_ledi")
    versao = models.CharField("versão do LEDI", max_length=10)
    data = models.DateField("vale até")
    motivo = models.CharField("motivo", max_length=200, blank=True)

    class Meta:
        ordering = ["versao"]
        verbose_name = "validade de versão do LEDI"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "versao"], name="validade_ledi_versao_unica"),
        ]

    def __str__(self) -> str:
        return f"LEDI {self.versao}: {self.data:%d/%m/%Y}"
