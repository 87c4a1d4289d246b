"""What somebody sent by the wrong door, told by its first bytes: each gets the way that fits."""

import json
import re
import zlib
from typing import Any, Protocol

from ledi.files import Kind, sniff_bytes

PEEK = 64 * 1024
ENCODING = re.compile(rb"\s*[\w-]+=")
JOINT = re.compile(rb'\}[ \t]*\{[ \t]*"(tipo|versao|uuid|cnes|ibge|ine|ficha|contexto)"')
FILES = "use Executando > Conferir arquivo, no sistema, ou rode “saude importar ARQUIVO”"
ZIP = f"O corpo é um arquivo .zip. A API recebe JSON; para um zip de fichas (.esus), {FILES}."
ESUS = f"O corpo é um arquivo .esus (Thrift). A API recebe o registro em JSON; para o arquivo, {FILES}."
XML = f"O corpo é XML (.esus.xml). A API recebe o registro em JSON; para o arquivo, {FILES}."
GZIP = (
    "O corpo está compactado (gzip), e /api/v1/registros o recebe sem compactação. Envie-o descompactado, ou, "
    "um registro por linha, a /api/v1/lotes com Content-Encoding: gzip."
)
GZIP_UNTOLD = "O corpo está compactado (gzip): envie-o com o cabeçalho Content-Encoding: gzip."
GZIP_TWICE = (
    "O corpo foi compactado (gzip) duas vezes. Compacte-o uma vez só, e envie com Content-Encoding: gzip."
)
LINES = "O corpo tem um registro por linha (NDJSON): envie-o a /api/v1/lotes, ou faça dele uma lista JSON."
LIST = (
    "O corpo é uma lista JSON, e um lote tem um registro por linha (NDJSON), sem colchetes nem vírgulas entre eles. "
    "Envie a lista a /api/v1/registros, ou escreva cada registro numa linha."
)
SPREAD = (
    "O corpo é um registro JSON escrito em várias linhas, e um lote tem um registro inteiro por linha (NDJSON). "
    "Envie-o a /api/v1/registros, ou escreva-o numa linha só."
)
FORM = (
    "O corpo é um formulário com anexo. Envie o JSON como corpo do pedido (no curl, --data-binary @arquivo)."
)
JOINED = (
    "O corpo tem vários registros numa só linha: o “curl -d” tira as quebras de linha. Use --data-binary e, para um "
    "registro por linha (NDJSON), /api/v1/lotes."
)
ENCODED = "O corpo é um formulário (nome=valor). Envie o JSON como corpo do pedido (no curl, --data-binary @arquivo)."
PLAIN = (
    "O corpo não tem registros JSON, um por linha: as primeiras linhas não começam com chave. Para uma planilha, use "
    "Executando > Importar planilha, no sistema."
)
TWICE = "O corpo é um texto JSON com outro JSON dentro (codificado duas vezes). Envie o objeto ou a lista."
WRAPPED = "O corpo é um objeto com uma lista dentro. Envie só a lista de registros, ou um registro."
SHAPE = "Envie um registro (objeto) ou uma lista de registros."
RECORD = {"tipo", "versao", "uuid", "cnes", "ine", "ibge", "ficha", "contexto"}
UTF16 = "O corpo está em UTF-16. Grave o arquivo em UTF-8 e envie de novo."


def about_file(head: bytes) -> str:
    """Why this is no JSON at all; "" when it may be."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"--") and b"form-data" in head:
        return FORM
    kind = sniff_bytes(head)
    if kind == Kind.UNKNOWN and head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return UTF16
    return {Kind.ZIP: ZIP, Kind.ESUS: ESUS, Kind.ESUS_XML: XML}.get(kind, "")


def of_records(body: bytes) -> str:
    """Of a body sent as one record or a list that could not be read so."""
    if body.startswith(b"\x1f\x8b"):
        return GZIP
    if said := about_file(body[:PEEK]):
        return said
    if ENCODING.match(body[:PEEK]):
        return ENCODED
    return LINES if _lines(body) else JOINED if JOINT.search(body[: 4 * PEEK]) else ""


def of_value(value: Any) -> str:
    """Of legible JSON that is neither a record nor a list; "" when it may be."""
    if isinstance(value, str):
        return TWICE
    if not isinstance(value, (dict, list)):
        return SHAPE
    lists = isinstance(value, dict) and RECORD.isdisjoint(value) and any(map(_of_objects, value.values()))
    return WRAPPED if lists else ""


def _of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def of_lot(head: bytes, *, gzipped: bool) -> str:
    """Of the first bytes of a lot, as they came."""
    if gzipped:
        try:
            head = zlib.decompressobj(31).decompress(head, PEEK)
        except zlib.error:
            return ""  # no gzip: told where the whole of it is read
        if head.startswith(b"\x1f\x8b"):
            return GZIP_TWICE
    elif head.startswith(b"\x1f\x8b"):
        return GZIP_UNTOLD
    if said := about_file(head):
        return said
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first, _, rest = text.partition(b"\n")
    first, second = first.rstrip(), rest.lstrip()[:1]
    if first.startswith(b"["):
        return LIST
    if not rest and JOINT.search(first):
        return JOINED
    if text and not first.startswith(b"{") and second != b"{":
        return PLAIN
    open_still = first in (b"{",) or first.endswith((b",", b"{", b"["))
    return SPREAD if first.startswith(b"{") and open_still and second != b"{" and rest else ""


def _lines(body: bytes) -> bool:
    """Its first line, and there is another, is a whole record."""
    first, _, rest = body.strip().removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    if not rest.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Looked:
    """A stream whose first bytes were looked at."""

    def __init__(self, stream: Readable, head: bytes) -> None:
        self.stream, self.head = stream, head

    def read(self, size: int) -> bytes:
        if self.head:
            piece, self.head = self.head[:size], self.head[size:]
            return piece
        return self.stream.read(size)
