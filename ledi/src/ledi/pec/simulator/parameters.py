"""What is not known of the PEC, as parameters; and the scenarios. Names and values are those of `pec_api.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledi.errors import LediError


class ParameterError(LediError):
    """A parameter or scenario that does not exist, or with a value it does not take."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`options`: the values it takes; with `free`, what other values look like."""

    default: str
    options: tuple[str, ...]
    help: str
    free: str = ""


_NUMBER = r"\d{1,9}"
PARAMETERS: Mapping[str, Parameter] = {
    "status_sucesso": Parameter("201", ("200", "201"), "situação HTTP de uma ficha aceita"),
    "corpo_sucesso": Parameter("vazio", ("vazio", "json_com_uuid", "texto"), "corpo de uma ficha aceita"),
    "duplicada_apos_aceite": Parameter(
        "400_com_descricaoErro",
        ("400_com_descricaoErro", "200_idempotente", "201_idempotente", "409", "aceita_e_conta_repetida"),
        "resposta a um uuid já aceito",
    ),
    "marcador_de_duplicada": Parameter(
        "nenhum", ("duplicad", "já foi recebid", "nenhum"), "palavra pela qual a duplicada se reconhece"
    ),
    "sessao_validade_s": Parameter("1800", ("600", "1800", "3600"), "segundos que vale uma sessão", _NUMBER),
    "sem_cookie": Parameter("401", ("401", "302", "403"), "resposta a uma ficha sem cookie"),
    "corpo_401": Parameter("vazio", ("vazio", "html", "json"), "corpo do 401"),
    "versao_declarada_desconhecida": Parameter(
        "aceita_perdendo_campos",
        ("aceita_perdendo_campos", "400_com_errosValidacao", "500"),
        "o que se faz de uma versão do LEDI que não existe",
    ),
    "tamanho_maximo_bytes": Parameter(
        "sem_limite", ("sem_limite", "1048576", "10485760"), "corpo maior que isso dá 413", _NUMBER
    ),
    "limite_de_taxa": Parameter("nenhum", ("nenhum", "429"), "429 acima de 20 fichas por segundo"),
    "nome_do_arquivo_diferente_do_uuid": Parameter(
        "400", ("aceita", "400"), "nome do arquivo que não é o uuid"
    ),
    "parte_ausente": Parameter("400", ("400", "500"), "formulário sem a parte `ficha`"),
    "revalida_no_processamento_noturno": Parameter(
        "nao", ("nao", "sim"), "a ficha aceita pela API é julgada de novo ao processar os lotes"
    ),
    "erros_aninhados": Parameter("plano", ("plano", "objeto", "lista"), "forma de errosValidacao"),
    "login_bloqueia_apos_falhas": Parameter("nao", ("nao", "sim"), "5 senhas erradas inativam a credencial"),
    # of the simulator itself
    "queda_ms": Parameter("0", ("0",), "quanto espera antes de cortar a conexão (C10, C11, corta)", _NUMBER),
    "fichas_por_sessao": Parameter("3", ("3",), "C04: fichas antes de a primeira sessão expirar", _NUMBER),
    "falhas_500": Parameter("2", ("2",), "C09: erros internos por uuid antes de aceitar", _NUMBER),
    "link_novo": Parameter(
        "https://pec-unificado.exemplo.br",
        (),
        "C14: endereço que a base unificada indica",
        r"https?://\S{1,200}",
    ),
    "cnes": Parameter(
        "qualquer",
        ("qualquer",),
        "CNES do município, separados por vírgula; outro é recusado",
        r"\d{7}(?:,\d{7})*",
    ),
    "hoje": Parameter("hoje", ("hoje",), "data que vale como a de hoje", r"\d{4}-\d{2}-\d{2}"),
}

SCENARIOS: Mapping[str, str] = {
    "C01": "ficha válida é aceita",
    "C02": "senha recusada, qualquer que seja",
    "C03": "login com JSON é tratado como senha errada (é sempre assim)",
    "C04": "a primeira sessão expira no meio do lote; a segunda vale",
    "C05": "toda sessão é recusada, também a nova",
    "C06": "toda ficha é recusada pelo CNES",
    "C07": "toda ficha é tratada como bytes que não são Thrift",
    "C08": "toda ficha é tratada como dadoSerializado corrompido",
    "C09": "erro interno nas primeiras vezes de cada uuid, depois aceita",
    "C10": "na primeira vez de cada uuid grava e corta a conexão; depois é duplicada",
    "C11": "na primeira vez de cada uuid corta a conexão sem gravar; depois aceita",
    "C12": "200 com uma página HTML no lugar da API",
    "C13": "API desligada na instalação",
    "C14": "instalação desativada e unificada a outra",
    "C15": "o endereço da ficha responde como o trocado: 403",
    "C16": "na primeira vez de cada uuid recusa; depois julga de novo",
    "C17": "toda ficha é recusada com CPF e CNS na mensagem",
    "ralo": "201 na hora, sem ler o que vem",
    "recusa": "recusa=5%: recusa essa parte das fichas novas",
    "lento": "lento=MS: espera antes de cada resposta",
    "corta": "corta=N: corta a conexão a cada N fichas, uma vez sem gravar, outra depois de gravar",
}
_WITH_VALUE = {"recusa": r"(\d{1,3}(?:[.,]\d{1,3})?)%?", "lento": r"(\d{1,7})", "corta": r"([1-9]\d{0,8})"}


class Parameters:
    """The values in force: `["status_sucesso"]`, `.number("queda_ms")`."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.given = dict(given or {})
        for name, value in self.given.items():
            _check(name, value)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Parameters:
        """From `nome=valor` texts. ParameterError says which exist."""
        given: dict[str, str] = {}
        for text in texts:
            name, mark, value = text.partition("=")
            if not mark:
                raise ParameterError(f"parâmetro {text[:60]!r}: use a forma nome=valor")
            given[name.strip()] = value.strip()
        return cls(given)

    def with_default(self, name: str, value: str) -> Parameters:
        """The same, with another default for one that was not given."""
        return Parameters({name: value} | self.given)

    def __getitem__(self, name: str) -> str:
        return self.given.get(name, PARAMETERS[name].default)

    def number(self, name: str) -> int | None:
        """The value as a number, None for a word (`sem_limite`)."""
        return int(self[name]) if self[name].isdigit() else None


def _check(name: str, value: str) -> None:
    known = PARAMETERS.get(name)
    if known is None:
        raise ParameterError(f"parâmetro desconhecido: {name[:60]}. Existem: {', '.join(PARAMETERS)}")
    good = (
        value in known.options
        or value == known.default
        or bool(known.free and re.fullmatch(known.free, value))
    )
    if good and name == "hoje" and value != known.default:
        try:
            date.fromisoformat(value)
        except ValueError:
            good = False
    if not good:
        options = ", ".join(known.options) or known.default
        raise ParameterError(
            f"parâmetro {name}: valor não aceito. Use: {options}{' ou outro' if known.free else ''}"
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The scenarios in force."""

    names: frozenset[str] = frozenset()
    refused_share: float = 0.0
    delay_ms: int = 0
    cut_every: int = 0

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Chosen:
        """From `C05`, `recusa=5%`… ParameterError says which exist."""
        names: set[str] = set()
        values: dict[str, float] = {}
        for text in texts:
            name, _, value = text.strip().partition("=")
            name = name.lower() if name.lower() in SCENARIOS else name.upper()
            if name not in SCENARIOS:
                raise ParameterError(f"cenário desconhecido: {text[:60]}. Existem: {', '.join(SCENARIOS)}")
            pattern = _WITH_VALUE.get(name)
            found = re.fullmatch(pattern, value.strip()) if pattern else None
            if (pattern is None) != (value == "") or (pattern and not found):
                raise ParameterError(f"cenário {name}: use a forma “{SCENARIOS[name].partition(':')[0]}”")
            if found:
                values[name] = float(found[1].replace(",", "."))
            names.add(name)
        if values.get("recusa", 0) > 100:
            raise ParameterError("cenário recusa: a parte recusada vai de 0% a 100%")
        return cls(
            frozenset(names),
            values.get("recusa", 0.0),
            int(values.get("lento", 0)),
            int(values.get("corta", 0)),
        )
