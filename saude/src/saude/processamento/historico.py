"""What only other records can tell, as avisos: links of registrations, possible duplicates, the client.

Looked at for a whole chunk with a few queries, after its citizens were resolved and before it is stored. LEDI
refuses none of it: nothing here changes a situação.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import loads
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from ledi.layouts import Block, layout
from ledi.paths import join
from saude.clientes.models import Cliente
from saude.clientes.storage import Cadastro
from saude.fichas.held import same_day
from saude.fichas.models import Atendido, Conteudo, Ficha
from saude.fichas.storage import Linha
from saude.inconsistencias.achados import Achado
from saude.processamento.contexto import Contexto
from saude.registro.leitura import Pessoa, attends, digits

ORIGEM, RESPONSAVEL, DOMICILIO, FAMILIA, IMOVEL, DUPLICADO = (f"CTX-HIST-00{n}" for n in range(1, 7))
NASCIMENTO, SEXO = "CTX-CLI-001", "CTX-CLI-002"
REGISTRATIONS = ("FCI", "FCD")
MOST = 300  # findings of a ficha, with which nothing more is added here


@dataclass(slots=True)
class Visto:
    """A ficha being stored, with its record."""

    linha: Linha
    ficha: dict[str, Any]

    @property
    def tipo(self) -> str:
        return self.linha.fatos.tipo

    def add_aviso(self, code: str, path: str, text: str) -> None:
        found = self.linha.resultado.achados
        if len(found) < MOST:
            found.append(Achado(code, path, "aviso", text))


def add_related_findings(
    ctx: Contexto, rows: Iterable[tuple[Linha, Any]], unsaved: Sequence[Cadastro] = ()
) -> None:
    """Add the avisos to the results of these fichas; `unsaved` clients count as if they were stored so."""
    seen = [
        Visto(linha, record["ficha"])
        for linha, record in rows
        if linha.processada
        and linha.fatos.tipo
        and isinstance(record, dict)
        and isinstance(record.get("ficha"), dict)
    ]
    if not seen:
        return
    if ctx.instalacao.conferir_cadastros:  # else most registrations live in another system
        _origins(ctx, seen)
        _families(ctx, seen, unsaved)
    _clients(seen, unsaved)
    _duplicates(ctx, seen)


def _origins(ctx: Contexto, seen: Sequence[Visto]) -> None:
    """uuidFichaOriginadora of an update, and the household that a visit names, were received here."""
    asked = list(_named_uuids(seen))
    if not asked:
        return
    known = {v.linha.fatos.uuid for v in seen}
    wanted = {uuid.lower() for _, _, _, uuid, _ in asked} - known
    if wanted:
        known.update(
            Ficha.objects.filter(entidade=ctx.entidade, uuid__any=wanted).values_list("uuid", flat=True)
        )
    for visto, code, path, uuid, text in asked:
        if uuid.lower() not in known:
            visto.add_aviso(code, path, text)


def _named_uuids(seen: Sequence[Visto]) -> Iterator[tuple[Visto, str, str, str, str]]:
    for visto in seen:
        ficha = visto.ficha
        if visto.tipo in REGISTRATIONS and ficha.get("fichaAtualizada") is True:
            uuid = ficha.get("uuidFichaOriginadora")
            if isinstance(uuid, str) and uuid and uuid.lower() != visto.linha.fatos.uuid:
                text = "O cadastro que esta ficha atualiza não foi recebido aqui. Confira a originadora."
                yield visto, ORIGEM, "uuidFichaOriginadora", uuid, text
        if visto.tipo == "FVD":
            for position, visit in _children(visto):
                uuid = visit.get("uuidOrigemCadastroDomiciliar")
                if isinstance(uuid, str) and uuid:
                    path = join(_citizen(visto).at(position), "uuidOrigemCadastroDomiciliar")
                    text = "O cadastro domiciliar deste imóvel não foi recebido aqui. Confira o UUID."
                    yield visto, IMOVEL, path, uuid, text


def _families(ctx: Contexto, seen: Sequence[Visto], unsaved: Sequence[Cadastro]) -> None:
    """The head of a family has an individual registration and stands in a household."""
    asked = [(v, path, doc) for v in seen for path, doc in _heads(v)]
    if not asked:
        return
    documents = [doc for _, _, doc in asked]
    clients: dict[str, Cliente | Cadastro] = {**_registered(ctx, documents)}
    clients |= {d: c for c in unsaved for d in (c.cpf, c.cns) if d in documents}
    at_home = _at_home([c.pk for c in clients.values()], seen)
    for visto, path, document in asked:
        head = clients.get(document)
        if head is None or head.cadastro_em is None:
            code = RESPONSAVEL if visto.tipo == "FCI" else FAMILIA
            visto.add_aviso(
                code,
                path,
                "O responsável familiar não tem cadastro individual aqui. Cadastre-o ou confira o documento.",
            )
        elif visto.tipo == "FCI" and head.pk not in at_home:
            visto.add_aviso(
                DOMICILIO,
                path,
                "A família deste cidadão não está em nenhum cadastro domiciliar recebido aqui.",
            )


def _heads(visto: Visto) -> Iterator[tuple[str, str]]:
    """(path, document) of the heads of family that a registration names: by CPF, else by CNS."""
    if visto.tipo == "FCI":
        roles = (("cpf_responsavel", 11), ("cns_responsavel", 15))
        people = [(n, c) for n, c in _children(visto) if c.get("statusEhResponsavel") is not True]
    elif visto.tipo == "FCD":
        roles, people = (("cpf", 11), ("cns", 15)), list(_children(visto))
    else:
        return
    citizen = _citizen(visto)
    for position, child in people:
        for role, size in roles:
            if document := digits(child.get(citizen.struct.role_name(role)), size):
                yield citizen.name(role, position), document
                break


def _registered(ctx: Contexto, documents: Sequence[str]) -> dict[str, Cliente]:
    rows = Cliente.objects.filter(
        Q(cpf__any=documents) | Q(cns__any=documents), entidade=ctx.entidade, mesclado_em=None
    ).only("pk", "cpf", "cns", "cadastro_em")
    found: dict[str, Cliente] = {}
    for row in rows:
        found.update({document: row for document in (row.cpf, row.cns) if document})
    return found


def _at_home(clients: Sequence[int], seen: Sequence[Visto]) -> set[int]:
    now = {p.cliente_id for v in seen if v.tipo == "FCD" for p in v.linha.fatos.pessoas if p.cliente_id}
    stored = Atendido.objects.filter(cliente_id__any=clients, ficha__tipo="FCD")
    return now.union(stored.values_list("cliente_id", flat=True))


def _clients(seen: Sequence[Visto], unsaved: Sequence[Cadastro]) -> None:
    """Birth and sex on a ficha are those of the client's individual registration."""
    people = [
        (v, p) for v in seen if v.tipo not in REGISTRATIONS for p in v.linha.fatos.pessoas if p.cliente_id
    ]
    ids = {p.cliente_id for _, p in people}
    rows = Cliente.objects.filter(id__any=ids, cadastro_em__isnull=False)
    known = {pk: (birth, sex) for pk, birth, sex in rows.values_list("pk", "nascimento", "sexo")}
    known |= {c.pk: (c.nascimento, c.sexo) for c in unsaved if c.cadastro_em}
    for visto, person in people:
        if person.cliente_id not in known:
            continue
        citizen = _citizen(visto)
        birth_path, sex_path = (citizen.name(role, person.posicao) for role in ("nascimento", "sexo"))
        birth, sex = known[person.cliente_id]
        if birth_path and birth and person.nascimento and birth != person.nascimento:
            text = "A data de nascimento não é a do cadastro deste cliente. Confira qual das duas está certa."
            visto.add_aviso(NASCIMENTO, birth_path, text)
        if sex_path and sex is not None and person.sexo is not None and sex != person.sexo:
            text = "O sexo não é o do cadastro deste cliente. Confira qual dos dois está certo."
            visto.add_aviso(SEXO, sex_path, text)


Moment = tuple[str, str, int, Any]  # tipo, professional, client, moment


def _duplicates(ctx: Contexto, seen: Sequence[Visto]) -> None:
    """The same citizen, the same professional, the same moment, in another ficha."""
    mine = {(v.linha.id, p.posicao): key for v in seen for p, key in _moments(v, ctx.zone)}
    if not mine:
        return
    replaced = {v.linha.substitui_id for v in seen if v.linha.substitui_id}
    others = _stored_moments(ctx, seen, replaced)
    first: dict[Moment, int] = {}
    for visto in seen:
        for person in visto.linha.fatos.pessoas:
            key = mine.get((visto.linha.id, person.posicao))
            if key is None:
                continue
            if key in others or first.setdefault(key, visto.linha.id) != visto.linha.id:
                path = _citizen(visto).at(person.posicao)
                text = (
                    "Já há outra ficha deste cliente com o mesmo profissional e no mesmo momento: "
                    "pode estar em duplicidade. Confira antes de exportar."
                )
                visto.add_aviso(DUPLICADO, path, text)


def _moments(visto: Visto, zone: ZoneInfo) -> Iterator[tuple[Pessoa, Moment]]:
    if not attends(visto.tipo) or not visto.linha.fatos.profissional_cns:
        return
    children = dict(_children(visto))
    for person in visto.linha.fatos.pessoas:
        if person.cliente_id and (
            when := _when(children.get(person.posicao, {}), visto.linha.fatos.data, zone)
        ):
            yield person, (visto.tipo, visto.linha.fatos.profissional_cns, person.cliente_id, when)


def _stored_moments(ctx: Contexto, seen: Sequence[Visto], replaced: set[int]) -> set[Moment]:
    """Those of the fichas of the same citizens, professionals and days that are stored already."""
    wanted = {
        (p.cliente_id, v.tipo, v.linha.fatos.profissional_cns, v.linha.fatos.data)
        for v in seen
        if attends(v.tipo) and v.linha.fatos.data
        for p in v.linha.fatos.pessoas
        if p.cliente_id and not p.novo
    }
    if not wanted:
        return set()
    rows = same_day(
        ctx.entidade.pk,
        clientes={w[0] for w in wanted},
        dias={w[3] for w in wanted},
        without={v.linha.id for v in seen} | replaced,
    )
    found = [row for row in rows if row[2:] in wanted]  # before any of their records is read
    if not found:
        return set()
    texts = dict(
        Conteudo.objects.filter(ficha_id__any={row[0] for row in found}).values_list("ficha_id", "registro")
    )
    moments: set[Moment] = set()
    for ficha_id, position, client, tipo, professional, day in found:
        record = loads(texts[ficha_id]) if ficha_id in texts else {}
        children = layout().fichas[tipo].citizen.nodes(record.get("ficha"))
        child = (
            children[position] if position < len(children) and isinstance(children[position], dict) else {}
        )
        if when := _when(child, day, ctx.zone):
            moments.add((tipo, professional, client, when))
    return moments


def _when(child: dict[str, Any], day: Any, zone: ZoneInfo) -> Any:
    """The hour when there is one, else day and shift."""
    begin = child.get("dataHoraInicialAtendimento")
    if type(begin) is int:
        return begin
    if isinstance(begin, str):
        try:
            moment = datetime.fromisoformat(begin)
        except ValueError:
            return None
        return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp() * 1000)
    turno = child.get("turno")
    return (str(day), turno) if day and type(turno) is int else None


def _citizen(visto: Visto) -> Block:
    return layout().fichas[visto.tipo].citizen


def _children(visto: Visto) -> Iterator[tuple[int, dict[str, Any]]]:
    for position, node in enumerate(_citizen(visto).nodes(visto.ficha)):
        if isinstance(node, dict):
            yield position, node
