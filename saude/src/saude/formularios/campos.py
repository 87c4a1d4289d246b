"""From a layout field to the widget that mends it and the text that shows it."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ledi.errors import TableError
from ledi.layouts import Field, releases
from ledi.moments import local
from ledi.tables import closed
from saude.formularios import questionario
from saude.formularios.fontes import label
from saude.registro.envelope import VERSIONS
from saude.registro.leitura import to_date

#: a list longer than this is searched, not unrolled
MAX_SELECT = 40
MAX_CHECKBOXES = 120
#: format of a field -> source of the search box
SOURCES = {
    "cid": "cid10",
    "ciap": "ciap2",
    "cbo": "cbo",
    "procedimento": "procedimentos",
    "ibge": "municipios",
    "catmat": "catmat",
    "cnes": "estabelecimentos",
    "ine": "equipes",
}
#: what neither the format nor the role in the layout says
BY_NAME = {"procedimentos": "procedimentos"}
#: written by the system, never by hand
TECHNICAL = frozenset({"tpCdsOrigem", "tbCdsOrigem"})
#: of a rectification: the system sets them in what it makes
RECTIFICATION = frozenset({"fichaAtualizada", "uuidFichaOriginadora"})


@cache
def domain_labels(name: str) -> dict[Any, str]:
    """Code -> label of a closed domain; empty when the library has no such list."""
    if name in questionario.LABELS:
        return dict(questionario.LABELS[name])
    if name == VERSIONS:
        known = reversed(list(releases().values()))
        return {v.id: f"lida pelo PEC {v.pec} ou mais novo" for v in known if not v.read_only}
    try:
        return dict(closed.labels(name))
    except TableError:
        return {}


def source_of(field: Field) -> str:
    """Where the search box of this field looks; "" when it is no search box."""
    if field.role == "profissional":
        return "profissionais"
    if source := BY_NAME.get(field.name):
        return source
    if field.domain and len(domain_labels(field.domain)) > MAX_SELECT:
        return f"dominio.{field.domain}"
    return SOURCES.get(field.format or "", "")


def widget(field: Field) -> str:
    """grupo, lista (repeated blocks), opcoes, varios, booleano, escolha, busca, data, datahora, inteiro,
    decimal or texto."""
    kind = field.type.kind
    if kind == "struct":
        return "grupo"
    if kind == "list":
        if field.type.item is not None and field.type.item.struct is not None:
            return "lista"
        size = len(domain_labels(field.domain)) if field.domain else 0
        return "opcoes" if 0 < size <= MAX_CHECKBOXES else "varios"
    if kind == "bool":
        return "booleano"
    if field.is_date:
        return str(field.format)
    if source_of(field):
        return "busca"
    if field.domain and domain_labels(field.domain):
        return "escolha"
    return {"i32": "inteiro", "i64": "inteiro", "double": "decimal"}.get(kind, "texto")


#: formats of a text that is digits alone
DIGITS = frozenset({"cpf", "cns", "cep", "telefone", "cnes", "ine", "ibge"})


def keys_of(field: Field) -> str:
    """What is typed in its input: "digitos", "decimal", or "" for anything."""
    kind = widget(field)
    if kind == "inteiro" or (kind == "texto" and field.format in DIGITS):
        return "digitos"
    return "decimal" if kind == "decimal" else ""


def room_of(field: Field) -> str:
    """How many characters, or digits, its input takes; "" for no limit."""
    kind = widget(field)
    if field.max is None or kind not in ("texto", "inteiro"):
        return ""
    if kind == "inteiro":
        return str(int(field.max)) if field.unit == "digitos" else str(len(str(int(field.max))))
    return str(int(field.max)) if field.unit == "caracteres" else ""


def shown(field: Field, value: Any, zone: ZoneInfo) -> str:
    """The value as the paper ficha says it; "" for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return "; ".join(_one(field, item, zone) for item in value)
    return _one(field, value, zone)


def _one(field: Field, value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "Sim" if value else "Não"
    if field.is_date:
        return _moment(field, value, zone)
    if label := label_of(field, value):
        return f"{value} - {label}"
    if field.format == "cpf" and isinstance(value, str) and len(value) == 11:
        return f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"
    if isinstance(value, float):
        return _decimal(value)
    if isinstance(value, (dict, list)):
        return "(conteúdo que não é deste campo)"
    return str(value)


def label_of(field: Field, code: Any) -> str:
    """The label of a code of the field's domain or open list; "" when unknown."""
    if field.domain:
        labels = domain_labels(field.domain)
        for key in (code, _integer(code), str(code)):
            if key is not None and not isinstance(key, (list, dict)) and key in labels:
                return labels[key]
        return ""

    source = source_of(field)
    return label(source, str(code)) if source else ""


def _moment(field: Field, value: Any, zone: ZoneInfo) -> str:
    if field.format == "datahora" and (moment := to_moment(value, zone)):
        return f"{moment:%d/%m/%Y %H:%M}"
    day = to_date(value, zone)
    return f"{day:%d/%m/%Y}" if day else str(value)


def to_moment(value: Any, zone: ZoneInfo) -> datetime | None:
    """The local date and time of a wire moment or ISO text."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return local(value, zone)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(zone) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return None


def input_value(field: Field, value: Any, zone: ZoneInfo) -> str:
    """What stands in the input of a form."""
    if value is None:
        return ""
    kind = widget(field)
    if kind == "data":
        day = to_date(value, zone)
        return day.isoformat() if day else ""
    if kind == "datahora":
        moment = to_moment(value, zone)
        return f"{moment:%Y-%m-%dT%H:%M}" if moment else ""
    if kind == "booleano":
        return {True: "sim", False: "nao"}.get(value, "") if isinstance(value, bool) else ""
    if kind == "busca":
        label = label_of(field, value)
        return f"{value} - {label}" if label else str(value)
    if kind == "varios":
        rows = value if isinstance(value, list) else [value]
        return "\n".join(f"{v} - {text}" if (text := label_of(field, v)) else str(v) for v in rows)
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    text = format(Decimal(repr(value)), "f") if value == value and abs(value) != float("inf") else str(value)
    return (text[:-2] if text.endswith(".0") else text).replace(".", ",")


def _integer(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 15:
        return int(value)
    return None


def size_hint(f: Field) -> str:
    """How long or how large its value may be, said before anybody types it."""
    if f.format == "cns":
        return "15 dígitos"
    if f.format == "cpf":
        return "11 dígitos, com ou sem pontos"
    if f.unit == "caracteres" and f.type.kind == "string" and f.max is not None and not f.format:
        low = f"de {f.min:f} a " if f.min and f.min != f.max else "até " if f.min != f.max else ""
        return f"{low}{f.max:f} caracteres"
    if f.unit == "valor" and f.min is not None and f.max is not None:
        return f"de {_number(f.min)} a {_number(f.max)}"
    return ""


def _number(value: Any) -> str:
    return f"{value:f}".replace(".", ",")
