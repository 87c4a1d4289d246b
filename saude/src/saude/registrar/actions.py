"""New fichas: a blank one, its draft, and its taking in."""

import json
import uuid as uuid_module
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import TooManyFieldsSent
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from ledi.layouts import Ficha, layout, nearest
from ledi.paths import put, value_at
from saude.cadastros.models import Entidade, Estabelecimento
from saude.contas.models import Usuario
from saude.formularios import ler, questionario
from saude.formularios.campos import RECTIFICATION, TECHNICAL
from saude.formularios.construtor import MAX_FIELDS, breadth
from saude.recebimento.actions import receive
from saude.recebimento.intake import Resposta
from saude.registrar.models import Cabecalho, Rascunho
from saude.registro.leitura import to_date
from saude.registro.tipos import Origem

MAX_DRAFTS = 500
#: of the header, what goes on to the next ficha, whatever its kind: role -> key it is kept under
SHARED = {"profissional": "profissionalCNS", "cbo": "cboCodigo_2002", "cnes": "cnes", "ine": "ine"}
RECTIFIED = ("FCI", "FCD")
NO_CNES = "0000000"  # stands in the uuid of a ficha opened before its CNES is chosen
#: root fields that the form does not show
WRITTEN = RECTIFICATION | {"tipoEndereco"}


class DraftRefused(Exception):
    """The draft cannot be kept; the message is for the user."""


def version_for(entidade: Entidade) -> str:
    return nearest(entidade.instalacao.versao_ledi).version


def blank(*, entidade: Entidade, area: Estabelecimento | None, by: Usuario, tipo: str) -> dict[str, Any]:
    """A record with a uuid, the header remembered, and one empty block where the ficha has blocks."""
    versao = version_for(entidade)
    made = layout(versao).fichas[tipo]
    known = Cabecalho.objects.filter(entidade=entidade, usuario=by).first()
    data = dict(known.dados) if known else {}
    data.setdefault("cnes", area.cnes if area else "")
    data.setdefault("data", timezone.now().astimezone(ZoneInfo(entidade.fuso)).date().isoformat())
    ficha: dict[str, Any] = {made.header_field: _header(made, data, entidade.ibge)}
    put(ficha, made.date_path, data["data"])
    if made.children_field:
        ficha[made.children_field] = [{}]
    cnes = data.get("cnes") or NO_CNES
    return {"tipo": tipo, "versao": versao, "uuid": f"{cnes}-{uuid_module.uuid4()}", "ficha": ficha}


def named(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its CNES in the uuid, when it was opened before the CNES was known."""
    cnes, old = str(record.get("cnes") or ""), record["uuid"]
    if not old.startswith(f"{NO_CNES}-") or len(cnes) != len(NO_CNES) or not cnes.isdecimal():
        return record
    new = cnes + old[len(NO_CNES) :]
    made = layout(record["versao"]).fichas[record["tipo"]]
    ficha = dict(record["ficha"]) | {made.uuid_field: new}
    if ficha.get("uuidFichaOriginadora") == old:
        ficha["uuidFichaOriginadora"] = new
    return record | {"uuid": new, "ficha": ficha}


def _header(made: Ficha, data: Mapping[str, Any], ibge: str) -> dict[str, Any]:
    name = made.main.struct.role_name
    main = {name(role): data[key] for role, key in SHARED.items() if data.get(key)}
    rest = {made.header.struct.role_name("ibge"): ibge}
    part = made.header.struct.role_name("principal")
    return {part: main, **rest} if part else {**main, **rest}


def read_form(
    post: QueryDict,
    *,
    entidade: Entidade,
    tipo: str,
    versao: str,
    uuid: str,
    before: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The record a form says; the ficha block by block as the form has it; and where the form has each block.

    What nobody types (uuid, origin of the data, envelope) is put in here.
    """
    made = layout(versao).fichas[tipo]
    kept = dict(before or {})
    sent = ler.values(post, made, atual=kept, zona=ZoneInfo(entidade.fuso))
    whole = ler.assembled({}, sent, ler.removed(post))
    if breadth(made.root, whole) > MAX_FIELDS:
        raise TooManyFieldsSent("The blocks of the form make a page without end.")
    questionario.drop_blank(made, whole)
    typed, moves = ler.pruned(whole)
    ficha = {name: kept[name] for name in sorted(WRITTEN) if name in kept} | typed
    record = complete(ficha, entidade=entidade, tipo=tipo, versao=versao, uuid=uuid)
    context = _context(post)
    return record | ({"contexto": context} if context else {}), whole, moves


def complete(
    ficha: dict[str, Any], *, entidade: Entidade, tipo: str, versao: str, uuid: str
) -> dict[str, Any]:
    """The record of a ficha somebody typed: its keys, the origin of the data and the envelope put in."""
    made = layout(versao).fichas[tipo]
    ficha[made.uuid_field] = uuid
    for name in TECHNICAL & made.root.by_name.keys():
        ficha[name] = 3
    if tipo == "FCD":
        ficha.setdefault("tipoEndereco", 3)  # the only value the rules take
    if tipo in RECTIFIED:
        ficha.setdefault("fichaAtualizada", False)
        if not ficha["fichaAtualizada"]:
            ficha["uuidFichaOriginadora"] = uuid
    record: dict[str, Any] = {"tipo": tipo, "versao": versao, "uuid": uuid}
    record |= {key: value_at(ficha, path) for key, path in made.twins.items()}
    record |= {"ibge": record["ibge"] or entidade.ibge, "ficha": ficha}
    return {name: value for name, value in record.items() if value is not None}


def _context(post: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if speciality := post.get("especialidade", "").strip()[:20]:
        found["especialidade"] = speciality
    if post.get("urgencia") == "sim":
        found["urgencia"] = True
    return found


@transaction.atomic
def save_draft(*, entidade: Entidade, by: Usuario, record: Mapping[str, Any]) -> Rascunho:
    mine = Rascunho.objects.filter(entidade=entidade, usuario=by)
    text = json.dumps(record, ensure_ascii=False)
    draft = mine.filter(uuid=record["uuid"]).first()
    if draft is None:
        if mine.count() >= MAX_DRAFTS:
            raise DraftRefused(f"Você já tem {MAX_DRAFTS} rascunhos. Termine ou apague alguns.")
        if Rascunho.objects.filter(uuid=record["uuid"]).exists():
            raise DraftRefused("Este rascunho é de outra pessoa.")
        draft = Rascunho(entidade=entidade, usuario=by, uuid=record["uuid"])
    draft.tipo, draft.versao, draft.registro = record["tipo"], record["versao"], text
    draft.save()
    return draft


@transaction.atomic
def finish(*, entidade: Entidade, by: Usuario, record: Mapping[str, Any]) -> Resposta:
    """Take the ficha in; its draft goes, its header stays for the next one."""
    (answer,) = receive(entidade=entidade, records=[dict(record)], origem=Origem.FORMULARIO, by=by,
                        raw=json.dumps(record).encode())  # fmt: skip
    drafts = {record["uuid"], NO_CNES + record["uuid"][len(NO_CNES) :]}
    Rascunho.objects.filter(entidade=entidade, usuario=by, uuid__in=drafts).delete()
    remember(entidade=entidade, by=by, record=record)
    return answer


def remember(*, entidade: Entidade, by: Usuario, record: Mapping[str, Any]) -> None:
    made = layout(record["versao"]).fichas[record["tipo"]]
    ficha = record["ficha"]
    _, main = made.main_lotacao(ficha)
    known = {key: main.get(made.main.struct.role_name(role)) for role, key in SHARED.items()}
    data = {key: value for key, value in known.items() if isinstance(value, str)}
    data["data"] = _day(value_at(ficha, made.date_path), ZoneInfo(entidade.fuso))
    Cabecalho.objects.update_or_create(entidade=entidade, usuario=by, defaults={"dados": data})


def _day(value: Any, zone: ZoneInfo) -> str:
    day = to_date(value, zone) or datetime.now(zone).date()
    return day.isoformat()
