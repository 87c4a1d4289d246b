"""What became of sending one ficha to the PEC, as values: what it is now, what to do next, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledi.retorno.fields import deepest


class Situacao(StrEnum):
    """Where a ficha of the outbox stands. `desconhecida`: the PEC may have it; only sending it again can tell."""

    A_ENVIAR = "a enviar"
    ACEITA = "aceita"
    RECUSADA = "recusada"
    REPETIDA = "repetida"
    DESCONHECIDA = "desconhecida"
    FALHOU = "falhou"
    PARADA = "parada"


DECIDED = frozenset((Situacao.ACEITA, Situacao.RECUSADA, Situacao.REPETIDA))


class Action(StrEnum):
    """What whoever sends does next."""

    NEXT = "seguir"
    LOGIN = "entrar_de_novo"  # done inside the client: never leaves it
    RETRY = "repetir"  # this ficha, the same bytes, later
    PAUSE = "pausar"  # the whole transmission, until a person mends what `mensagem` says
    STOP = "parar_lote"  # nothing of this kind would pass


class Cause(StrEnum):
    ACEITA = "aceita"
    RECUSADA = "erro_de_validacao"
    REPETIDA = "duplicada"
    ERA_NOSSA = "duplicada_apos_desconhecida"
    DESSERIALIZACAO = "nao_e_thrift"
    FORMA = "zip_ou_parte_ausente"
    SESSAO = "sem_sessao"
    CREDENCIAL = "credencial_invalida"
    INATIVA = "credencial_inativa"
    DESLIGADO = "servico_desligado"
    UNIFICADA = "base_unificada"
    LOGIN_RECUSADO = "login_recusado"
    ERRO_500 = "erro_interno"
    DESSERIALIZACAO_500 = "desserializacao_500"
    PROXY = "proxy_indisponivel"
    SEM_CONEXAO = "sem_conexao"
    TLS = "tls_invalido"
    SEM_RESPOSTA = "sem_resposta"
    ESTRANHA = "resposta_estranha"


WORDS = {
    Cause.ACEITA: "O PEC aceitou a ficha.",
    Cause.RECUSADA: "O PEC recusou a ficha. Corrija o que ele aponta e envie de novo.",
    Cause.REPETIDA: "O PEC já tinha uma ficha com este UUID.",
    Cause.ERA_NOSSA: "O PEC já tinha esta ficha: é a que foi enviada antes sem que a resposta chegasse.",
    Cause.DESSERIALIZACAO: "O PEC não conseguiu ler os dados enviados. É defeito do sistema que envia: o lote foi "
    "parado; chame o suporte.",
    Cause.FORMA: "O PEC recusou a forma do envio. É defeito do sistema que envia: o lote foi parado; chame o suporte.",
    Cause.SESSAO: "O PEC não aceita a sessão, nem depois de entrar de novo. Confira o endereço e a credencial no PEC.",
    Cause.CREDENCIAL: "O PEC recusou o usuário ou a senha da credencial. Confira-os; senha perdida não se recupera: "
    "gere outra credencial no PEC.",
    Cause.INATIVA: "A credencial está inativa no PEC. Ative-a ou gere outra no PEC.",
    Cause.DESLIGADO: "O recebimento pela API está desligado nesta instalação do PEC. Ligue-o no PEC.",
    Cause.UNIFICADA: "Esta instalação do PEC foi desativada e unificada a outra. Informe o endereço da nova.",
    Cause.LOGIN_RECUSADO: "O PEC recusou a entrada. Confira o endereço e a credencial.",
    Cause.ERRO_500: "O PEC teve um erro interno.",
    Cause.DESSERIALIZACAO_500: "O PEC teve um erro interno ao ler a ficha.",
    Cause.PROXY: "O PEC está fora do ar (o servidor diante dele respondeu no seu lugar).",
    Cause.SEM_CONEXAO: "Não foi possível conectar ao PEC. Nada foi entregue.",
    Cause.TLS: "O certificado do PEC não pôde ser conferido. Nada foi entregue.",
    Cause.SEM_RESPOSTA: "O PEC não respondeu a tempo: pode ou não ter guardado a ficha.",
    Cause.ESTRANHA: "A resposta não é da API do PEC (confira o endereço e o que há entre os dois). "
    "A ficha não conta como aceita.",
}
# While these last, no other ficha would get through either.
SERVER_DOWN = frozenset((Cause.PROXY, Cause.SEM_CONEXAO, Cause.TLS))


@dataclass(frozen=True, slots=True)
class Erro:
    """One thing the PEC refused: where (its own path), which LEDI fields, and its words with numbers masked."""

    caminho: str
    campos: tuple[str, ...]
    texto_seguro: str

    def campo(self, tipo: str | None = None) -> str | None:
        """The field to show: the innermost."""
        return deepest(self.campos, tipo)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier attempts of the same ficha left. To be kept with the ficha: three columns.

    `desconhecida`: one had no answer, so that only an answer can decide; `incerta`: one may have been recorded
    (also behind a proxy's 502), so that a "duplicate" is ours. `esgotado`: the time that whoever sends gives to
    a ficha is over.
    """

    incerta: bool = False
    desconhecida: bool = False
    desserializacoes: int = 0
    esgotado: bool = False

    def after(self, outcome: Outcome) -> Before:
        """What the next attempt must know."""
        return Before(
            incerta=self.incerta or outcome.incerta,
            desconhecida=self.desconhecida or outcome.situacao is Situacao.DESCONHECIDA,
            desserializacoes=self.desserializacoes + (outcome.cause is Cause.DESSERIALIZACAO_500),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt.

    `texto_seguro`: what the PEC said, numbers masked; `espera`: seconds that it asked to wait; `incerta`: the
    ficha may have been recorded; `tentada` is False when nothing was sent (the transmission was paused).
    """

    situacao: Situacao
    action: Action
    cause: Cause
    mensagem: str
    status: int | None = None
    texto_seguro: str = ""
    erros: tuple[Erro, ...] = ()
    espera: float | None = None
    incerta: bool = False
    tentada: bool = True
