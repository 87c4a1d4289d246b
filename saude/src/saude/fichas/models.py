"""The production of an entidade.

`Ficha` is the narrow list table (panel, lists, search); what is wide lives beside it, one to one: `Conteudo`
(the record) and `Entrada` (the finished zip entry, which is all that an export reads).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from saude.comum.competencia import SEM_DATA
from saude.fichas.desfechos import ContagemDesfecho, DesfechoAtual  # noqa: F401
from saude.fichas.itens import BlocoReprocessamento, ItemReprocessamento  # noqa: F401
from saude.fichas.presenca import Presenca  # noqa: F401
from saude.fichas.situacoes import Motivo, Situacao
from saude.registro.leitura import UUID
from saude.registro.tipos import RARE, Origem, Tipo


class Ficha(models.Model):
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="fichas")
    # collation C: the unique index also serves the prefix search
    uuid = models.CharField("UUID", max_length=44, db_collation="C")
    tipo = models.CharField("ficha", max_length=4, choices=Tipo)
    competencia = models.CharField("competência", max_length=6)
    data = models.DateField("data", null=True, help_text="Do atendimento ou cadastro, no fuso do município.")
    situacao = models.CharField("situação", max_length=13, choices=Situacao)
    motivo_pendencia = models.CharField("motivo da pendência", max_length=12, blank=True, choices=Motivo)
    origem = models.CharField("origem", max_length=10, choices=Origem)
    cnes = models.CharField("CNES", max_length=7, blank=True)
    ine = models.CharField("INE", max_length=10, blank=True)
    profissional_cns = models.CharField("CNS do profissional", max_length=15, blank=True)
    cbo = models.CharField("CBO", max_length=6, blank=True)
    especialidade = models.CharField("especialidade", max_length=20, blank=True)
    urgencia = models.BooleanField("atendimento de urgência", default=False)
    versao = models.CharField("versão do LEDI", max_length=10, blank=True)
    regras = models.CharField("versão das regras", max_length=20, blank=True)
    n_cidadaos = models.PositiveSmallIntegerField(default=0)
    n_nao_identificados = models.PositiveSmallIntegerField(default=0)
    n_erros = models.PositiveIntegerField(default=0)
    n_avisos = models.PositiveIntegerField(default=0)
    revisao = models.PositiveIntegerField(
        "revisão", default=1, help_text="Cresce a cada mudança do conteúdo."
    )
    ordem = models.BigIntegerField(
        "ordem de chegada",
        default=0,
        db_default=0,
        help_text="Do conteúdo atual, entre todos os confirmados.",
    )
    hash_recebido = models.BinaryField("resumo do conteúdo recebido", null=True)
    substitui = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="substitutas", db_index=False
    )
    motivo_substituicao = models.CharField("motivo da substituição", max_length=200, blank=True)
    recebida_em = models.DateTimeField("recebida em", db_default=Now())
    processada_em = models.DateTimeField("processada em", null=True)
    exportada_em = models.DateTimeField("exportada em", null=True)
    #: kept by the database: who waits for somebody. An export does not change it, so its index is left alone
    parada = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(situacao__in=[Situacao.INCONSISTENTE, Situacao.PENDENTE]), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    pode: dict[str, bool]  # these two: what a list says of it
    nao_exportavel: str
    reabre: bool  # exported and refused by the PEC, it may come again: where it is received

    class Meta:
        verbose_name = "ficha"
        constraints = [
            models.UniqueConstraint(fields=["entidade", "uuid"], name="ficha_uuid_unico"),
            models.CheckConstraint(
                condition=Q(situacao__in=Situacao.values), name="ficha_situacao_conhecida"
            ),
            models.CheckConstraint(condition=Q(tipo__in=Tipo.values), name="ficha_tipo_conhecido"),
            models.CheckConstraint(
                condition=Q(data__isnull=True, competencia=SEM_DATA)
                | Q(data__isnull=False, competencia__regex=r"^\d{4}(0[1-9]|1[0-2])$"),
                name="ficha_competencia_da_data",
            ),
            models.CheckConstraint(
                condition=(Q(situacao=Situacao.PENDENTE) & ~Q(motivo_pendencia=""))
                | (~Q(situacao=Situacao.PENDENTE) & Q(motivo_pendencia="")),
                name="ficha_pendente_tem_motivo",
            ),
            models.CheckConstraint(
                condition=Q(situacao=Situacao.PENDENTE)
                | (Q(situacao=Situacao.INCONSISTENTE) & Q(n_erros__gt=0))
                | Q(situacao=Situacao.DESCARTADA)
                | (Q(situacao__in=[Situacao.PROCESSADA, Situacao.EXPORTADA]) & Q(n_erros=0)),
                name="ficha_inconsistente_tem_erro",
            ),
            models.CheckConstraint(
                condition=Q(situacao=Situacao.EXPORTADA, exportada_em__isnull=False)
                | (~Q(situacao=Situacao.EXPORTADA) & Q(exportada_em__isnull=True)),
                name="ficha_exportada_tem_data",
            ),
            models.CheckConstraint(condition=~Q(substitui=F("id")), name="ficha_nao_substitui_a_si"),
            models.UniqueConstraint(
                fields=["substitui"], condition=Q(substitui__isnull=False), name="ficha_substituida_uma_vez"
            ),
        ]
        # No index names `situacao` or `exportada_em`: an export then changes a row within its page and touches no
        # index at all (HOT; migration 0007 leaves the room). Situações are looked for by `parada`, by motive and
        # in `AExportar`.
        indexes = [
            # whose it is stands in it, so that what a month has to mend is counted without its fichas
            models.Index(
                fields=["entidade", "competencia", "id"],
                name="ficha_parada",
                condition=Q(parada=True),
                include=["cnes", "profissional_cns", "motivo_pendencia"],
            ),
            models.Index(fields=["entidade", "id"], name="ficha_pendente", condition=~Q(motivo_pendencia="")),
            models.Index(fields=["entidade", "data", "id"], name="ficha_data"),
            models.Index(fields=["entidade", "cnes", "data", "id"], name="ficha_cnes_data"),
            models.Index(
                fields=["entidade", "profissional_cns", "data", "id"], name="ficha_profissional_data"
            ),
            # a twentieth of the fichas: what is rare would else be looked for among all the others
            models.Index(
                fields=["entidade", "tipo", "data", "id"],
                name="ficha_rara",
                condition=Q(tipo__in=RARE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tipo} {self.uuid}"

    @property
    def chave(self) -> str:
        """Its name in an address: its uuid, or its number where an old release kept one that no address can say."""
        return self.uuid if UUID.fullmatch(self.uuid) else f"n{self.pk}"


class AExportar(models.Model):
    """The processadas: few in a month that was exported, so found at once. Triggers on Ficha write it (0007)."""

    ficha = models.OneToOneField(
        Ficha, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="a_exportar"
    )
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    data = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["entidade", "data", "ficha"], name="aexportar_data")]

    def __str__(self) -> str:
        return f"a exportar: {self.ficha_id}"


class Conteudo(models.Model):
    """The record as it stands: JSON text (not jsonb, which refuses NUL and reorders keys)."""

    ficha = models.OneToOneField(Ficha, models.CASCADE, primary_key=True, related_name="conteudo")
    registro = models.TextField("registro")
    proveniencia = models.JSONField(
        "proveniência", null=True, help_text="Remetente e originadora de um arquivo de outro sistema."
    )
    base_revisao = models.PositiveIntegerField(
        "revisão de origem",
        null=True,
        help_text="O conteúdo anterior de que este foi escrito em outra versão do LEDI.",
    )

    def __str__(self) -> str:
        return f"conteúdo da ficha {self.pk}"


class ConteudoAnterior(models.Model):
    """What a correction or a new reception replaced. Append-only."""

    ficha = models.ForeignKey(Ficha, models.CASCADE, related_name="conteudos_anteriores")
    revisao = models.PositiveIntegerField("revisão")
    registro = models.TextField("registro")
    proveniencia = models.JSONField("proveniência", null=True)
    ate = models.DateTimeField("valeu até", db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ficha", "revisao"], name="conteudo_anterior_revisao_unica")
        ]

    def __str__(self) -> str:
        return f"conteúdo {self.revisao} da ficha {self.ficha_id}"


class Entrada(models.Model):
    """The finished zip entry `<uuid>.esus`: the bytes that were validated are the bytes that go."""

    ficha = models.OneToOneField(Ficha, models.CASCADE, primary_key=True, related_name="entrada")
    nome = models.CharField("nome", max_length=60)
    dados = models.BinaryField("bytes comprimidos (deflate)")
    crc = models.BigIntegerField("CRC-32")
    tamanho = models.PositiveIntegerField("tamanho")
    revisao_instalacao = models.PositiveIntegerField("revisão da instalação")

    def __str__(self) -> str:
        return self.nome


class Atendido(models.Model):
    """A citizen on a ficha, by position in it."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    ficha = models.ForeignKey(Ficha, models.CASCADE, db_index=False, related_name="atendidos")
    posicao = models.PositiveSmallIntegerField("posição")
    cliente = models.ForeignKey(
        "clientes.Cliente", models.PROTECT, null=True, blank=True, db_index=False, related_name="atendimentos"
    )
    identificado = models.BooleanField("identificado", help_text="A ficha traz CPF ou CNS.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ficha", "posicao"], name="atendido_posicao_unica"),
        ]
        indexes = [
            models.Index(
                fields=["cliente", "ficha"], name="atendido_cliente", condition=Q(cliente__isnull=False)
            ),
            models.Index(
                fields=["entidade", "ficha"],
                name="atendido_nao_identificado",
                condition=Q(identificado=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ficha_id}[{self.posicao}]"


class Descarte(models.Model):
    """Why a ficha was taken out of the production, and by whom; gone when it is brought back."""

    class Motivo(models.TextChoices):
        TESTE = "teste", "Registro de teste"
        DUPLICADA = "duplicada", "Repete outra ficha"
        ENGANO = "engano", "Enviada por engano"
        ILEGIVEL = "ilegivel", "Não há como corrigir"
        OUTRO = "outro", "Outro motivo"

    ficha = models.OneToOneField(Ficha, models.CASCADE, primary_key=True, related_name="descarte")
    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_index=False, related_name="+")
    motivo = models.CharField("motivo", max_length=12, choices=Motivo)
    observacao = models.CharField("observação", max_length=200, blank=True)
    substituia = models.ForeignKey(
        Ficha, models.PROTECT, null=True, db_index=False, related_name="+",
        help_text="Em lugar de qual foi criada: enquanto descartada não está em lugar de nenhuma.",
    )  # fmt: skip
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    em = models.DateTimeField("em", db_default=Now())

    profissional: str  # these three: what the list of the discarded says of the ficha
    estabelecimento: str
    pode: dict[str, bool]

    class Meta:
        indexes = [models.Index(fields=["entidade", "-em"], name="descarte_em")]

    def __str__(self) -> str:
        return f"descarte da ficha {self.ficha_id}"


class Evento(models.Model):
    """The ficha's own history. Its reception, first processing and exports are told by columns and items."""

    class Fato(models.TextChoices):
        SUBSTITUIDA = "conteudo", "Conteúdo recebido de novo"
        CORRIGIDA = "corrigida", "Corrigida"
        REPROCESSADA = "reprocessada", "Reprocessada"
        TROCADA = "trocada", "Substituída por novo registro"
        RETIFICA = "retifica", "Criada para substituir um registro exportado"
        RECUSADA = "recusada", "Novo conteúdo recusado: já exportada"
        TARDIA = "tardia", "Conteúdo mais antigo que o atual chegou depois e não o substituiu"
        DESCARTADA = "descartada", "Descartada"
        RESTAURADA = "restaurada", "Trazida de volta"
        REGENERADA = "regenerada", "Escrita em outra versão do formato do e-SUS"
        VOLTOU = "voltou", "Voltou a uma versão anterior"
        DESFEITA = "desfeita", "Mudança em lote desfeita"
        REABERTA = "reaberta", "Reaberta para ir de novo com o mesmo UUID"
        TROCA_FORA = "troca_fora", "O registro criado em lugar desta foi descartado"
        TROCA_VOLTA = "troca_volta", "O registro criado em lugar desta foi trazido de volta"

    ficha = models.ForeignKey(Ficha, models.CASCADE, related_name="eventos")
    fato = models.CharField("fato", max_length=12, choices=Fato)
    situacao = models.CharField("situação resultante", max_length=13, choices=Situacao)
    usuario = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    em = models.DateTimeField("em", db_default=Now())
    detalhe = models.JSONField("detalhe", default=dict, help_text="Códigos e campos, nunca dados pessoais.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    fato__in=[
                        "conteudo",
                        "corrigida",
                        "reprocessada",
                        "trocada",
                        "retifica",
                        "recusada",
                        "tardia",
                        "descartada",
                        "restaurada",
                        "regenerada",
                        "voltou",
                        "desfeita",
                        "reaberta",
                        "troca_fora",
                        "troca_volta",
                    ]
                ),
                name="ficha_evento_fato_conhecido",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_fato_display()} ({self.ficha_id})"


class Contagem(models.Model):
    """Kept counts: triggers on Ficha append deltas, readers sum, a task folds (migration 0002)."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    competencia = models.CharField(max_length=6)
    tipo = models.CharField(max_length=4)
    situacao = models.CharField(max_length=13)
    especialidade = models.CharField(max_length=20)
    urgencia = models.BooleanField()
    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["entidade", "competencia"], name="contagem_competencia")]

    def __str__(self) -> str:
        return f"{self.competencia} {self.tipo} {self.situacao}: {self.n:+d}"


class ContagemDaArea(models.Model):
    """The same counts per establishment, kept by the same triggers (migration 0010): the panel of one área."""

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, db_constraint=False, db_index=False)
    cnes = models.CharField(max_length=7, blank=True)
    competencia = models.CharField(max_length=6)
    tipo = models.CharField(max_length=4)
    situacao = models.CharField(max_length=13)
    especialidade = models.CharField(max_length=20)
    urgencia = models.BooleanField()
    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["entidade", "cnes", "competencia"], name="contagem_area")]

    def __str__(self) -> str:
        return f"{self.cnes} {self.competencia} {self.tipo} {self.situacao}: {self.n:+d}"


class Reprocessamento(models.Model):
    """A batch over fichas: its selection, its preview, its progress, and its undo (ADR 31)."""

    class Acao(models.TextChoices):
        REPROCESSAR = "reprocessar", "Reprocessamento"
        CORRIGIR = "corrigir", "Correção por causa"
        DESCARTAR = "descartar", "Recebimento desfeito"
        CADASTRO = "cadastro", "Correção de cadastro"
        DESFAZER = "desfazer", "Desfazer"

    class Estado(models.TextChoices):
        MONTANDO = "montando", "Em conferência"
        PREVIA = "previa", "Prévia"
        ESPERA = "espera", "Na fila"
        RODANDO = "rodando", "Em andamento"
        CONCLUIDO = "concluido", "Concluído"
        FALHOU = "falhou", "Falhou"

    entidade = models.ForeignKey("cadastros.Entidade", models.PROTECT, related_name="reprocessamentos")
    acao = models.CharField("o que faz", max_length=11, choices=Acao, default=Acao.REPROCESSAR)
    desfaz = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="desfeito_por",
        verbose_name="lote que desfaz",
    )
    filtro = models.JSONField("filtro", default=dict)
    estado = models.CharField("estado", max_length=9, choices=Estado, default=Estado.ESPERA)
    total = models.PositiveIntegerField(default=0)
    feitas = models.PositiveIntegerField(default=0)
    processadas = models.PositiveIntegerField(default=0)
    inconsistentes = models.PositiveIntegerField(default=0)
    pendentes = models.PositiveIntegerField(default=0)
    puladas = models.PositiveIntegerField(default=0)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    criado_em = models.DateTimeField("criado em", db_default=Now())
    terminado_em = models.DateTimeField("terminado em", null=True)
    erro = models.CharField("erro", max_length=300, blank=True)

    titulo: str  # these two: what the list of batches puts there
    foi_desfeito: bool

    class Meta:
        verbose_name = "reprocessamento"
        constraints = [
            models.CheckConstraint(
                condition=Q(estado__in=["montando", "previa", "espera", "rodando", "concluido", "falhou"]),
                name="reprocessamento_estado_conhecido",
            ),
        ]

    def __str__(self) -> str:
        return f"reprocessamento {self.pk}: {self.feitas}/{self.total}"

    @property
    def percentual(self) -> int:
        return 100 if not self.total else min(100, self.feitas * 100 // self.total)
