"""The only door to the library: one record in, its outcome out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from ledi.catalog import catalog
from ledi.envelope import Instalacao as DadosInstalacao
from ledi.findings import MAX_FINDINGS as LIBRARY_FINDINGS
from ledi.findings import Finding
from ledi.processing import prepare as prepare_library
from ledi.processing import process as process_record
from ledi.tables.port import Tables
from saude.cadastros.models import Instalacao
from saude.fichas.situacoes import Motivo, Situacao
from saude.inconsistencias.achados import Achado, clean, stored
from saude.registro.envelope import is_origin

MAX_FINDINGS = 300  # kept per ficha; a hostile record may have one per item


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


def envelope(instalacao: Instalacao) -> DadosInstalacao:
    """DadoInstalacaoThrift of a saude Instalacao."""
    return instalacao.envelope()


def origin_of(proveniencia: Any) -> DadosInstalacao | None:
    """Who typed a ficha that came in another system's envelope (`Conteudo.proveniencia`); None: we did.

    As it came: what is wrong in it is a finding of the ficha, never our own data in its place.
    """
    if isinstance(proveniencia, str):
        proveniencia = json.loads(proveniencia)
    data = proveniencia.get("originadora") if isinstance(proveniencia, dict) else None
    return DadosInstalacao.as_found(data) if data else None


def process(
    record: Any,
    *,
    instalacao: DadosInstalacao,
    hoje: date,
    tabelas: Tables | None = None,
    originadora: DadosInstalacao | None = None,
    esperada: str | None = None,
    validades: Mapping[str, date] | None = None,
    limite: int = LIBRARY_FINDINGS,
) -> Resultado:
    """`esperada`: the LEDI version that the installation sends in; another one is an aviso. `validades`: until when
    versions count, where the entidade says so. `limite`: findings told, before one that counts the others."""
    done = process_record(
        record, instalacao=instalacao, originadora=originadora, tabelas=tabelas, hoje=hoje, esperada=esperada,
        validades=validades, limite=limite,
    )  # fmt: skip
    report = done.report
    entry = done.entry
    ficha = record.get("ficha") if isinstance(record, dict) else None
    return Resultado(
        situacao=str(report.situacao),
        motivo=Motivo.FALHA if report.situacao == Situacao.PENDENTE.value else "",
        achados=[_stored(f, record, ficha, originadora) for f in _first(report.findings)],
        nao_verificadas=list(report.unverified),
        pacote=Pacote(entry.name, entry.data, entry.crc, entry.size) if entry else None,
        tipo=report.tipo or "",
        versao=report.versao or "",
    )


def _stored(finding: Finding, record: Any, ficha: Any, originadora: DadosInstalacao | None) -> Achado:
    """What is wrong with who typed it has one cause for each installation, named by its own key."""
    found = stored(finding, record, ficha)
    if originadora is not None and is_origin(found.campo):
        found.params["valor"] = clean(str(originadora.uuidInstalacao or ""))[:60]
    return found


def _first(findings: Sequence[Finding]) -> Sequence[Finding]:
    """All of them, or the errors before the avisos when there are too many to keep."""
    if len(findings) <= MAX_FINDINGS:
        return findings
    return sorted(findings, key=lambda f: str(f.severity) != "erro")[:MAX_FINDINGS]
