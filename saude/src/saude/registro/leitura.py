"""What the system needs to know of a record, whatever shape it comes in; judging it is the library's work."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from saude.registro.tipos import Origem, Tipo

MAX_UUID = 44
TIPOS = frozenset(Tipo.values)
ORIGENS = frozenset(Origem.values)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = date(1900, 1, 1)
FIRST_BIRTH = date(1850, 1, 1)
#: where the citizens of a ficha are: a list in the root, a struct of it, or ("") the root itself
CITIZENS = {
    "FAI": "atendimentosIndividuais",
    "FAO": "atendimentosOdontologicos",
    "FAD": "atendimentosDomiciliares",
    "FP": "atendProcedimentos",
    "FV": "vacinacoes",
    "FVD": "visitasDomiciliares",
    "FAC": "participantes",
    "FCD": "familias",
    "FCI": "identificacaoUsuarioCidadao",
    "FAE": "",
    "FCZM": "",
    "MCA": "",
    "FCC": "",
}
#: fichas of attendance: who is on them without CPF and CNS is a "cliente não identificado"
ATTENDANCE = frozenset({"FAI", "FAO", "FAD", "FP", "FV", "FVD"})
CPF = ("cpfCidadao", "cpfParticipante", "cpfResponsavel")
CNS = ("cnsCidadao", "cns", "cnsParticipante", "numeroCnsResponsavel")
BIRTH = ("dataNascimento", "dtNascimento", "dataNascimentoCidadao", "dataNascimentoResponsavel")
SEX = ("sexo", "sexoCidadao")
HEADERS = ("headerTransport", "lotacaoEvolucao")
DATES = ("dataAtendimento", "dataEvolucao")
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
        return sum(not p.identificado for p in self.pessoas) if self.tipo in ATTENDANCE else 0


def facts(record: Any, zone: ZoneInfo, *, today: date) -> Fatos:
    """`competencia` falls back to the current month when the date is missing or absurd (the ficha is then
    inconsistente, and must be seen somewhere to be mended)."""
    if not isinstance(record, dict):
        return Fatos(competencia=f"{today:%Y%m}")
    ficha = record.get("ficha")
    ficha = ficha if isinstance(ficha, dict) else {}
    context = record.get("contexto")
    context = context if isinstance(context, dict) else {}
    header, lotacao = _header(ficha)
    day = _attendance_date(header, ficha, zone, today)
    tipo = text(record.get("tipo"), 4)
    return Fatos(
        uuid=record_uuid(record),
        tipo=tipo if tipo in TIPOS else "",
        versao=text(record.get("versao"), 10),
        data=day,
        competencia=f"{day or today:%Y%m}",
        cnes=text(record.get("cnes") or lotacao.get("cnes"), 7),
        ine=text(record.get("ine") or lotacao.get("ine"), 10),
        profissional_cns=text(lotacao.get("profissionalCNS") or lotacao.get("cns"), 15),
        cbo=text(lotacao.get("cboCodigo_2002") or lotacao.get("cbo"), 6),
        especialidade=text(context.get("especialidade"), 120),
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


def _header(ficha: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    header = next((ficha[h] for h in HEADERS if isinstance(ficha.get(h), dict)), {})
    main = header.get("lotacaoFormPrincipal")
    return header, main if isinstance(main, dict) else header


def _attendance_date(header: dict, ficha: dict, zone: ZoneInfo, today: date) -> date | None:
    value = header.get(DATES[0]) or ficha.get(DATES[1])
    day = to_date(value, zone)
    limit = today + timedelta(days=31)
    return day if day and FIRST_DAY <= day <= limit else None


def _people(tipo: str, ficha: dict, context: dict, zone: ZoneInfo) -> Iterator[Pessoa]:
    where = CITIZENS.get(tipo)
    if where is None:
        return
    node = ficha.get(where) if where else ficha
    nodes = node if isinstance(node, list) else [node]
    known = context.get("clientes")
    known = known if isinstance(known, list) else []
    for position, child in enumerate(nodes[:999]):
        if isinstance(child, dict):
            extra = known[position] if position < len(known) and isinstance(known[position], dict) else {}
            person = _person(position, tipo, child, extra, zone)
            if _was_attended(tipo, person):
                yield person


def _person(position: int, tipo: str, child: dict, extra: dict, zone: ZoneInfo) -> Pessoa:
    cpf, cns = digits(_first(child, CPF), 11), digits(_first(child, CNS), 15)
    birth = to_date(_first(child, BIRTH), zone) or to_date(extra.get("nascimento"), zone)
    sex = _first(child, SEX)
    sex = extra.get("sexo") if sex is None else sex
    return Pessoa(
        posicao=position,
        cpf=cpf or digits(extra.get("cpf"), 11),
        cns=cns or digits(extra.get("cns"), 15),
        nome=text(child.get("nomeCidadao"), 70) or text(extra.get("nome"), 70),
        nome_social=text(child.get("nomeSocial"), 70) or text(child.get("nomeSocialCidadao"), 70),
        nascimento=birth if birth and birth >= FIRST_BIRTH else None,
        sexo=sex if type(sex) is int and 0 <= sex <= 9 else None,
        nome_mae=text(child.get("nomeMaeCidadao"), 70) or text(extra.get("nome_mae"), 70),
        desconhece_mae=child.get("desconheceNomeMae") is True,
        raca_cor=_small(child.get("racaCorCidadao")),
        telefone=text(child.get("telefoneCelular"), 15),
        microarea=text(child.get("microArea"), 2),
        identificado=bool(cpf or cns),
        cadastro=tipo == "FCI",
    )


def _was_attended(tipo: str, person: Pessoa) -> bool:
    """A visit to an empty plot attends nobody; a family or group member counts when they can be told."""
    if tipo in ("FAC", "FCD"):
        return person.identificado
    return (
        person.identificado or person.nascimento is not None or person.sexo is not None or bool(person.nome)
    )


def _first(node: dict, names: tuple[str, ...]) -> Any:
    for name in names:
        value = node.get(name)
        if value is not None:
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


def _small(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= 99 else None
