"""What the system needs to know of a record, whatever shape it comes in; judging it is the library's work."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from ledi.layouts import Block, Struct, layout
from saude.comum.competencia import SEM_DATA
from saude.registro.envelope import headers
from saude.registro.tipos import Origem, Tipo

MAX_UUID = 44
MAX_SPECIALITY = 120
MAX_NAME = 70
MAX_CITIZENS = 999
TIPOS = frozenset(Tipo.values)
ORIGENS = frozenset(Origem.values)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1900, 1, 1)
FIRST_BIRTH = date(1850, 1, 1)
DIGITS = re.compile(r"\d+")
UUID = re.compile(r"[0-9A-Za-z-]{36,44}", re.ASCII)


@dataclass(slots=True)
class Pessoa:
    """A citizen as one ficha tells of them."""

    posicao: int
    cpf: str = ""
    cns: str = ""
    nome: str = ""
    nome_social: str = ""
    nascimento: date | None = None
    sexo: int | None = None
    nome_mae: str = ""
    desconhece_mae: bool = False
    raca_cor: int | None = None
    telefone: str = ""
    microarea: str = ""
    identificado: bool = False
    cadastro: bool = False  # from an FCI: the registration itself
    cliente_id: int | None = None
    novo: bool = False  # a client made just now: seen on no other ficha


@dataclass(slots=True)
class Fatos:
    """The columns of a ficha."""

    uuid: str = ""
    tipo: str = ""
    versao: str = ""
    data: date | None = None
    competencia: str = ""
    cnes: str = ""
    ine: str = ""
    profissional_cns: str = ""
    cbo: str = ""
    especialidade: str = ""
    urgencia: bool = False
    origem: str = ""
    pessoas: list[Pessoa] = field(default_factory=list)

    @property
    def nao_identificados(self) -> int:
        return sum(not p.identificado for p in self.pessoas) if attends(self.tipo) else 0


@cache
def attends(tipo: str) -> bool:
    """Is it of attendance? Who is on one without CPF and CNS is a "cliente não identificado"."""
    known = layout().fichas.get(tipo)
    return known is not None and known.children_field is not None


class Posts(NamedTuple):
    """What a lotação is called, in whichever ficha it stands."""

    principal: tuple[str, ...]
    profissional: tuple[str, ...]
    cbo: tuple[str, ...]
    cnes: tuple[str, ...]
    ine: tuple[str, ...]
    in_header: tuple[str, ...]  # the date
    in_root: tuple[str, ...]


@cache
def _posts() -> Posts:
    fichas = list(layout().fichas.values())
    mains, tops, roots = (
        [f.main.struct for f in fichas],
        [f.header.struct for f in fichas],
        [f.root for f in fichas],
    )

    def names(role: str, structs: list[Struct]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for struct in structs if (name := struct.role_name(role))))

    return Posts(
        principal=names("principal", tops),
        profissional=names("profissional", mains),
        cbo=names("cbo", mains),
        cnes=names("cnes", mains),
        ine=names("ine", mains),
        in_header=names("data", tops),
        in_root=names("data", roots),
    )


class Names(NamedTuple):
    """What a citizen's fields are called in one kind of ficha; None where it has no such field."""

    cpf: str | None
    cns: str | None
    nascimento: str | None
    sexo: str | None
    nome: str | None
    nome_social: str | None
    nome_mae: str | None
    desconhece_mae: str | None
    raca_cor: str | None
    telefone: str | None
    microarea: str | None


@cache
def _citizens(tipo: str) -> tuple[Block, Names]:
    block = layout().fichas[tipo].citizen
    return block, Names(*[block.struct.role_name(role) or None for role in Names._fields])


def facts(record: Any, zone: ZoneInfo, *, today: date) -> Fatos:
    """`competencia` is SEM_DATA when the date is missing or absurd: the ficha is inconsistente, and of no month."""
    if not isinstance(record, dict):
        return Fatos(competencia=SEM_DATA)
    ficha = record.get("ficha")
    ficha = ficha if isinstance(ficha, dict) else {}
    context = record.get("contexto")
    context = context if isinstance(context, dict) else {}
    posts = _posts()
    header, lotacao = _header(ficha, posts)
    day = _attendance_date(header, ficha, posts, zone, today)
    tipo = text(record.get("tipo"), 4)
    return Fatos(
        uuid=record_uuid(record),
        tipo=tipo if tipo in TIPOS else "",
        versao=text(record.get("versao"), 10),
        data=day,
        competencia=f"{day:%Y%m}" if day else SEM_DATA,
        cnes=text(record.get("cnes") or _first(lotacao, posts.cnes), 7),
        ine=text(record.get("ine") or _first(lotacao, posts.ine), 10),
        profissional_cns=text(_first(lotacao, posts.profissional), 15),
        cbo=text(_first(lotacao, posts.cbo), 6),
        especialidade=text(context.get("especialidade"), MAX_SPECIALITY),
        urgencia=context.get("urgencia") is True,
        origem=text(context.get("origem"), 10),
        pessoas=list(_people(tipo, ficha, context, zone)),
    )


def record_uuid(record: dict[str, Any]) -> str:
    """The key a ficha is kept under, "" when its uuid is not fit to be one.

    Letters count without case: one spelt otherwise is the same ficha (its bytes keep the sender's spelling).
    """
    value = record.get("uuid")
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else ""


def text(value: Any, limit: int) -> str:
    """A short column value; what does not fit is no value of that column (the finding tells of it)."""
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        return ""
    value = value.strip()
    return value if value.isprintable() else ""


def to_date(value: Any, zone: ZoneInfo) -> date | None:
    """The local day of a wire moment (epoch ms) or of ISO text; None when it is neither."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, (int, float)):
            return _day(value, zone)
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
        if isinstance(value, str) and 10 < len(value) < 40:
            moment = datetime.fromisoformat(value)
            return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None


@lru_cache(maxsize=1 << 14)
def _day(millis: int | float, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(milliseconds=millis)).astimezone(zone).date()


def _header(ficha: dict[str, Any], posts: Posts) -> tuple[dict[str, Any], dict[str, Any]]:
    """(header, main professional's post) whatever the kind of ficha says it is."""
    header: dict[str, Any] = next((ficha[h] for h in headers() if isinstance(ficha.get(h), dict)), {})
    main = _first(header, posts.principal)
    return header, main if isinstance(main, dict) else header


def _attendance_date(
    header: dict[str, Any], ficha: dict[str, Any], posts: Posts, zone: ZoneInfo, today: date
) -> date | None:
    day = to_date(_first(header, posts.in_header) or _first(ficha, posts.in_root), zone)
    limit = today + timedelta(days=31)
    return day if day and FIRST_DAY <= day <= limit else None


def _people(tipo: str, ficha: dict[str, Any], context: dict[str, Any], zone: ZoneInfo) -> Iterator[Pessoa]:
    if tipo not in TIPOS:
        return
    block, names = _citizens(tipo)
    said = frozenset(name for name in names if name)
    known = context.get("clientes")
    known = known if isinstance(known, list) else []
    for position, child in enumerate(block.nodes(ficha)[:MAX_CITIZENS]):
        if isinstance(child, dict):
            extra = known[position] if position < len(known) and isinstance(known[position], dict) else {}
            if not extra and said.isdisjoint(child):
                continue  # nobody: a hostile list may have hundreds of thousands of such
            person = _person(position, names, child, extra, zone)
            person.cadastro = tipo == "FCI"
            if _was_attended(tipo, person):
                yield person


def _person(
    position: int, names: Names, child: dict[str, Any], extra: dict[str, Any], zone: ZoneInfo
) -> Pessoa:
    get = cast(Callable[[str | None], Any], child.get)  # a field the kind lacks (None) is no key of it
    cpf, cns = digits(get(names.cpf), 11), digits(get(names.cns), 15)
    birth = to_date(get(names.nascimento), zone) or to_date(extra.get("nascimento"), zone)
    sex = get(names.sexo)
    sex = extra.get("sexo") if sex is None else sex
    return Pessoa(
        posicao=position,
        cpf=cpf or digits(extra.get("cpf"), 11),
        cns=cns or digits(extra.get("cns"), 15),
        nome=text(get(names.nome), MAX_NAME) or text(extra.get("nome"), MAX_NAME),
        nome_social=text(get(names.nome_social), MAX_NAME),
        nascimento=birth if birth and birth >= FIRST_BIRTH else None,
        sexo=small(sex, 9),
        nome_mae=text(get(names.nome_mae), MAX_NAME) or text(extra.get("nome_mae"), MAX_NAME),
        desconhece_mae=get(names.desconhece_mae) is True,
        raca_cor=small(get(names.raca_cor)),
        telefone=text(get(names.telefone), 15),
        microarea=text(get(names.microarea), 2),
        identificado=bool(cpf or cns),
    )


def _was_attended(tipo: str, person: Pessoa) -> bool:
    """A visit to an empty plot attends nobody; a family or group member counts when they can be told."""
    if tipo in ("FAC", "FCD"):
        return person.identificado
    return (
        person.identificado or person.nascimento is not None or person.sexo is not None or bool(person.nome)
    )


def _first(node: dict[str, Any], names: tuple[str, ...]) -> Any:
    """Of the first of the names that is filled."""
    for name in names:
        if value := node.get(name):
            return value
    return None


def digits(value: Any, length: int) -> str:
    """The value when it is exactly so many ASCII digits; marks as in 123.456.789-09 are dropped."""
    if not isinstance(value, str) or len(value) > 30:
        return ""
    if value.isascii() and value.isdigit():
        return value if len(value) == length else ""
    plain = "".join(DIGITS.findall(value))
    return plain if len(plain) == length and plain.isascii() else ""


def small(value: Any, most: int = 99) -> int | None:
    return value if type(value) is int and 0 <= value <= most else None
