"""Reader of the CNES file of a município ("XML-ESUS-APS" of e-Gestor, versions 2.1, 3.0, 3.1), .xml or .zip.

    with open_file("cnes.zip") as file:
        file.header                      # date, IBGE code, version
        for item in file.items(): ...    # Estabelecimento, Equipe, Profissional, Lotacao, as they come

Read as a stream by expat with constant memory. DOCTYPE and ENTITY are refused before anything is expanded.
"""

import io
import re
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from ledi.referencias.errors import ReferenciaError
from ledi.referencias.source import MAX_FILE_BYTES, open_source, too_big
from ledi.tables import closed
from ledi.tables.port import Equipe, Estabelecimento, Lotacao, Profissional

VERSIONS = ("2.1", "3.0", "3.1")
ROOT = "ImportarXMLCNES"
Item = Estabelecimento | Equipe | Profissional | Lotacao
Attributes = Mapping[str, str]

_CHUNK = 1 << 16
_MAX_TOKEN = 1 << 20  # markup longer than this is no CNES file
_CNES = re.compile(r"[0-9]{7}")
_INE = re.compile(r"[0-9]{10}")
_CBO = re.compile(r"[0-9A-Z]{6}")
_CNS = re.compile(r"[0-9]{15}")
_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")
# Parents that the file format requires.
_PARENTS = {
    ROOT: "",
    "IDENTIFICACAO": ROOT,
    "ESTABELECIMENTOS": "IDENTIFICACAO",
    "DADOS_GERAIS_ESTABELECIMENTOS": "ESTABELECIMENTOS",
    "DADOS_EQUIPES": "EQUIPES",
    "PROFISSIONAIS": "IDENTIFICACAO",
    "DADOS_PROFISSIONAIS": "PROFISSIONAIS",
    "DADOS_LOTACOES": "LOTACOES",
}


class Header(NamedTuple):
    """Identification of the file; `ibge` always with 7 digits."""

    data: date
    ibge: str
    versao: str
    origem: str
    destino: str


class CnesFile:
    """An open file: its header is read at once, its items as they are asked for, once."""

    def __init__(self, handle: IO[bytes], name: str) -> None:
        self._handle, self._name = handle, name
        self._parser = _Parser(name)
        self._read = 0
        while self._parser.header is None:
            if not self._feed():
                raise ReferenciaError("o XML não tem IDENTIFICACAO", name)
        self.header: Header = self._parser.header

    def items(self) -> Iterator[Item]:
        """Each establishment before its teams, each professional before their posts."""
        queue = self._parser.queue
        more = True
        while more:
            more = self._feed()
            while queue:
                yield queue.popleft()

    def _feed(self) -> bool:
        chunk = self._handle.read(_CHUNK)
        self._read += len(chunk)
        if self._read > MAX_FILE_BYTES:
            raise too_big(self._name)
        self._parser.feed(chunk)
        return bool(chunk)


class _Parser:
    """expat events -> items. The stack holds the open elements; nothing of the document is kept."""

    def __init__(self, name: str) -> None:
        self.header: Header | None = None
        self.queue: deque[Item] = deque()
        self._name = name
        self._stack: list[str] = []
        self._cnes = ""
        self._cns: str | None = None
        self._since_event = 0
        self._cnes_seen: set[str] = set()
        self._ine_seen: set[str] = set()
        self._expat = expat.ParserCreate()
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.StartDoctypeDeclHandler = self._refuse
        self._expat.EntityDeclHandler = self._refuse

    def feed(self, chunk: bytes) -> None:
        """An empty chunk is the end of the file."""
        self._since_event += len(chunk)
        try:
            self._expat.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise self._error(_explain(error), error.lineno) from error
        except (LookupError, ValueError) as error:
            raise self._error("o XML declara uma codificação desconhecida") from error
        if self._since_event > _MAX_TOKEN:
            raise self._error("não parece o XML do CNES: trecho longo demais sem marcação")

    def _refuse(self, *_: object) -> None:
        raise self._error("o XML tem DOCTYPE ou ENTITY, que não são aceitos")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._since_event = 0
        parent = self._stack[-1] if self._stack else ""
        if not self._stack and tag != ROOT:
            raise self._error(f"não é o XML do CNES para o e-SUS APS: a raiz é {tag[:40]}, devia ser {ROOT}")
        if _PARENTS.get(tag, parent) != parent or len(self._stack) > 20:
            raise self._error(f"{tag[:40]} está fora do lugar, dentro de {parent[:40] or 'nada'}")
        self._stack.append(tag)
        match tag:
            case "IDENTIFICACAO":
                self._identify(attributes)
            case "DADOS_GERAIS_ESTABELECIMENTOS":
                self._estabelecimento(attributes)
            case "DADOS_EQUIPES":
                self._equipe(attributes)
            case "DADOS_PROFISSIONAIS":
                self._profissional(attributes)
            case "DADOS_LOTACOES":
                self._lotacao(attributes)

    def _end(self, tag: str) -> None:
        self._since_event = 0
        self._stack.pop()

    def _identify(self, attributes: Attributes) -> None:
        if self.header is not None:
            raise self._error("IDENTIFICACAO aparece duas vezes")
        versao = self._get(attributes, "VERSION_XSD") or self._get(attributes, "VERSAO_XSD")
        if versao not in VERSIONS:
            known = ", ".join(VERSIONS)
            raise self._error(f"VERSION_XSD não é de uma versão conhecida do XML ({known})")
        day = self._date(self._get(attributes, "DATA"), "DATA")
        if day is None:
            raise self._error("falta DATA em IDENTIFICACAO")
        ibge = _full_ibge().get(self._get(attributes, "CO_IBGE_MUN"))
        if ibge is None:
            raise self._error("CO_IBGE_MUN não é de um município")
        origem, destino = self._get(attributes, "ORIGEM"), self._get(attributes, "DESTINO")
        self.header = Header(day, ibge, versao, origem, destino)

    def _estabelecimento(self, attributes: Attributes) -> None:
        cnes = self._code(attributes, "CNES", _CNES)
        self._once(cnes, self._cnes_seen, "o CNES")
        self._cnes = cnes
        self.queue.append(
            Estabelecimento(
                cnes=cnes,
                nome=self._get(attributes, "NM_FANTA"),
                ibge=self.header.ibge if self.header else "",
                cnpj=self._get(attributes, "CNPJ"),
                tipo=self._get(attributes, "TP_UNID_ID"),
                tipo_nome=self._get(attributes, "DS_TP_UNID"),
            )
        )

    def _equipe(self, attributes: Attributes) -> None:
        if not self._get(attributes, "CO_INE"):
            return  # a team that no ficha can name
        ine = self._code(attributes, "CO_INE", _INE)
        self._once(ine, self._ine_seen, "o INE")
        self.queue.append(
            Equipe(
                ine=ine,
                cnes=self._cnes,
                nome=self._get(attributes, "NM_REFERENCIA"),
                tipo=self._get(attributes, "TP_EQUIPE"),
                sigla=self._get(attributes, "SG_EQUIPE"),
                area=self._get(attributes, "CO_AREA"),
                desativacao=self._date(self._get(attributes, "DT_DESATIVACAO"), "DT_DESATIVACAO"),
            )
        )

    def _profissional(self, attributes: Attributes) -> None:
        self._cns = self._get(attributes, "CO_CNS")
        if self._cns and not _CNS.fullmatch(self._cns):
            raise self._error("CO_CNS não tem 15 dígitos")
        cpf, nome = self._get(attributes, "CPF_PROF"), self._get(attributes, "NM_PROF")
        self.queue.append(Profissional(self._cns, cpf, nome))

    def _lotacao(self, attributes: Attributes) -> None:
        if "DADOS_PROFISSIONAIS" not in self._stack:
            raise self._error("DADOS_LOTACOES está fora de DADOS_PROFISSIONAIS")
        cnes = self._code(attributes, "CNES", _CNES)
        cbo = self._code(attributes, "CO_CBO", _CBO)
        ine = self._code(attributes, "CO_INE", _INE) if self._get(attributes, "CO_INE") else ""
        if self._cns:
            self.queue.append(Lotacao(self._cns, cbo, cnes, ine))

    def _get(self, attributes: Attributes, name: str) -> str:
        value = attributes.get(name, "").strip()
        if not value.isascii() and _is_mislabelled(value):
            raise self._error(
                "o texto está em UTF-8, mas o XML diz outra codificação: use o arquivo original"
            )
        return value

    def _code(self, attributes: Attributes, name: str, pattern: re.Pattern[str]) -> str:
        value = self._get(attributes, name)
        if not pattern.fullmatch(value):
            raise self._error(f"{name} falta ou está malformado em {self._stack[-1]}")
        return value

    def _once(self, value: str, seen: set[str], what: str) -> None:
        if value in seen:
            raise self._error(f"{what} {value} aparece duas vezes")
        seen.add(value)

    def _date(self, value: str, name: str) -> date | None:
        if not value:
            return None
        for form in _DATE_FORMATS:
            try:
                return datetime.strptime(value[:10], form).date()
            except ValueError:
                continue
        raise self._error(f"{name} não é uma data")

    def _error(self, reason: str, line: int | None = None) -> ReferenciaError:
        return ReferenciaError(reason, self._name, line or self._expat.CurrentLineNumber)


@contextmanager
def open_file(path: str | Path) -> Iterator[CnesFile]:
    """The `.xml`, or the only `.xml` inside the `.zip`. Raises `ReferenciaError`."""
    path = Path(path)
    if not path.is_file():
        raise ReferenciaError("o arquivo não existe", str(path))
    if path.suffix.lower() != ".zip":
        if path.stat().st_size > MAX_FILE_BYTES:
            raise too_big(path.name)
        with path.open("rb") as handle:
            yield CnesFile(handle, path.name)
        return
    with open_source(path) as source:
        names = [name for name in source.names() if name.endswith(".xml")]
        if len(names) != 1:
            raise ReferenciaError(f"o zip tem {len(names)} arquivos .xml; devia ter um", path.name)
        with source.open(names[0]) as handle:
            yield CnesFile(handle, names[0])


def read_bytes(data: bytes, name: str = "cnes.xml") -> CnesFile:
    """The same from memory, for tests and uploads."""
    return CnesFile(io.BytesIO(data), name)


def _explain(error: expat.ExpatError) -> str:
    kind = expat.ErrorString(error.code)
    if kind in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN):
        return "o XML está vazio ou cortado"
    if kind == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
        return "o XML usa uma entidade (&…;), que não é aceita"
    if kind == expat.errors.XML_ERROR_INVALID_TOKEN:
        return "XML malformado, ou texto em codificação diferente da declarada"
    return f"XML malformado ({kind})"


def _is_mislabelled(value: str) -> bool:
    """UTF-8 read as ISO-8859-1 gives text that is valid UTF-8 again."""
    try:
        value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return True


@cache
def _full_ibge() -> Mapping[str, str]:
    """7-digit code by itself and by its first six digits, which is what CNES uses."""
    codes = [str(code) for code in closed.codes("municipios")]
    return {code: code for code in codes} | {code[:6]: code for code in codes}
