"""The only door to the library: one record in, its outcome out."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from ledi.catalog import catalog
from ledi.envelope import Instalacao as DadosInstalacao
from ledi.errors import EncodeError
from ledi.processing import prepare as prepare_library
from ledi.processing import process as process_record
from saude.fichas.situacoes import Motivo, Situacao

STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
ENVELOPE = frozenset({"cnes", "ine", "ibge", "versao"})
MAX_FINDINGS = 300  # kept per ficha; a hostile record may have one per item


@dataclass(slots=True)
class Achado:
    """A finding, as it is stored."""

    codigo: str
    campo: str
    severidade: str
    mensagem: str
    params: dict[str, Any] = field(default_factory=dict)

    def public(self) -> dict[str, str]:
        """As the API and the command answer it."""
        return {
            "codigo": self.codigo,
            "campo": self.campo,
            "mensagem": self.mensagem,
            "severidade": self.severidade,
        }


@dataclass(slots=True)
class Pacote:
    """A finished zip entry."""

    nome: str
    dados: bytes
    crc: int
    tamanho: int


@dataclass(slots=True)
class Resultado:
    situacao: str
    motivo: str = ""
    achados: list[Achado] = field(default_factory=list)
    nao_verificadas: list[str] = field(default_factory=list)
    pacote: Pacote | None = None
    tipo: str = ""
    versao: str = ""

    @property
    def erros(self) -> int:
        return sum(a.severidade == "erro" for a in self.achados)

    def copy(self) -> "Resultado":
        """With a list of findings of its own."""
        return Resultado(
            self.situacao,
            self.motivo,
            list(self.achados),
            self.nao_verificadas,
            self.pacote,
            self.tipo,
            self.versao,
        )


@cache
def rules_version() -> str:
    """Stored with every ficha: which rules judged it (version of the library and digest of its rule book)."""
    book = blake2b(digest_size=4)
    for entry in catalog():
        book.update(repr(entry).encode())
    return f"{version('ledi')}+{book.hexdigest()}"[:20]


def prepare() -> None:
    """What a process that judges many fichas needs, before the first one comes."""
    prepare_library()
    rules_version()


def envelope(instalacao: Any) -> DadosInstalacao:
    """DadoInstalacaoThrift of a saude Instalacao."""
    return DadosInstalacao(
        contraChave=instalacao.contra_chave,
        uuidInstalacao=instalacao.uuid_instalacao,
        cpfOuCnpj=instalacao.cpf_cnpj,
        nomeOuRazaoSocial=instalacao.nome_razao_social,
        fone=instalacao.telefone or None,
        email=instalacao.email or None,
    )


def origin_of(proveniencia: Any) -> DadosInstalacao | None:
    """Who typed a ficha that came in another system's envelope (`Conteudo.proveniencia`); None: we did."""
    if isinstance(proveniencia, str):
        proveniencia = json.loads(proveniencia)
    data = proveniencia.get("originadora") if isinstance(proveniencia, dict) else None
    try:
        return DadosInstalacao.from_mapping(data) if data else None
    except EncodeError:
        return None


def process(
    record: Any,
    *,
    instalacao: DadosInstalacao,
    hoje: date,
    tabelas: Any = None,
    originadora: DadosInstalacao | None = None,
) -> Resultado:
    done = process_record(record, instalacao=instalacao, originadora=originadora, tabelas=tabelas, hoje=hoje)
    report = done.report
    entry = done.entry
    ficha = record.get("ficha") if isinstance(record, dict) else None
    return Resultado(
        situacao=str(report.situacao),
        motivo=Motivo.FALHA if report.situacao == Situacao.PENDENTE else "",
        achados=[stored(f, record, ficha) for f in _first(report.findings)],
        nao_verificadas=list(report.unverified),
        pacote=Pacote(entry.name, entry.data, entry.crc, entry.size) if entry else None,
        tipo=report.tipo or "",
        versao=report.versao or "",
    )


def _first(findings: Any) -> Any:
    """All of them, or the errors before the avisos when there are too many to keep."""
    if len(findings) <= MAX_FINDINGS:
        return findings
    return sorted(findings, key=lambda f: str(f.severity) != "erro")[:MAX_FINDINGS]


def stored(finding: Any, record: Any = None, ficha: Any = None) -> Achado:
    """`valor` is kept for the header and the envelope only: it tells the cause, and is never a citizen's."""
    params = plain(finding.params)
    if finding.path.startswith("headerTransport."):
        params["valor"] = _plain(value_at(ficha, finding.path))
    elif finding.path in ENVELOPE and isinstance(record, dict):
        params["valor"] = _plain(record.get(finding.path))
    return Achado(
        codigo=finding.code[:120],
        campo=clean(finding.path)[:300],
        severidade=str(finding.severity),
        mensagem=clean(finding.message)[:2000],
        params=params,
    )


def value_at(node: Any, path: str) -> Any:
    """The value a wire path points at (`visitasDomiciliares[0].temperatura`); None when it is not there."""
    for name, index in STEP.findall(path):
        if name:
            node = node.get(name) if isinstance(node, dict) else None
        else:
            node = node[int(index)] if isinstance(node, list) and int(index) < len(node) else None
    return node


def clean(text: str) -> str:
    """PostgreSQL text holds neither NUL nor half a surrogate pair."""
    return text.replace("\x00", "␀").encode("utf-8", "replace").decode()


def plain(params: Any) -> dict[str, Any]:
    """Parameters as jsonb takes them, and short: a 10 MB value is not needed to explain itself."""
    return {clean(str(k)): _plain(v) for k, v in dict(params).items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value if value is None or abs(value) < 10**18 else str(value)[:40]
    if isinstance(value, str):
        return clean(value[:200])
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in list(value)[:20]]
    return clean(json.dumps(value, default=str)[:200]) if not isinstance(value, float) else repr(value)
