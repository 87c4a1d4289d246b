"""Reader of the CNES file of a município ("XML-ESUS-APS" of e-Gestor, versions 2.1, 3.0, 3.1), .xml or .zip.

    with open_file("cnes.zip") as file:
        file.header                      # date, IBGE code, version
        for item in file.items(): ...    # Estabelecimento, Equipe, Profissional, Lotacao, as they come

Read as a stream by expat with constant memory. DOCTYPE and ENTITY are refused before anything is expanded.
Only what makes the file unfit refuses it: an odd row is left out, and told in `avisos`.
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

from ledi.bad_xml import reason
from ledi.files import Kind, is_junk, opened
from ledi.referencias.errors import ReferenciaError
from ledi.referencias.source import MAX_FILE_BYTES, too_big, zip_source
from ledi.tables import closed
from ledi.tables.port import Equipe, Estabelecimento, Lotacao, Profissional

VERSIONS = ("2.1", "3.0", "3.1")
ROOT = "ImportarXMLCNES"
Item = Estabelecimento | Equipe | Profissional | Lotacao
Attributes = Mapping[str, str]

MAX_AVISOS = 200
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


class Aviso(NamedTuple):
    """A row of the file that is not as it should be; never names a person."""

    linha: int
    texto: str

    def __str__(self) -> str:
        return f"linha {self.linha}: {self.texto}"


class CnesFile:
    """An open file: its header is read at once, its items as they are asked for, once.

    A team under several establishments (eMulti) comes once under each, with all those seen so far in `unidades`:
    the last says all. A professional whose CNS is not in the file comes with "", and their posts are `sem_cns`.
    """

    def __init__(self, handle: IO[bytes], name: str) -> None:
        self._handle, self._name = handle, name
        self._parser = _Parser(name)
        self._read = 0
        while self._parser.header is None:
            if not self._feed():
                raise ReferenciaError("o XML não tem IDENTIFICACAO", name)
        self.header: Header = self._parser.header

    @property
    def sem_cns(self) -> set[tuple[str, str, str]]:
        """(CBO, CNES, INE) of the posts of people without CNS, as the items are read."""
        return self._parser.sem_cns

    @property
    def avisos(self) -> list[Aviso]:
        """The first `MAX_AVISOS` of what was odd, as the items are read; the last says how many more."""
        found, more = self._parser.avisos, self._parser.more
        return [*found, Aviso(0, f"e mais {more} linhas com algum problema")] if more else found

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
        self.avisos: list[Aviso] = []
        self.more = 0
        self.sem_cns: set[tuple[str, str, str]] = set()
        self._cnes = ""  # "" inside an establishment that is left out
        self._cns: str | None = None  # None inside a professional who is left out
        self._since_event = 0
        self._cnes_seen: set[str] = set()
        self._teams: dict[str, Equipe] = {}
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
        self._cnes = cnes = self._code(
            attributes, "CNES", _CNES, "o estabelecimento e suas equipes ficaram de fora"
        )
        if not cnes:
            return
        if cnes in self._cnes_seen:
            self._odd(
                f"o CNES {cnes} aparece de novo: as equipes contam, os outros dados são os da primeira vez"
            )
            return
        self._cnes_seen.add(cnes)
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
        if not self._cnes or not self._get(attributes, "CO_INE"):
            return  # a team that no ficha can name
        ine = self._code(attributes, "CO_INE", _INE, "a equipe ficou de fora")
        if not ine:
            return
        try:
            closed_on = self._date(self._get(attributes, "DT_DESATIVACAO"), "DT_DESATIVACAO")
        except ReferenciaError:
            closed_on = None
            self._odd("DT_DESATIVACAO não é uma data: a equipe conta como ativa")
        team = Equipe(
            ine=ine,
            cnes=self._cnes,
            nome=self._get(attributes, "NM_REFERENCIA"),
            tipo=self._get(attributes, "TP_EQUIPE"),
            sigla=self._get(attributes, "SG_EQUIPE"),
            area=self._get(attributes, "CO_AREA"),
            desativacao=closed_on,
        )
        before = self._teams.get(ine)
        if before is not None:
            if before.serves(self._cnes):
                self._odd(f"o INE {ine} aparece duas vezes no mesmo estabelecimento: vale a equipe ativa")
            team = _together(before, team)
        self._teams[ine] = team
        self.queue.append(team)

    def _profissional(self, attributes: Attributes) -> None:
        self._cns = self._get(attributes, "CO_CNS")
        if self._cns and not _CNS.fullmatch(self._cns):
            self._odd("CO_CNS não tem 15 dígitos: o profissional e suas lotações ficaram de fora")
            self._cns = None
            return
        if not self._cns:
            self._odd(
                "profissional sem CNS: nenhuma ficha pode ser reconhecida como dele. Complete o CNS no CNES"
            )
        cpf, nome = self._get(attributes, "CPF_PROF"), self._get(attributes, "NM_PROF")
        self.queue.append(Profissional(self._cns, cpf, nome))

    def _lotacao(self, attributes: Attributes) -> None:
        if "DADOS_PROFISSIONAIS" not in self._stack:
            raise self._error("DADOS_LOTACOES está fora de DADOS_PROFISSIONAIS")
        if self._cns is None:
            return
        out = "a lotação ficou de fora"
        cnes = self._code(attributes, "CNES", _CNES, out)
        cbo = self._code(attributes, "CO_CBO", _CBO, out) if cnes else ""
        team = self._get(attributes, "CO_INE")
        ine = self._code(attributes, "CO_INE", _INE, out) if cbo and team else ""
        if not cbo or (team and not ine):
            return
        if self._cns:
            self.queue.append(Lotacao(self._cns, cbo, cnes, ine))
        else:
            self.sem_cns.add((cbo, cnes, ine))

    def _get(self, attributes: Attributes, name: str) -> str:
        value = attributes.get(name, "").strip()
        if not value.isascii() and _is_mislabelled(value):
            raise self._error(
                "o texto está em UTF-8, mas o XML diz outra codificação: use o arquivo original"
            )
        return value

    def _code(self, attributes: Attributes, name: str, pattern: re.Pattern[str], out: str) -> str:
        """The code, or "" with an aviso that says what is left `out`."""
        value = self._get(attributes, name)
        if pattern.fullmatch(value):
            return value
        self._odd(f"{name} {'está malformado' if value else 'está vazio'}: {out}")
        return ""

    def _odd(self, text: str) -> None:
        if len(self.avisos) < MAX_AVISOS:
            self.avisos.append(Aviso(self._expat.CurrentLineNumber, text))
        else:
            self.more += 1

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
    """The XML, the only `.xml` inside a zip, or what is in a `.gz`; from a pipe too. Raises `ReferenciaError`."""
    try:
        with opened(path) as file:
            if file.kind is not Kind.ZIP:
                yield CnesFile(file.stream, file.name)
                return
            with zip_source(file.seekable(), file.name) as source:
                names = [name for name in source.names() if name.endswith(".xml") and not is_junk(name)]
                if len(names) != 1:
                    raise ReferenciaError(f"o zip tem {len(names)} arquivos .xml; devia ter um", file.name)
                with source.open(names[0]) as handle:
                    yield CnesFile(handle, names[0])
    except FileNotFoundError:
        raise ReferenciaError("o arquivo não existe", str(path)) from None


def read_bytes(data: bytes, name: str = "cnes.xml") -> CnesFile:
    """The same from memory, for tests and uploads."""
    return CnesFile(io.BytesIO(data), name)


def _together(before: Equipe, now: Equipe) -> Equipe:
    """One team of two rows: of the establishments of both; active when one of them is."""
    closings = (before.desativacao, now.desativacao)
    main = now if before.desativacao is not None and now.desativacao is None else before
    places = before.unidades | {before.cnes, now.cnes}
    return main._replace(
        unidades=places if len(places) > 1 else before.unidades,
        desativacao=None if None in closings else max(day for day in closings if day is not None),
    )


def _explain(error: expat.ExpatError) -> str:
    kind = expat.ErrorString(error.code)
    if kind in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN):
        return "o XML está vazio ou cortado"
    if kind == expat.errors.XML_ERROR_UNDEFINED_ENTITY:
        return "o XML usa uma entidade (&…;), que não é aceita"
    if kind == expat.errors.XML_ERROR_INVALID_TOKEN:
        return "XML malformado, ou texto em codificação diferente da declarada"
    return f"XML malformado: {reason(error)}"


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
