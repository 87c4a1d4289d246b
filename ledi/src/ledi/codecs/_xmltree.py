"""A small XML tree from foreign bytes: no DOCTYPE (so no entities), bounded size, depth and elements."""

from dataclasses import dataclass, field
from xml.parsers import expat

from ledi.bad_xml import reason
from ledi.errors import DecodeError

MAX_DATA = 32 * 1024 * 1024
MAX_NODES = 500_000
MAX_DEPTH = 32
_ESCAPE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = _ESCAPE | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


@dataclass(slots=True)
class Node:
    space: str
    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.XmlDeclHandler = self.declaration
        self.parser.buffer_text = True
        self.open: list[Node] = []
        self.root: Node | None = None
        self.encoding = ""
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        node = Node(space, local, attributes)
        self.count += 1
        if self.count > MAX_NODES:
            raise DecodeError(f"XML com mais de {MAX_NODES} elementos")
        if len(self.open) >= MAX_DEPTH:
            raise DecodeError(f"XML com mais de {MAX_DEPTH} níveis")
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, name: str) -> None:
        node = self.open.pop()
        node.text = "".join(node.parts)
        node.parts = []

    def characters(self, text: str) -> None:
        self.open[-1].parts.append(text)

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.encoding = encoding or ""

    def doctype(self, *_: object) -> None:
        raise DecodeError("XML com DOCTYPE (entidades) não é aceito")


def parse(data: bytes, max_size: int = MAX_DATA) -> Node:
    if len(data) > max_size:
        raise DecodeError(f"XML de {len(data)} bytes passa do limite de {max_size}")
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        if expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN] == error.code and _not_utf8(
            data, builder
        ):
            declared = "declara UTF-8" if builder.encoding else "não declara codificação (vale UTF-8)"
            raise DecodeError(
                f"o XML {declared}, e o texto não está em UTF-8: declare a codificação em que ele está "
                '(por exemplo encoding="ISO-8859-1") ou grave o arquivo em UTF-8'
            ) from None
        raise DecodeError(
            f"XML malformado na linha {error.lineno}, coluna {error.offset + 1}: {reason(error)}"
        ) from None
    except (LookupError, ValueError):
        raise DecodeError("XML com codificação de caracteres que não é conhecida") from None
    assert builder.root is not None
    if builder.encoding.upper() not in ("", *_UNICODE) and not data.isascii() and _is_utf8(data):
        raise DecodeError(
            f"o XML declara {builder.encoding[:40]}, mas o texto está em UTF-8: troque a declaração por "
            'encoding="UTF-8" ou grave o arquivo na codificação declarada'
        )
    return builder.root


_UNICODE = ("UTF-8", "UTF8", "UTF-16", "UTF-16LE", "UTF-16BE")


def _is_utf8(data: bytes) -> bool:
    """No text in another encoding, with accents, happens to be UTF-8 from end to end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _not_utf8(data: bytes, builder: _Builder) -> bool:
    plain = not data.startswith((b"\xff\xfe", b"\xfe\xff"))  # no UTF-16
    return plain and builder.encoding.upper() in ("", "UTF-8", "UTF8") and not _is_utf8(data)


def quoted(value: str) -> str:
    """The value of an attribute, in its quotes (what `xml.sax.saxutils` does, and half of urllib with it)."""
    return f'"{value.translate(_QUOTED)}"'


def to_bytes(node: Node) -> bytes:
    """The element alone, with the namespaces it uses; text and elements are never mixed in LEDI."""
    out: list[str] = []
    _write(node, "", out)
    return "".join(out).encode()


def _write(node: Node, outer: str, out: list[str]) -> None:
    names = "" if node.space == outer else f" xmlns={quoted(node.space)}"
    plain = "".join(f" {key}={quoted(value)}" for key, value in node.attributes.items() if " " not in key)
    out.append(f"<{node.name}{names}{plain}>")
    out.append(node.text.translate(_ESCAPE))
    for child in node.children:
        _write(child, node.space, out)
    out.append(f"</{node.name}>")
