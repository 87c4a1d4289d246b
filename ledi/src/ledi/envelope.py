"""DadoTransporte: the envelope around one serialised ficha, as the PEC receives it.

Source: dado_transporte.thrift (namespace br.gov.saude.esusab.dadotransp) and the page "camada de transporte".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from ledi import codecs
from ledi.codecs import thrift
from ledi.codecs.wire import Decoded, Misfit, Unknown
from ledi.errors import DecodeError, EncodeError, UnknownTipo, UnknownVersion
from ledi.files import Kind, sniff_bytes
from ledi.layouts import layout as layout_of
from ledi.layouts import nearest
from ledi.layouts.model import Ficha, Layout

TRANSPORT = "DadoTransporteThrift"
_SAFE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}", re.ASCII)
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Instalacao:
    """DadoInstalacaoThrift: the installation that typed (originadora) or sends (remetente) the data."""

    contraChave: str
    cpfOuCnpj: str
    nomeOuRazaoSocial: str
    uuidInstalacao: str | None = None
    fone: str | None = None
    email: str | None = None
    versaoSistema: str | None = None
    nomeBancoDados: str | None = None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Instalacao:
        """From the names of DadoInstalacaoThrift; EncodeError says which name is missing or not known."""
        known = {field.name for field in fields(cls)}
        for name in mapping:
            if name not in known:
                raise EncodeError("campo que não existe em DadoInstalacaoThrift", name)
        for name in ("contraChave", "cpfOuCnpj", "nomeOuRazaoSocial"):
            if not mapping.get(name):
                raise EncodeError("campo obrigatório da instalação não informado", name)
        return cls(**mapping)

    @classmethod
    def as_found(cls, mapping: Mapping[str, Any]) -> Instalacao:
        """What a foreign envelope says of its installation, whatever is wrong with it: judged by the rules."""
        known = {field.name: mapping.get(field.name) for field in fields(cls)}
        needed = {name: known[name] or "" for name in ("contraChave", "cpfOuCnpj", "nomeOuRazaoSocial")}
        return cls(**known | needed)

    def to_wire(self) -> dict[str, Any]:
        """By wire name; what is empty is absent."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None and value != ""}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope says, with the ficha still serialised: `decode()` opens it.

    `declared_version` is what the file says (None when it does not); `used_version` the layout it is read
    with; `notes` tell in Portuguese where the two differ and which fields of the envelope are not known;
    `misfits` what the envelope says out of form (only when it was opened with `strict` false).
    """

    uuid: str
    tipo: str
    cnes: str | None
    ine: str | None
    ibge: str | None
    lote: int | None
    dado: bytes
    remetente: Mapping[str, Any]
    originadora: Mapping[str, Any]
    declared_version: str | None
    used_version: str
    notes: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    formato: str = "thrift"
    misfits: tuple[Misfit, ...] = ()

    @property
    def layout(self) -> Layout:
        return layout_of(self.used_version)

    @property
    def ficha(self) -> Ficha:
        return self.layout.fichas[self.tipo]

    def decode(self, *, strict: bool = True) -> Decoded:
        """The wire mapping of the ficha and the fields that its layout does not know.

        With `strict` false a value of XML that is not of its field's type is kept as text, and told.
        """
        if self.formato == "xml":
            return codecs.xml.decode(self.ficha.root, self.dado, strict=strict)
        return thrift.decode(self.ficha.root, self.dado)

    def record(self, decoded: Decoded | None = None) -> dict[str, Any]:
        """The JSON record, `versao` as declared; envelope fields that are absent or empty are left out."""
        head = {
            "tipo": self.tipo,
            "versao": self.declared_version,
            "uuid": self.uuid,
            "cnes": self.cnes,
            "ine": self.ine,
            "ibge": self.ibge,
        }
        kept = {name: value for name, value in head.items() if value is not None and value != ""}
        return kept | {"ficha": (decoded or self.decode()).value}


def file_name(uuid: str, formato: str = "thrift") -> str:
    """`<uuid>.esus` or `<uuid>.esus.xml`; EncodeError when the uuid is not fit to be a file name."""
    if not isinstance(uuid, str) or not _SAFE_NAME.fullmatch(uuid):
        raise EncodeError("o uuid só pode ter letras, algarismos e hífen para ser nome de arquivo", "uuid")
    return f"{uuid}.esus.xml" if formato == "xml" else f"{uuid}.esus"


# ---- writing


def wrap(
    record: Mapping[str, Any],
    ficha_bytes: bytes,
    *,
    remetente: Instalacao,
    originadora: Instalacao | None = None,
    lote: int | None = None,
    layout: Layout,
) -> bytes:
    """A serialised DadoTransporteThrift around a serialised ficha. `originadora` defaults to `remetente`.

    `record` gives tipo, uuid, cnes, ibge and ine. UnknownTipo, EncodeError (path) when it cannot be written.
    """
    write_head, tail = _parts(layout, remetente, originadora or remetente)
    head = _head(record, lote, layout) | {"dadoSerializado": ficha_bytes}
    return write_head(head)[:-1] + tail


def wrap_xml(
    record: Mapping[str, Any],
    ficha: Mapping[str, Any],
    *,
    remetente: Instalacao,
    originadora: Instalacao | None = None,
    lote: int | None = None,
    layout: Layout,
    unknown: Sequence[Unknown] = (),
) -> bytes:
    """The same envelope in the XML form, around a wire mapping (not bytes); `unknown` as `xml.decode` gives back."""
    head = _head(record, lote, layout)
    root = layout.fichas[record["tipo"]].root
    sender, origin = remetente.to_wire(), (originadora or remetente).to_wire()
    return codecs.xml.encode_transport(layout, head, root, ficha, sender, origin, unknown)


def _head(record: Mapping[str, Any], lote: int | None, layout: Layout) -> dict[str, Any]:
    tipo = record.get("tipo")
    ficha = layout.fichas.get(tipo) if isinstance(tipo, str) else None
    if ficha is None:
        raise UnknownTipo("tipo de ficha desconhecido no LEDI " + layout.version)
    return {
        "uuidDadoSerializado": record["uuid"],
        "tipoDadoSerializado": ficha.tipo_dado,
        "cnesDadoSerializado": record["cnes"],
        "codIbge": record.get("ibge") or None,
        "ineDadoSerializado": record.get("ine") or None,
        "numLote": lote,
    }


@lru_cache(maxsize=256)
def _parts(
    layout: Layout, remetente: Instalacao, originadora: Instalacao
) -> tuple[Callable[[Mapping[str, Any]], bytes], bytes]:
    """Writer of the fields that change and the bytes, stop included, of those that do not (ids 8 to 10)."""
    struct = layout.structs[TRANSPORT]
    major, minor, revision = layout.numbers
    tail = {
        "remetente": remetente.to_wire(),
        "originadora": originadora.to_wire(),
        "versao": {"major": major, "minor": minor, "revision": revision},
    }
    last = max(field.id for field in struct.fields if field.id is not None and field.name not in tail)
    assert all((struct.by_name[name].id or 0) > last for name in tail), "the tail must come after the head"
    return thrift.encoder(struct), thrift.encode(struct, tail)


# ---- reading


def unwrap(data: bytes, *, strict: bool = True) -> Envelope:
    """The envelope in the bytes of an `.esus` file, its layout the known one nearest to the declared version.

    Raises DecodeError, or UnknownTipo for a tipoDadoSerializado that no ficha has. With `strict` false, what is
    missing or out of form and does not keep the ficha from being read is told in `misfits` instead.
    """
    decoded = thrift.decode(layout_of().structs[TRANSPORT], data)
    value = decoded.value
    declared = _version_text(value["versao"], strict) if value.get("versao") is not None else None
    dado = _required(value, "dadoSerializado", bytes)
    return _open(value, dado, declared, tuple(decoded.unknown), "thrift", [], strict)


def unwrap_xml(data: bytes, *, strict: bool = True) -> Envelope:
    """The envelope in the bytes of an `.esus.xml` file; same errors as `unwrap`."""
    found = codecs.xml.decode_transport(layout_of(), data, strict=strict)
    head = found.head
    if not strict and not isinstance(head.get("tipoDadoSerializado"), int):
        head |= _tipo_of_root(found.root, found.misfits, head.get("tipoDadoSerializado"))
    return _open(head, found.ficha, found.version, tuple(found.unknown), "xml", found.misfits, strict)


def _tipo_of_root(root: str, odd: list[Misfit], given: Any) -> dict[str, int]:
    """The number of the ficha whose element this is: the file itself does not say it well."""
    fichas = layout_of().fichas.values()
    number = next((ficha.tipo_dado for ficha in fichas if codecs.xml.root_element(ficha.root) == root), None)
    if number is None:
        return {}
    if given is None:
        words = f"Falta tipoDadoSerializado no envelope: pelo conteúdo, é {number}."
        odd.append(Misfit("estrutura", "tipo", words))
    return {"tipoDadoSerializado": number}


def unwrap_any(data: bytes, *, strict: bool = True) -> Envelope:
    """`unwrap` or `unwrap_xml`, by the first bytes: file names inside foreign zips are not to be trusted."""
    opened = unwrap_xml if sniff_bytes(data[:64]) is Kind.ESUS_XML else unwrap
    return opened(data, strict=strict)


def _open(
    value: Mapping[str, Any], dado: bytes, declared: str | None, unknown: tuple[Unknown, ...], formato: str,
    odd: list[Misfit], strict: bool,
) -> Envelope:  # fmt: skip
    used, notes = _choose(declared)
    number = _required(value, "tipoDadoSerializado", int)
    tipo = next((f.tipo for f in used.fichas.values() if f.tipo_dado == number), None)
    if tipo is None:
        raise UnknownTipo(f"tipoDadoSerializado {number} não corresponde a nenhuma ficha conhecida")
    return Envelope(
        uuid=_required(value, "uuidDadoSerializado", str)
        if strict
        else value.get("uuidDadoSerializado") or "",
        tipo=tipo,
        cnes=value.get("cnesDadoSerializado"),
        ine=value.get("ineDadoSerializado"),
        ibge=value.get("codIbge"),
        lote=lote if isinstance(lote := value.get("numLote"), int) else None,
        dado=dado,
        remetente=value.get("remetente") or {},
        originadora=value.get("originadora") or {},
        declared_version=declared,
        used_version=used.version,
        notes=(*notes, *(f"envelope: {one.label}" for one in unknown)),
        unknown=unknown,
        formato=formato,
        misfits=tuple(odd),
    )


def _choose(declared: str | None) -> tuple[Layout, tuple[str, ...]]:
    if declared is None:
        used = layout_of()
        return used, (f"versão do LEDI não declarada: lido com o layout {used.version}",)
    try:
        return layout_of(declared), ()
    except UnknownVersion:
        used = nearest(declared)
        return used, (f"versão {declared} do LEDI não conhecida: lido com o layout {used.version}",)


def _version_text(version: Mapping[str, Any], strict: bool) -> str:
    text = ".".join(str(version.get(name, "")) for name in ("major", "minor", "revision"))
    if _VERSION.fullmatch(text):
        return text
    if strict:
        raise DecodeError("versão do LEDI malformada", "versao")
    return re.sub(r"[^0-9.]", "?", text)[:20]  # the rules of a record say how it should be


def _required(value: Mapping[str, Any], name: str, kind: type) -> Any:
    found = value.get(name)
    if not isinstance(found, kind):
        raise DecodeError("campo obrigatório do envelope ausente", name)
    return found
