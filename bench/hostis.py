"""What a hostile sender may send within the limits of each address. Made here, in memory; nobody's data."""

from __future__ import annotations

import copy
import functools
import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ledi.layouts import Struct, layout
from ledi_gerador import minimal

KB, MB = 1024, 1024**2
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@dataclass(frozen=True)
class Envio:
    """`quem`: token, aparelho, sessao or nobody. `arquivo`: sent as the file of a form of this name and fields."""

    nome: str
    endereco: str
    quem: str
    corpo: Callable[[], bytes]
    arquivo: str = ""
    campos: tuple[tuple[str, str], ...] = ()
    cabecalhos: tuple[tuple[str, str], ...] = ()


def record(tipo: str = "FVD") -> dict[str, Any]:
    made = copy.deepcopy(minimal(tipo))
    made["uuid"] = made["ficha"]["uuidFicha"] = f"{made['cnes']}-{uuid4()}"
    return made


def fill(piece: bytes, size: int, start: bytes = b"[", end: bytes = b"1]") -> bytes:
    return start + piece * ((size - len(start) - len(end)) // len(piece)) + end


def records(n: int) -> bytes:
    return json.dumps([record() for _ in range(n)]).encode()


def wrong(size: int) -> bytes:
    """Records with 99 visits, every field of them wrong."""
    one = record()
    visit = dict.fromkeys(one["ficha"]["visitasDomiciliares"][0], "x") | {
        "cpfCidadao": "1",
        "peso": "x",
        "altura": -1,
    }
    one["ficha"]["visitasDomiciliares"] = [visit] * 99
    made = []
    while size > 0 and len(made) < 10_000:
        one["uuid"] = one["ficha"]["uuidFicha"] = f"{one['cnes']}-{uuid4()}"
        text = json.dumps(one)
        made.append(text)
        size -= len(text) + 1
    return ("[" + ",".join(made[:-1]) + "]").encode()


def gaps(size: int) -> bytes:
    """Small records, each with as many findings as are told of one: empty visits."""
    one = record()
    one["ficha"]["visitasDomiciliares"] = [{}] * 63
    made: list[str] = []
    while size > 0 and len(made) < 10_000:
        one["uuid"] = one["ficha"]["uuidFicha"] = f"{one['cnes']}-{uuid4()}"
        made.append(json.dumps(one, separators=(",", ":")))
        size -= len(made[-1]) + 1
    return ("[" + ",".join(made[:-1]) + "]").encode()


def crowd(size: int, person: Callable[[int], dict[str, Any]]) -> bytes:
    """Records of a thousand people each."""
    one = record()
    made: list[str] = []
    number = 0
    while size > 0 and len(made) < 10_000:
        one["uuid"] = one["ficha"]["uuidFicha"] = f"{one['cnes']}-{uuid4()}"
        one["ficha"]["visitasDomiciliares"] = [person(number + k) for k in range(999)]
        number += 999
        made.append(json.dumps(one, separators=(",", ":")))
        size -= len(made[-1]) + 1
    return ("[" + ",".join(made[:-1]) + "]").encode()


def _cns(number: int) -> str:
    """A good one that starts with 7."""
    body = f"7{number:013d}"
    rest = sum(int(d) * w for d, w in zip(body, range(15, 1, -1), strict=True)) % 11
    return body + str(11 - rest) if rest >= 2 else _cns(number + 10**9)


def zeros(size: int) -> bytes:
    """A gzip of this size that expands some 190 times: as far as a lot may."""
    random_bytes = random.Random(3).randbytes
    packer = zlib.compressobj(6, wbits=31)
    out = bytearray(packer.compress(b'{"tipo":"FVD","ficha":"'))
    while len(out) < size:
        out += packer.compress(random_bytes(4 * KB) + bytes(800 * KB))
    return bytes(out) + packer.flush()


def book(sheet: bytes, strings: bytes = b"") -> bytes:
    """An .xlsx around the XML of a sheet and its shared strings."""
    office, package = (
        "application/vnd.openxmlformats-officedocument.spreadsheetml",
        "http://schemas.openxmlformats.org",
    )
    kinds = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
    parts = "".join(
        f'<Override PartName="/xl/{k}.xml" ContentType="{office}.{v}+xml"/>' for k, v in kinds.items()
    )
    rels = f"{package}/officeDocument/2006/relationships"

    def related(*rows: tuple[str, str]) -> str:
        items = "".join(
            f'<Relationship Id="r{n}" Type="{rels}/{k}" Target="{t}"/>' for n, (k, t) in enumerate(rows, 1)
        )
        return f'<Relationships xmlns="{package}/package/2006/relationships">{items}</Relationships>'

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{parts}</Types>',
        )
        made.writestr("_rels/.rels", related(("officeDocument", "xl/workbook.xml")))
        made.writestr(
            "xl/workbook.xml",
            f'<workbook {NS} xmlns:r="{rels}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            related(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")),
        )
        made.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {NS}><sheetData>".encode() + sheet + b"</sheetData></worksheet>",
        )
        made.writestr("xl/sharedStrings.xml", f"<sst {NS}>".encode() + strings + b"</sst>")
    return out.getvalue()


HEAD = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Nome</t></is></c></row>'


def rows(n: int, cells: int) -> bytes:
    one = b'<c t="s"><v>0</v></c>' * cells
    return HEAD + b"".join(b'<row r="%d">%s</row>' % (k, one) for k in range(2, n))


def sheets() -> Iterator[tuple[str, Callable[[], bytes]]]:
    noise = bytes(random.Random(1).choices(b"abcdefghij", k=2000))
    yield "xlsx: 2,8 milhões de células em 160 kB", lambda: book(rows(1400, 2000), b"<si><t>x</t></si>")
    yield (
        "xlsx: o mesmo texto em meio milhão de células",
        lambda: book(rows(4990, 100), b"<si><t>%s</t></si>" % noise),
    )
    yield "xlsx: textos compartilhados até 95 MB", lambda: book(HEAD, _mixed(95 * MB))
    yield (
        "xlsx: um milhão de linhas vazias",
        lambda: book(HEAD + b"".join(b'<row r="%d"/>' % n for n in range(2, 2**20))),
    )
    yield (
        "xlsx: uma célula no canto",
        lambda: book(HEAD + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    )
    yield (
        "xlsx: milhões de atributos",
        lambda: book(HEAD + b'<row r="2" ' + b"".join(b'a%d="1" ' % n for n in range(2_500_000)) + b"/>"),
    )


def _mixed(size: int) -> bytes:
    """Shared strings that do not compress too well for the check."""
    rng = random.Random(2)
    words = [b"<si><t>%d</t></si>" % rng.randrange(10**9) for _ in range(3_000)]
    return b"".join(words * (size // sum(map(len, words))))


def archive(entry: bytes, name: str = "a.esus.xml", n: int = 1) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for k in range(n):
            made.writestr(f"{k}{name}", entry)
    return out.getvalue()


def cnes(size: int) -> bytes:
    """Posts without end, of one professional."""
    head = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><ImportarXMLCNES><IDENTIFICACAO DATA="2026-09-01" ORIGEM="PORTAL" '
        'DESTINO="ESUS_AB" CO_IBGE_MUN="421820" VERSION_XSD="2.1"/>'
    )
    return head.encode() + fill(b"<X/>", size, b"", b"</ImportarXMLCNES>")


def envios() -> list[Envio]:
    return _api() + _files() + _tables() + _releases() + _forms()


def _api() -> list[Envio]:
    one, lots, push = "/api/v1/registros", "/api/v1/lotes", "/api/acs/v1/empurrar?lote=bench-0001"
    gz = (("Content-Encoding", "gzip"),)
    return [
        Envio("lista de 2 milhões de listas vazias, 6 MB", one, "token", lambda: fill(b"[],", 6 * MB)),
        Envio(
            "um registro de listas aninhadas, 2 MB",
            one,
            "token",
            lambda: fill(b"[1],", 2 * MB - 8, b'{"a":[', b"1]}"),
        ),
        Envio(
            "três registros de 2 MB de listas",
            one,
            "token",
            lambda: b"[" + b",".join([fill(b"[1],", 2 * MB - 64)] * 3) + b"]",
        ),
        Envio("um texto de escapes, 6 MB", one, "token", lambda: fill(b"\\u0041", 6 * MB, b'["', b'"]')),
        Envio("6 MB de aninhamento", one, "token", lambda: b"[" * (6 * MB)),
        Envio("10.000 registros bons", one, "token", lambda: records(10_000)),
        Envio("6 MB de registros com todos os campos errados", one, "token", lambda: wrong(6 * MB)),
        Envio("6 MB de registros pequenos de 250 achados", one, "token", lambda: gaps(6 * MB)),
        Envio(
            "6 MB de registros pequenos de 250 achados, só conferir",
            "/api/v1/conferencias",
            "token",
            lambda: gaps(6 * MB),
        ),
        Envio("6 MB de gente sem documento", one, "token", lambda: crowd(6 * MB, lambda _: {"sexo": 1})),
        Envio(
            "6 MB de gente com CNS", one, "token", lambda: crowd(6 * MB, lambda n: {"cnsCidadao": _cns(n)})
        ),
        Envio(
            "6 MB da mesma gente em toda ficha",
            one,
            "token",
            lambda: crowd(6 * MB, lambda n: {"cnsCidadao": _cns(n % 999)}),
        ),
        Envio(
            "lote gzip de 32 MB que se expande 200 vezes",
            lots,
            "token",
            lambda: zeros(32 * MB),
            cabecalhos=gz,
        ),
        Envio("lote de 512 MB", lots, "token", lambda: fill(b"{}\n", 512 * MB, b"", b"")),
        Envio(
            "aplicativo: gzip de listas, 4 MB",
            push,
            "aparelho",
            lambda: gzip.compress(fill(b"[],", 4 * MB - 100, b'{"registros":[', b"1]}")),
            cabecalhos=gz,
        ),
    ]


def _files() -> list[Envio]:
    upload = {"endereco": "/arquivos/conferir/", "quem": "sessao"}
    return [
        Envio(
            "conferir: 700 mil registros vazios em 2 MB",
            **upload,
            corpo=lambda: b"{}\n" * 690_000,
            arquivo="a.jsonl",
        ),
        Envio(
            "conferir: uma linha de 2 MB",
            **upload,
            corpo=lambda: fill(b"[1],", 2 * MB - 2000),
            arquivo="a.jsonl",
        ),
        Envio("conferir: 2.000 registros", **upload, corpo=lambda: records(2000), arquivo="a.json"),
        Envio("conferir: lista de 250 MB", **upload, corpo=lambda: fill(b"[],", 250 * MB), arquivo="a.json"),
        Envio(
            "conferir: zip com uma ficha de 8 MB",
            **upload,
            corpo=lambda: archive(b"<a>" + b"<b/>" * (2 * MB)),
            arquivo="a.zip",
        ),
        Envio(
            "conferir: zip com uma ficha de 32 MB",
            **upload,
            corpo=lambda: archive(b"<a>" + b"<b/>" * (8 * MB)),
            arquivo="a.zip",
        ),
    ]


def _tables() -> list[Envio]:
    sheet = {"endereco": "/arquivos/planilha/", "quem": "sessao", "campos": (("tipo", "FVD"),)}
    return [
        *(Envio(name, **sheet, corpo=made, arquivo="a.xlsx") for name, made in sheets()),
        Envio(
            "csv: uma linha de 10 milhões de colunas",
            **sheet,
            corpo=lambda: b"a" + b";" * (10 * MB - 9),
            arquivo="a.csv",
        ),
        Envio(
            "csv: 10 milhões de linhas vazias",
            **sheet,
            corpo=lambda: b"a;b\n1;2" + b"\n" * (10 * MB - 20),
            arquivo="a.csv",
        ),
        Envio(
            "csv: 5.000 linhas de 100 colunas",
            **sheet,
            corpo=lambda: b"\n".join(
                [b";".join(b"c%d" % n for n in range(100)), *[b";".join([b"x" * 18] * 100)] * 4999]
            ),
            arquivo="a.csv",
        ),
    ]


def _releases() -> list[Envio]:
    reference = "/configurando/cadastros/tabelas-de-referencia/enviar/"
    return [
        Envio("CNES de 8 MB", f"{reference}cnes/", "sessao", lambda: cnes(8 * MB - 100), arquivo="cnes.xml"),
        Envio("CNES de 250 MB", f"{reference}cnes/", "sessao", lambda: cnes(250 * MB), arquivo="cnes.xml"),
        Envio(
            "SIGTAP: zip com 300 mil arquivos",
            f"{reference}sigtap/",
            "sessao",
            lambda: archive(b"", "x", 300_000),
            arquivo="TabelaUnificada_202609.zip",
        ),
    ]


def _forms() -> list[Envio]:
    """Forms of fields of the ficha, all wrong: as many as a page takes, more, and few that ask for many."""
    items = "atendimentosIndividuais"
    sent: dict[str, Callable[[], bytes]] = {
        "FVD com 19.000 campos errados": functools.partial(_form, "FVD", 19_000),
        "FAI com 19.000 campos errados": functools.partial(_form, "FAI", 19_000),
        "FAI com 29.000 campos errados": functools.partial(_form, "FAI", 29_000),
        "FAI com 999 blocos de um campo": lambda: _sent(f"{items}[{k}].turno" for k in range(999)),
        "FAI com 29.000 exames de um campo": lambda: _sent(
            f"{items}[{k // 999}].exame[{k % 999}].codigoExame" for k in range(29_000)
        ),
    }
    typed = [
        Envio(f"ficha nova: {name}{what}", f"/registrar/{name[:3]}/{address}", "sessao", made)
        for name, made in sent.items()
        for what, address in (("", ""), (", verificar", "verificar/"), (", rascunho", "rascunho/"))
    ]
    login = lambda: b"username=" + b"x" * 15_000 + b"&password=x"  # noqa: E731
    return [*typed, Envio("entrar, 16 kB", "/entrar/", "ninguem", login)]


def _form(tipo: str, n: int) -> bytes:
    """As many items as make `n` fields of a page."""
    made = layout().fichas[tipo]
    items = made.children_field or ""
    field = made.root.field_at(items)
    inner = field and (field.type.item or field.type).struct
    paths = list(_paths(inner)) if inner else []
    names = [f"{items}[{k // len(paths)}].{paths[k % len(paths)]}" for k in range(n)]
    return _sent(names)


def _sent(names: Iterable[str]) -> bytes:
    head = f"uuid=0019615-{uuid4()}&versao=8.7.0&form=1&"
    return (head + "&".join(f"f:{name}=x{k}" for k, name in enumerate(names))).encode()


def _paths(struct: Struct) -> Iterator[str]:
    """Every field a form has of one item, those of structs within it too."""
    for field in struct.fields:
        inner = field.type.struct
        if inner is not None:
            yield from (f"{field.name}.{path}" for path in _paths(inner))
        else:
            yield field.name
