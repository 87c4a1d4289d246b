"""A push of the app: kept raw first, then each record taken or refused on its own, then answered.

Safe to repeat: the same body under the same id gets the kept answer; a record whose content is there already
answers "igual". The answer and the fichas are one transaction, so a crash leaves the raw body and nothing else.
"""

import gzip
import hashlib
import json
import zlib
from copy import copy
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ledi.lists import too_deep
from saude.acs.completar import bases_of, kept_names
from saude.acs.dispositivos import Refused, ended_accesses
from saude.acs.formularios import TIPOS
from saude.acs.models import TROCADO, Aparelho, Envio, Recusa
from saude.acs.versoes import clock, old_app
from saude.comum.texto import grouped
from saude.fichas.models import Ficha
from saude.inconsistencias.achados import Achado, clean
from saude.processamento import julgar
from saude.processamento.contexto import Contexto
from saude.recebimento import actions
from saude.recebimento.intake import Item, Resposta, take_in
from saude.recebimento.models import Lote, Registro
from saude.registro.leitura import MAX_UUID, record_uuid, to_date
from saude.registro.tipos import Origem

BODY = 2 * 1024 * 1024
EXPANDED = 4 * 1024 * 1024
RECORDS = 50
MAX_SHOWN = 60  # of a uuid that is none
SYSTEM = "saude-domiciliar"
HEADER = (
    ("profissionalCNS", "profissional", "Este registro foi feito por outro profissional."),
    ("cnes", "cnes", "O CNES do registro não é o da sua lotação."),
    ("ine", "ine", "O INE do registro não é o da sua equipe."),
    ("codigoIbgeMunicipio", "ibge", "O município do registro não é o da sua lotação."),
    ("cboCodigo_2002", "cbo", "O CBO do registro não é o da sua lotação."),
)


def expand(body: bytes, encoding: str) -> bytes:
    """The body without its gzip; bounded, and told when it was cut."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Refused(415, "codificacao", "Content-Encoding aceito: gzip.")
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(body, EXPANDED)
    except zlib.error as error:
        raise Refused(400, "gzip", "O envio chegou danificado. Envie de novo.") from error
    if reader.unconsumed_tail:
        raise Refused(413, "tamanho", "O envio expande além do limite.")
    if not reader.eof:
        raise Refused(400, "incompleto", "O envio chegou pela metade. Envie de novo.")
    return plain


def receive_push(device: Aparelho, *, identificador: str, body: bytes, encoding: str) -> dict[str, Any]:
    """The answer to one push. Raises `Refused` when the body as a whole cannot be read; it is kept all the same."""
    envio = _keep(device, identificador, body)
    if envio.resposta is not None:
        Envio.objects.filter(pk=envio.pk).update(repeticoes=F("repeticoes") + 1)
        return _again(envio.resposta)
    try:
        sent = _read(expand(body, encoding))
    except Refused as refused:
        actions.fail_lote(envio.lote, refused.mensagem)
        raise
    with transaction.atomic():
        locked = Envio.objects.select_for_update(of=("self",)).select_related("lote").get(pk=envio.pk)
        if locked.resposta is not None:  # the same push arrived twice at once
            return _again(locked.resposta)
        return _process(device, locked, sent)


def _again(resposta: dict[str, Any]) -> dict[str, Any]:
    return resposta | {"repetido": True}


def _keep(device: Aparelho, identificador: str, body: bytes) -> Envio:
    """Raw before anything else. A body already kept under this id is found again."""
    key = {
        "aparelho": device,
        "identificador": identificador,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    if found := Envio.objects.select_related("lote").filter(**key).first():
        return found
    mine = Envio.objects.filter(aparelho=device, identificador=identificador)
    if mine.exclude(resposta=None).exists():
        raise Refused(
            409, "lote_repetido", "Este número de lote já foi usado com outro conteúdo. Use um novo."
        )
    try:
        with transaction.atomic():
            lote = actions.open_lote(
                entidade=device.entidade, origem=Origem.APP, raw=body, nome_arquivo=f"aparelho {device.pk}"
            )
            return Envio.objects.create(**key, lote=lote)
    except IntegrityError:
        return Envio.objects.select_related("lote").get(**key)


def _read(body: bytes) -> dict[str, Any]:
    if too_deep(body):
        raise Refused(400, "formato", "O envio tem objetos ou listas uns dentro dos outros demais (até 64).")
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        whole = body.rstrip().endswith(b"}")
        code, text = ("json", "não pôde ser lido") if whole else ("incompleto", "chegou pela metade")
        raise Refused(400, code, f"O envio {text}. Nada foi recebido; envie de novo.") from error
    if not isinstance(sent, dict) or not isinstance(records := sent.get("registros"), list):
        raise Refused(400, "formato", "O envio não traz a lista “registros”.")
    if len(records) > RECORDS:
        raise Refused(413, "tamanho", f"Até {grouped(RECORDS)} registros por envio.")
    return sent


def _process(device: Aparelho, envio: Envio, sent: dict[str, Any]) -> dict[str, Any]:
    records, lote = sent["registros"], envio.lote
    known = _existing(device, records)
    mine = [device, *ended_accesses(device)]
    bases = bases_of(mine, records, known)
    ctx, accesses = julgar.context(device.entidade), [_access(mine, record) for record in records]
    items = [
        _item(access, n, record, known, bases)
        for n, (access, record) in enumerate(zip(accesses, records, strict=True), 1)
    ]
    answers = _take(lote, ctx, items, {n for n, access in enumerate(accesses, 1) if access.terminou})
    actions.close_lote(lote, by=f"aparelho {device.pk}")
    revisions = dict(Ficha.objects.filter(pk__in=[a.ficha_id for a in answers]).values_list("pk", "revisao"))
    public = [_answer(a, record, revisions, ctx) for a, record in zip(answers, records, strict=True)]
    _warn_of_missing_base(public, records, bases)
    _note_refusals(device, public, records)
    return _finish(device, envio, sent, public)


def _access(mine: list[Aparelho], record: Any) -> Aparelho:
    """Under which access of the agent it was written: a visit made before a change of team is of the team before it,
    whenever the new code was typed."""
    return next((device for device in mine if _is_of(device, record)), mine[0])


def _is_of(device: Aparelho, record: Any) -> bool:
    ficha = record.get("ficha") if isinstance(record, dict) else None
    return not isinstance(ficha, dict) or _wrong_header(device, record) is None


def _take(lote: Lote, ctx: Contexto, items: list[Item], ended: set[int]) -> list[Resposta]:
    """In the order they came; those of an access that ended wait."""
    late, now = [i for i in items if i.posicao in ended], [i for i in items if i.posicao not in ended]
    answers = take_in(lote, ctx, now) if now else []
    answers += take_in(lote, _waiting(ctx), late) if late else []
    return sorted(answers, key=lambda a: a.posicao)


def _waiting(ctx: Contexto) -> Contexto:
    """What comes of an access that ended is looked at by somebody, whatever the entidade does with the rest."""
    ctx, instalacao = copy(ctx), copy(ctx.instalacao)
    instalacao.processar_app_na_chegada = False
    object.__setattr__(ctx, "instalacao", instalacao)
    return ctx


def _existing(device: Aparelho, records: list[Any]) -> dict[str, Ficha]:
    uuids = [record_uuid(r) for r in records if isinstance(r, dict)]
    rows = Ficha.objects.filter(entidade_id=device.entidade_id, uuid__in=[u for u in uuids if u])
    return {f.uuid: f for f in rows}


def _item(
    device: Aparelho, position: int, record: Any, known: dict[str, Ficha], bases: dict[str, dict[str, Any]]
) -> Item:
    why = _why_not(device, record, known)
    if why:
        return Item(position, achados=[Achado("ACS-recusado", why[0], "erro", why[1])])
    return Item(position, filled(device, record, bases.get(record["uuid"], {})))


def _why_not(device: Aparelho, record: Any, known: dict[str, Ficha]) -> tuple[str, str] | None:
    """(path, reason) why this record is not taken."""
    if not isinstance(record, dict) or not isinstance(record.get("ficha"), dict):
        return "", "O registro não traz o conteúdo da ficha."
    if record.get("tipo") not in TIPOS:
        return (
            "tipo",
            "O aplicativo envia somente Visita domiciliar, Cadastro individual e Cadastro domiciliar.",
        )
    uuid = record_uuid(record)
    if len(uuid) < 36:
        return "uuid", "O registro não tem um identificador (UUID) válido."
    if wrong := _wrong_header(device, record) or _too_late(device, record):
        return wrong
    old = known.get(uuid)
    if old and (old.origem != Origem.APP or old.profissional_cns != device.profissional.cns):
        return "uuid", "Já existe um registro de outra origem com este identificador."
    base = record.get("revisao_base")
    if old and isinstance(base, int) and old.revisao > base:
        return "uuid", (
            "Este registro já foi corrigido no sistema depois que você o recebeu. "
            "Descarte a sua alteração ou fale com a coordenação."
        )
    return None


def _too_late(device: Aparelho, record: dict[str, Any]) -> tuple[str, str] | None:
    """Written after the lotação ended or the access was revoked."""
    if not device.terminou:
        return None
    header = record["ficha"].get("headerTransport")
    when = header.get("dataAtendimento") if isinstance(header, dict) else None
    day = to_date(when, ZoneInfo(device.entidade.fuso))
    if day is not None and day <= device.terminou:
        return None
    if device.revogado_por_alguem:
        what = "da revogação do acesso deste aparelho"
    elif device.motivo_revogacao == TROCADO:
        what = "do fim da sua lotação anterior"
    else:
        what = "do fim da sua lotação no CNES"
    return (
        "headerTransport.dataAtendimento",
        f"O registro é de depois {what} ({device.terminou:%d/%m/%Y}). Ele fica no aparelho: fale com a coordenação.",
    )


def own_header(device: Aparelho) -> dict[str, str]:
    mine = {
        "profissionalCNS": device.profissional.cns,
        "cboCodigo_2002": device.cbo,
        "cnes": device.estabelecimento.cnes,
        "codigoIbgeMunicipio": device.entidade.ibge,
    }
    return mine | ({"ine": device.equipe.ine} if device.equipe else {})


def _wrong_header(device: Aparelho, record: dict[str, Any]) -> tuple[str, str] | None:
    mine = own_header(device)
    header = record["ficha"].get("headerTransport")
    header = header if isinstance(header, dict) else {}
    for name, short, text in HEADER:
        for value in (header.get(name), record.get(short)):
            if value not in (None, "") and value != mine.get(name):
                return f"headerTransport.{name}", text
    return None


def filled(device: Aparelho, record: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """The record as it is kept: header from the lotação, only its own date from the phone, and from the
    `base` the sections that the phone does not have."""
    ficha = base | record["ficha"]
    header = ficha.get("headerTransport")
    when = header.get("dataAtendimento") if isinstance(header, dict) else None
    mine = own_header(device)
    ficha["headerTransport"] = mine | ({"dataAtendimento": when} if when is not None else {})
    ficha["tpCdsOrigem"] = 3
    context = record.get("contexto")
    context = context if isinstance(context, dict) else {}
    people, home = context.get("clientes"), context.get("domicilio")
    return {
        "tipo": record["tipo"],
        "versao": record.get("versao"),
        "uuid": record["uuid"],
        "cnes": mine["cnes"],
        **({"ine": mine["ine"]} if "ine" in mine else {}),
        "ibge": mine["codigoIbgeMunicipio"],
        "ficha": ficha,
        "contexto": {
            "origem": str(Origem.APP),
            "sistema": SYSTEM,
            "id": f"aparelho-{device.pk}",
            **({"clientes": people} if isinstance(people, list) else {}),
            **({"domicilio": home} if isinstance(home, str) and 0 < len(home) <= MAX_UUID else {}),
        },
    }


def _answer(a: Resposta, record: Any, revisions: dict[int, int], ctx: Contexto) -> dict[str, Any]:
    refused = a.status == Registro.Status.RECUSADO
    uuid = record.get("uuid") if isinstance(record, dict) else None
    answer: dict[str, Any] = {
        "posicao": a.posicao,
        "uuid": clean(uuid)[:MAX_SHOWN] if isinstance(uuid, str) else None,
        "aceito": not refused,
        "status": str(a.status),
        "situacao": str(a.situacao),
    }
    if refused:
        answer["motivos"] = [{"campo": i["campo"], "mensagem": i["mensagem"]} for i in a.inconsistencias]
        answer["motivos"] = answer["motivos"] or [{"campo": "", "mensagem": a.mensagem}]
        return answer
    if a.ficha_id in revisions:
        answer["revisao"] = revisions[a.ficha_id]
    header = record["ficha"].get("headerTransport")
    day = to_date(header.get("dataAtendimento"), ctx.zone) if isinstance(header, dict) else None
    if day and day > ctx.today:
        answer["avisos"] = ["A data do registro está no futuro. Confira o relógio do aparelho."]
    return answer


def _warn_of_missing_base(answers: list[dict[str, Any]], records: list[Any], bases: dict[str, Any]) -> None:
    for answer, record in zip(answers, records, strict=True):
        if answer["aceito"] and kept_names(record) and answer["uuid"] not in bases:
            text = "O cadastro anterior não foi achado: o que não foi perguntado ficou sem resposta."
            answer.setdefault("avisos", []).append(text)


def _note_refusals(device: Aparelho, answers: list[dict[str, Any]], records: list[Any]) -> None:
    for answer, record in zip(answers, records, strict=True):
        uuid = str(answer["uuid"] or "")[:60] or f"posição {answer['posicao']}"
        if answer["aceito"]:  # also what was refused under the access before this one
            mine = Recusa.objects.filter(aparelho__profissional=device.profissional_id, uuid=uuid)
            mine.filter(resolvida_em=None).update(resolvida_em=timezone.now())
            continue
        text = answer["motivos"][0]["mensagem"][:400]
        tipo = record.get("tipo") if isinstance(record, dict) else ""
        row, created = Recusa.objects.get_or_create(
            aparelho=device, uuid=uuid, defaults={"mensagem": text, "tipo": tipo if tipo in TIPOS else ""}
        )
        if not created:
            Recusa.objects.filter(pk=row.pk).update(
                mensagem=text, vezes=F("vezes") + 1, em=timezone.now(), resolvida_em=None
            )


def _finish(
    device: Aparelho, envio: Envio, sent: dict[str, Any], public: list[dict[str, Any]]
) -> dict[str, Any]:
    version = clean(str(sent.get("versao_app") or ""))[:20]
    skew = clock(sent.get("hora_aparelho"))
    answer: dict[str, Any] = {
        "lote": envio.identificador,
        "registros": public,
        "aceitos": sum(r["aceito"] for r in public),
        "recusados": sum(not r["aceito"] for r in public),
        "repetido": False,
    }
    envio.resposta, envio.versao_app, envio.desvio_segundos = answer, version, skew
    envio.aceitos, envio.recusados = answer["aceitos"], answer["recusados"]
    envio.save(update_fields=["resposta", "versao_app", "desvio_segundos", "aceitos", "recusados"])
    left = sent.get("restam")
    Aparelho.objects.filter(pk=device.pk).update(
        sincronizado_em=timezone.now(),
        desvio_segundos=skew,
        no_aparelho=left if type(left) is int and 0 <= left < 1_000_000 else None,
        **({"versao_app": version} if version and not old_app(version, unknown=False) else {}),
    )
    return answer


def compress(data: bytes) -> bytes:
    return gzip.compress(data, 5, mtime=0)
