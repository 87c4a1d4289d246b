"""What accompanies a ficha (`contexto`): what is written otherwise than it is read is said, not passed over.

`urgencia` and `especialidade` decide whether an attendance is exported, so one that cannot be read is an erro;
what only helps to know the citizen is an aviso, one for each name, however many citizens have it wrong.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from saude.comum.texto import fold
from saude.registro import leitura

CODE = "REGISTRO-contexto"
MAX_SPECIALITY = leitura.MAX_SPECIALITY
MAX_KEY = 20
#: names that are read; another that only differs in capitals or accents was meant to be one
READ = {fold(name): name for name in ("urgencia", "especialidade", "origem", "clientes")}
DECIDES = frozenset(("urgencia", "especialidade"))
RESEND = "Quem o enviou deve corrigir e enviar o registro de novo, com o mesmo uuid."


class Odd(NamedTuple):
    """Something in `contexto` that is not read as it is written."""

    campo: str
    severidade: str
    mensagem: str


def odd(record: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Odd]:
    context = record.get("contexto")
    if context is None:
        return
    if not isinstance(context, dict):
        yield Odd("contexto", "erro", f"O contexto deve ser um objeto. {RESEND}")
        return
    yield from _decisive(context)
    yield from _misspelt(context)
    origin = context.get("origem")
    if origin is not None and origin not in tuple(leitura.ORIGENS):
        names = ", ".join(sorted(leitura.ORIGENS))
        yield Odd(
            "contexto.origem", "aviso", f"A origem não é conhecida e não foi usada. Use uma destas: {names}."
        )
    yield from _citizens(context.get("clientes"), zone)


def _decisive(context: Mapping[str, Any]) -> Iterator[Odd]:
    urgent = context.get("urgencia")
    if urgent is not None and not isinstance(urgent, bool):
        text = "“urgencia” deve ser true ou false, sem aspas: decide se o atendimento vai ao e-SUS."
        yield Odd("contexto.urgencia", "erro", f"{text} {RESEND}")
    name = context.get("especialidade")
    if name is None or (isinstance(name, str) and not name.strip()):
        return
    if not leitura.text(name, MAX_SPECIALITY):
        text = f"“especialidade” deve ser um texto de até {MAX_SPECIALITY} letras: decide se o atendimento é enviado."
        yield Odd("contexto.especialidade", "erro", f"{text} {RESEND}")


def _misspelt(context: Mapping[str, Any]) -> Iterator[Odd]:
    meant = {READ.get(fold(key)) for key in context if len(key) <= MAX_KEY}
    for name in READ.values():
        if name in meant and name not in context:
            severity = "erro" if name in DECIDES else "aviso"
            text = f"“{name}” veio escrito de outro modo e não foi lido. Escreva o nome assim. {RESEND}"
            yield Odd(f"contexto.{name}", severity, text)


def _citizens(known: Any, zone: ZoneInfo) -> Iterator[Odd]:
    if known is None:
        return
    if not isinstance(known, list):
        text = "“clientes” deve ser uma lista, na ordem dos cidadãos da ficha; não foi usada."
        yield Odd("contexto.clientes", "aviso", text)
        return
    said: set[str] = set()
    for position, extra in enumerate(known[: leitura.MAX_CITIZENS]):
        for name, text in _of_one(extra, zone):
            if name not in said:
                said.add(name)
                path = f"contexto.clientes[{position}]"
                yield Odd(f"{path}.{name}" if name else path, "aviso", f"{text} Não foi usado.")


def _of_one(extra: Any, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    if not isinstance(extra, dict):
        if extra is not None:
            yield "", "Cada um dos “clientes” deve ser um objeto."
        return
    if _given(extra, "nascimento") and leitura.to_date(extra["nascimento"], zone) is None:
        yield "nascimento", "O nascimento deve ser uma data (AAAA-MM-DD)."
    if _given(extra, "sexo") and leitura.small(extra["sexo"], 9) is None:
        yield "sexo", "O sexo deve ser o número do LEDI (0 masculino, 1 feminino)."
    for name, length in (("cpf", 11), ("cns", 15)):
        if _given(extra, name) and not leitura.digits(extra[name], length):
            yield name, f"O {name.upper()} deve ser um texto de {length} algarismos."
    for name in ("nome", "nome_mae"):
        if _given(extra, name) and not leitura.text(extra[name], leitura.MAX_NAME):
            yield name, f"O nome deve ser um texto de até {leitura.MAX_NAME} letras."


def _given(extra: Mapping[str, Any], name: str) -> bool:
    value = extra.get(name)
    return value is not None and not (isinstance(value, str) and not value.strip())
