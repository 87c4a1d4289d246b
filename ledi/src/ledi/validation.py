"""`validate(record)`: is this what the PEC accepts? Findings are values; nothing in a record can raise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

from ledi import carried
from ledi.findings import AVISO, ERRO, MAX_FINDINGS, Finding, Report, Severidade, Situacao, capped
from ledi.layouts import CURRENT, TIPOS, VERSIONS, Ficha, layout, nearest, releases, version_key
from ledi.layouts.releases import Validades
from ledi.moments import MomentError, zone_of
from ledi.paths import steps, value_at, walk
from ledi.rules.conversion import MAX_MOMENT
from ledi.rules.env import Env, Found
from ledi.rules.registry import plan
from ledi.rules.unlikely import FIRST_YEAR, tell_unlikely
from ledi.tables.port import Tables, check_tables

PROCESSADA: Final = "processada"
INCONSISTENTE: Final = "inconsistente"
PENDENTE: Final = "pendente"
_KNOWN_KEYS = frozenset(("tipo", "versao", "uuid", "cnes", "ine", "ibge", "ficha", "contexto"))
DEFAULT_ZONE = ZoneInfo("America/Sao_Paulo")
_LAST_DAY = date.max - timedelta(days=2)


def validate(
    record: Any,
    *,
    versao: str | None = None,
    tabelas: Tables | None = None,
    hoje: date | None = None,
    esperada: str | None = None,
    validades: Validades | None = None,
    limite: int = MAX_FINDINGS,
) -> Report:
    """Validates one record against LEDI.

    `record`: the JSON mapping {"tipo", "versao", "uuid", "cnes", "ine", "ibge", "ficha", "contexto"?}.
    `versao`: layout to use instead of the record's (a difference is an aviso). `tabelas`: open monthly tables
    (ledi.tables.port.Tables); without them the rules that need one are skipped and named in `unverified`.
    `hoje`: the current date in the município; without it neither "not in the future" nor the end of the version's
    validity is verified. `esperada`: the version that the installation sends in (another is an aviso); `validades`:
    last day of each version, where it is not the library's. `limite`: findings told of the record; of those beyond it
    one more says how many. Nothing in a record raises; TypeError for an argument of another type, UnknownVersion.
    """
    _check_arguments(hoje, tabelas)
    if not isinstance(record, Mapping):
        text = "O registro deve ser um objeto JSON."
        return Report(None, None, None, INCONSISTENTE, (_finding("REGISTRO-json-tipo", "", text),))
    found = Found(limite)
    tipo, used = _tipo(record, found), _version(record, versao, found)
    uuid, declared = _shown_uuid(record), versao or record.get("versao")
    if used == declared:
        found.extend(version_notices(used, hoje, esperada, validades))
    if not record.keys() <= _KNOWN_KEYS:
        _unknown_keys(record, found)
    ficha = record.get("ficha")
    if not isinstance(ficha, dict):
        text = 'O registro não traz a ficha (um objeto em "ficha").'
        found.append(_finding("REGISTRO-ficha-tipo", "ficha", text))
    shown = declared if isinstance(declared, str) else None
    if tipo is None or not isinstance(ficha, dict):
        return _refused(uuid, tipo, shown, found)
    report = _validate_ficha(record, layout(used).fichas[tipo], used, tabelas, hoje, found)
    return report if used == declared else replace(report, versao=shown, wire=None)


def _check_arguments(hoje: date | None, tabelas: Tables | None) -> None:
    if hoje is not None and hoje.__class__ is not date:
        raise TypeError(_no_date(hoje))
    if tabelas is not None:
        check_tables(tabelas.__class__)


def _unknown_keys(record: Mapping[str, Any], found: Found) -> None:
    unknown = [key for key in record if key not in _KNOWN_KEYS]
    found.extend(_unknown_key(key) for key in unknown[:MAX_FINDINGS])
    found.pass_over(len(unknown[MAX_FINDINGS:]))


def _no_date(given: object) -> str:
    kind = type(given).__name__
    way = {"str": "date.fromisoformat(hoje)", "datetime": "hoje.date()"}.get(kind)
    return f"hoje deve ser datetime.date, e veio {kind}" + (f": use {way}" if way else "")


def with_findings(report: Report, extra: Sequence[Finding]) -> Report:
    """The report with findings of elsewhere (the envelope, the file): what it says already is not said twice."""
    told = {(finding.code, finding.path) for finding in report.findings}
    extra = [finding for finding in extra if (finding.code, finding.path) not in told]
    if not extra:
        return report
    situacao: Situacao = report.situacao
    if situacao == PROCESSADA and any(finding.severity == ERRO for finding in extra):
        situacao = INCONSISTENTE
    return replace(report, situacao=situacao, findings=capped((*report.findings, *extra)))


def _validate_ficha(
    record: Mapping[str, Any], kind: Ficha, used: str, tabelas: Tables | None, hoje: date | None, found: Found
) -> Report:
    zone = zone_of_record(record)
    env = Env(record, zone, _end_of_day(hoje, zone) if hoje else None, tabelas)
    env.found = found
    made = plan(kind.tipo, used)
    wire = made.normalise(record["ficha"], env, None)
    env.root = wire
    env.attendance = moment_of(wire, kind, env)
    made.check_early(wire, env, None)
    made.check(wire, env, None)
    _check_envelope(record, kind, wire, env, used)
    if env.unlikely or (env.attendance is not None and env.attendance < FIRST_YEAR):
        tell_unlikely(env, kind.tipo, kind.date_path)
    context = record.get("contexto")
    if context and (context.__class__ is not dict or "abertura" in context):
        found.extend(chain(carried.findings(record, kind, used), carried.lost(record, wire)))
    situacao: Situacao = INCONSISTENTE if found.has_error() else PROCESSADA
    if env.crashed:
        situacao = PENDENTE
        for code in dict.fromkeys(env.crashed):
            found.append(
                _finding(code, "", f"A regra {code} não pôde ser verificada: defeito do sistema.", AVISO)
            )
    return Report(
        uuid=_shown_uuid(record),
        tipo=kind.tipo,
        versao=used,
        situacao=situacao,
        findings=found.all(),
        unverified=tuple(sorted(env.skipped)),
        crashed=tuple(dict.fromkeys(env.crashed)),
        wire=None if env.lost else wire,
    )


def _shown_uuid(record: Mapping[str, Any]) -> str | None:
    """The uuid as the report repeats it; one of absurd size is cut."""
    uuid = record.get("uuid")
    return (
        uuid if isinstance(uuid, str) and len(uuid) <= 200 else uuid[:44] if isinstance(uuid, str) else None
    )


def _tipo(record: Mapping[str, Any], found: Found) -> str | None:
    tipo = record.get("tipo")
    if isinstance(tipo, str) and tipo in TIPOS:
        return tipo
    what = "Falta o tipo da ficha" if tipo is None else "O tipo da ficha não é conhecido"
    if isinstance(tipo, str) and tipo.isalnum() and len(tipo) <= 20:
        what = f"O tipo de ficha {tipo} não é conhecido"
    found.append(
        _finding("REGISTRO-tipo-dominio", "tipo", f"{what}. Use um destes: {', '.join(sorted(TIPOS))}.")
    )
    return None


def _version(record: Mapping[str, Any], forced: str | None, found: Found) -> str:
    """The layout to judge with: of the version declared, or the nearest one with a finding on `versao`."""
    declared = record.get("versao")
    if forced is not None:
        layout(forced)  # an unknown forced version is the caller's mistake: UnknownVersion
        if declared is not None and declared != forced:
            text = f"O registro declara outra versão do LEDI; foi validado como {forced}."
            found.append(_finding("REGISTRO-versao-diferente", "versao", text, AVISO))
        return forced
    if isinstance(declared, str) and declared in VERSIONS:
        return declared
    used = nearest(declared).version if isinstance(declared, str) else CURRENT
    code, text = _not_known(declared)
    found.append(_finding(code, "versao", f"{text} O resto do registro foi conferido com a {used}."))
    return used


def _not_known(declared: Any) -> tuple[str, str]:
    """(code, what to do) for a version that no layout here is of."""
    if declared is None:
        text = f"Falta a versão do LEDI. Escreva em que versão a ficha foi feita, como {CURRENT}."
        return "REGISTRO-versao-obrigatorio", text
    try:
        parts = version_key(declared) if isinstance(declared, str) else None
    except ValueError:
        parts = None
    if parts is None:
        text = f"A versão do LEDI deve ser um texto de três números, como {CURRENT}. Corrija a versão."
        return "REGISTRO-versao-formato", text
    current = version_key(CURRENT)
    wrong = next((i for i, pair in enumerate(zip(parts, current, strict=True), 1) if pair[0] != pair[1]), 3)
    return f"COMMON-VERSAO-00{wrong}-1", _why_not(declared, parts)


def _why_not(declared: str, parts: tuple[int, ...]) -> str:
    release = releases().get(declared)
    if release is not None:
        return (
            f"A versão {declared} do LEDI é antiga: aqui ela só é lida, e o que foi feito nela valeu até "
            f"{release.valid_until:%d/%m/%Y}. Gere a ficha em uma versão que o PEC leia."
        )
    if parts > version_key(CURRENT):
        return (
            f"A versão {declared} do LEDI é mais nova do que as conhecidas aqui, que vão até a {CURRENT}. Confira o "
            "número; se ela existe, atualize o sistema ou gere a ficha em uma versão anterior que o PEC leia."
        )
    below = [known for known in VERSIONS if version_key(known) < parts]
    above = next(known for known in VERSIONS if version_key(known) > parts)
    near = f"as mais próximas são a {below[-1]} e a {above}" if below else f"a mais antiga é a {above}"
    return f"A versão {declared} do LEDI não é conhecida: das conhecidas, {near}. Corrija a versão."


def version_notices(
    version: str, hoje: date | None, esperada: str | None = None, validades: Validades | None = None
) -> list[Finding]:
    """Avisos on a version that is known: its validity is over, or it is not the one the installation sends in."""
    found = []
    release = releases()[version]
    if hoje is not None and release.days_left(hoje, validades) < 0:
        text = (
            f"O LEDI {version} valeu até {release.until(validades):%d/%m/%Y}: o SIAPS invalida o que foi feito em "
            "versão publicada há mais de 12 meses. Gere a ficha na versão mais nova que o PEC leia."
        )
        found.append(_finding("REGISTRO-versao-expirada", "versao", text, AVISO))
    if esperada is not None and esperada != version:
        text = f"A ficha é da versão {version} do LEDI, e a instalação envia na {esperada}. Confira se o PEC a lê."
        found.append(_finding("REGISTRO-versao-instalacao", "versao", text, AVISO))
    return found


def _check_envelope(
    record: Mapping[str, Any], kind: Ficha, wire: dict[str, Any], env: Env, used: str
) -> None:
    """The fields beside the ficha: their form, and the uuid (cnes, ine, ibge: header rules)."""
    found = env.found
    if not found and _agrees(record, kind, wire):
        return
    outer = Env(record, env.zone, env.now, env.tables)
    made = plan("TRANSPORTE", used)
    keys = {field.name: field.role for field in made.struct.fields}  # the record names them by their roles
    values = {name: record.get(key) for name, key in keys.items()}
    clean = made.normalise(values, outer, None)
    outer.root = clean
    outer.attendance = env.attendance
    made.check_early(clean, outer, None)
    made.check(clean, outer, None)
    env.skipped |= outer.skipped
    env.crashed += outer.crashed
    flagged = {finding.path for finding in found}
    inner = {
        key: (where, value_at(wire, where)) for key, where in {"uuid": kind.uuid_field, **kind.twins}.items()
    }
    for finding in outer.found:
        key = keys[finding.path]
        where, value = inner[key]
        if where in flagged and value == record.get(key):
            continue  # the same bad value is already told where it stands in the ficha
        found.append(Finding(finding.code, key, finding.message, finding.severity, finding.params))
    where, value = inner["uuid"]
    uuid = record.get("uuid")
    if isinstance(uuid, str) and value and where not in flagged and value.lower() != uuid.lower():
        text = "O UUID do registro é diferente do UUID que está dentro da ficha. Iguale os dois."
        found.append(_finding("REGISTRO-uuid-diferente", where, text))


def _agrees(record: Mapping[str, Any], kind: Ficha, wire: dict[str, Any]) -> bool:
    """True when the envelope repeats values that the ficha's own rules have just found good."""
    if kind.tipo == "FCC" or record.get("uuid") != wire.get(kind.uuid_field):
        return False
    for key, way in kind.twin_ways:
        if record.get(key) != walk(wire, way):
            return False
    return type(record.get("cnes")) is str is type(record.get("ibge"))


def moment_of(wire: dict[str, Any], kind: Ficha, env: Env) -> int | None:
    """The date of the attendance; None when it is itself wrong: nothing is then compared with it."""
    *above, name = steps(kind.date_path)
    holder = walk(wire, above)
    value = holder.get(name) if holder.__class__ is dict else None
    return value if isinstance(value, int) and (id(holder), name) not in env.broken else None


def zone_of_record(record: Mapping[str, Any]) -> ZoneInfo:
    """The clock of its município."""
    ibge = record.get("ibge")
    try:
        return zone_of(ibge) if isinstance(ibge, str) else DEFAULT_ZONE
    except MomentError:
        return DEFAULT_ZONE


@lru_cache(maxsize=256)
def _end_of_day(day: date, zone: ZoneInfo) -> int:
    """Last millisecond of a local day; of the last days of the calendar, the last moment the rules can compare."""
    if day >= _LAST_DAY:
        return MAX_MOMENT
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return int(midnight.timestamp() * 1000) - 1


def _finding(code: str, path: str, message: str, severity: Severidade = ERRO) -> Finding:
    return Finding(code, path, message, severity)


def _unknown_key(key: Any) -> Finding:
    text = key if isinstance(key, str) and key.isidentifier() and len(key) <= 60 else "campo"
    return _finding(
        f"REGISTRO-{text}-desconhecido",
        text,
        f'O registro tem um campo que não é dele: {text}. Os dados da ficha vão dentro de "ficha".',
    )


def _refused(uuid: str | None, tipo: str | None, versao: str | None, found: Found) -> Report:
    return Report(uuid, tipo, versao, INCONSISTENTE, found.all())
