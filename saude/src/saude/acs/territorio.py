"""What an ACS's phone needs to know: households and citizens of the microárea, what came back to be mended,
and the forms. Made from the fichas received; nothing is stored but a summary, so that a pull sends only changes.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from saude.acs.formularios import TIPOS, form, lists_of, options
from saude.acs.models import Aparelho, ItemTerritorio
from saude.acs.perfil import profile
from saude.acs.visitas import Visitas, last_visits
from saude.banco import travas
from saude.cadastros.models import Lotacao
from saude.cadastros.tempo import local_today
from saude.clientes.models import Cliente
from saude.fichas.models import Conteudo, Ficha
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.models import Inconsistencia
from saude.registro.leitura import MAX_UUID, digits, to_date
from saude.registro.tipos import Origem

PAGE_BYTES = 200_000
RETURNS_DAYS, RETURNS_MAX = 180, 200
VISITS_DAYS = 120
DEATH = 135
SALT = "saude.acs.cursor"

Items = dict[str, dict[str, Any]]


class Territorio:
    """Everything of one device's professional and microárea, as keyed items."""

    def __init__(self, device: Aparelho) -> None:
        self.device = device
        self.entidade = device.entidade
        self.zone = ZoneInfo(device.entidade.fuso)
        self.today = local_today(device.entidade)
        self.said: dict[str, str] = {}  # root of a citizen -> the home the phone registered them from
        team = device.equipe.ine if device.equipe else ""
        self.recorte = f"{device.estabelecimento.cnes}-{team}-{device.cbo}-{device.microarea}"

    def items(self) -> Items:
        found: Items = {"perfil": profile(self.device)}
        found |= self._forms()
        homes = self._households()
        found |= self._citizens(homes)
        found |= {f"domicilio:{h['uuid']}": h for h in homes.values()}
        found |= self._returns()
        return found

    def _forms(self) -> Items:
        version = self.entidade.instalacao.versao_ledi
        found: Items = {}
        for tipo in TIPOS:
            found[f"formulario:{tipo}"] = form(tipo, version)
            for name in lists_of(tipo, version):
                found[f"lista:{name}"] = options(name)
        return found

    # -- registrations

    def _latest(self, tipo: str) -> Iterator[tuple[Ficha, dict[str, Any]]]:
        """The newest ficha of every chain of registrations (uuidFichaOriginadora)."""
        rows = Ficha.objects.filter(
            entidade=self.entidade, profissional_cns__in=team_of(self.device), tipo=tipo
        ).order_by("data", "pk")
        last: dict[str, tuple[Ficha, dict[str, Any]]] = {}
        for ficha, body, context in with_context(rows):
            root = root_of(ficha, body)
            last[root] = (ficha, body)
            if isinstance(home := context.get("domicilio"), str):
                self.said[root] = home
        yield from last.values()

    def _in_microarea(self, node: object) -> bool:
        area = node.get("microArea") if isinstance(node, dict) else None
        return not self.device.microarea or area in (None, "", self.device.microarea)

    def _households(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for ficha, body in self._latest("FCD"):
            address = _dict(body.get("enderecoLocalPermanencia"))
            if body.get("stAtivo") is False or not self._in_microarea(address):
                continue
            root = root_of(ficha, body)
            found[root] = {
                "uuid": root,
                "imovel": body.get("tipoDeImovel"),
                "endereco": _address(address),
                "bairro": address.get("bairro") or "",
                "microarea": address.get("microArea") or "",
                "data": ficha.data.isoformat() if ficha.data else None,
                "recusado": body.get("statusTermoRecusa") is True,
                "familias": [
                    self._family(f) for f in _dicts(body.get("familias")) if f.get("stMudanca") is not True
                ],
                "ficha": _without_header(body),
            }
        for home in found.values():
            if day := self._visits.of_household(home["uuid"]):
                home["visita"] = day
        self._names(found)
        return found

    def _family(self, node: dict[str, Any]) -> dict[str, Any]:
        born = to_date(node.get("dataNascimentoResponsavel"), self.zone)
        return {
            "cpf": digits(node.get("cpfResponsavel"), 11),
            "cns": digits(node.get("numeroCnsResponsavel"), 15),
            "nascimento": born.isoformat() if born else None,
            "membros": node.get("numeroMembrosFamilia"),
            "prontuario": node.get("numeroProntuario") or "",
        }

    def _names(self, homes: dict[str, dict[str, Any]]) -> None:
        """The responsible person's name, where the clients know it."""
        families = [f for h in homes.values() for f in h["familias"]]
        keys = Q(cpf__in={f["cpf"] for f in families if f["cpf"]})
        keys |= Q(cns__in={f["cns"] for f in families if f["cns"]})
        rows = Cliente.objects.filter(keys, entidade=self.entidade, mesclado_em=None)
        names = {doc: c.nome for c in rows for doc in (c.cpf, c.cns) if doc}
        for f in families:
            f["responsavel"] = names.get(f["cpf"]) or names.get(f["cns"]) or ""

    @cached_property
    def _visits(self) -> Visitas:
        since = self.today - timedelta(days=VISITS_DAYS)
        rows = Ficha.objects.filter(
            entidade=self.entidade, profissional_cns__in=team_of(self.device), tipo="FVD", data__gte=since
        ).exclude(situacao=Situacao.DESCARTADA)
        return last_visits(with_content(rows.order_by("data", "pk")))

    def _citizens(self, homes: dict[str, dict[str, Any]]) -> Items:
        by_document = {
            doc: (uuid, n)
            for uuid, home in homes.items()
            for n, family in enumerate(home["familias"])
            for doc in (family["cpf"], family["cns"])
            if doc
        }
        found: Items = {}
        for ficha, body in self._latest("FCI"):
            who = _dict(body.get("identificacaoUsuarioCidadao"))
            if (
                not who
                or _dict(body.get("saidaCidadaoCadastro")).get("motivoSaidaCidadao")
                or not self._in_microarea(who)
            ):
                continue
            person = self._citizen(ficha, body, who)
            if day := self._visits.of_citizen(person["cpf"], person["cns"]):
                person["visita"] = day
            place = next((by_document[d] for d in person.pop("chaves") if d in by_document), None)
            if place:
                person["domicilio"], person["familia"] = place
            elif self.said.get(person["uuid"]) in homes:
                person["domicilio"] = self.said[person["uuid"]]
            found[f"cidadao:{person['uuid']}"] = person
        return found

    def _citizen(self, ficha: Ficha, body: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
        cpf, cns = digits(who.get("cpfCidadao"), 11), digits(who.get("cnsCidadao"), 15)
        born = to_date(who.get("dataNascimentoCidadao"), self.zone)
        head = who.get("statusEhResponsavel") is True
        of = digits(who.get("cpfResponsavelFamiliar"), 11), digits(who.get("cnsResponsavelFamiliar"), 15)
        return {
            "uuid": root_of(ficha, body),
            "nome": who.get("nomeCidadao") or "",
            "nome_social": who.get("nomeSocial") or "",
            "nascimento": born.isoformat() if born else None,
            "sexo": who.get("sexoCidadao"),
            "cpf": cpf,
            "cns": cns,
            "responsavel": head,
            "recusado": body.get("statusTermoRecusaCadastroIndividualAtencaoBasica") is True,
            "identificacao": who,
            "data": ficha.data.isoformat() if ficha.data else None,
            "chaves": [d for d in ((cpf, cns) if head else (*of, cpf, cns)) if d],
        }

    # -- what came back

    def _returns(self) -> Items:
        since = self.today - timedelta(days=RETURNS_DAYS)
        mine = Ficha.objects.filter(
            entidade=self.entidade,
            profissional_cns=self.device.profissional.cns,
            tipo__in=TIPOS,
            situacao=Situacao.INCONSISTENTE,
        ).filter(Q(data=None) | Q(data__gte=since))
        fichas = mine.order_by("-data", "-pk")[:RETURNS_MAX]
        reasons: dict[int, list[dict[str, str]]] = {}
        rows = Inconsistencia.objects.filter(ficha__in=[f.pk for f in fichas], encerrada_em=None)
        names = ("campo", "mensagem", "severidade")
        for ficha_id, *told in rows.order_by("severidade", "id").values_list("ficha_id", *names):
            reasons.setdefault(ficha_id, []).append(dict(zip(names, told, strict=True)))
        found: Items = {}
        bodies = dict(_records([f.pk for f in fichas]))
        for f in fichas:
            record, editable = bodies.get(f.pk, {}), f.origem == Origem.APP
            found[f"retorno:{f.uuid}"] = {
                "uuid": f.uuid,
                "tipo": f.tipo,
                "data": f.data.isoformat() if f.data else None,
                "quem": _whom(record),
                "motivos": reasons.get(f.pk, []),
                "revisao": f.revisao,
                "editavel": editable,
                **(_content(record) if editable else {}),
            }
        return found


def team_of(d: Aparelho) -> list[str]:
    """CNS of those who have or had this microárea: what a predecessor registered is part of it."""
    mine = [d.profissional.cns]
    if d.microarea and d.equipe_id:
        same = Lotacao.objects.filter(equipe_id=d.equipe_id, microarea=d.microarea, cbo=d.cbo)
        mine += same.exclude(profissional__cns="").values_list("profissional__cns", flat=True)
    return list(dict.fromkeys(mine))


def citizens_in(page: dict[str, Any]) -> int:
    """How many items of a page tell of citizens."""
    kinds = ("cidadao:", "domicilio:", "retorno:")
    return sum("dado" in item and item["chave"].startswith(kinds) for item in page["itens"])


def own_counts(device: Aparelho) -> dict[str, int]:
    """Of what this professional sent by the app: how many of each situation, as the page Sincronizações counts it."""
    mine = Ficha.objects.filter(
        entidade_id=device.entidade_id, profissional_cns=device.profissional.cns, origem=Origem.APP
    )
    mine = mine.exclude(situacao=Situacao.DESCARTADA)
    return dict(mine.order_by().values_list("situacao").annotate(n=Count("pk")))


# -- pages and cursors


@transaction.atomic
def pull(device: Aparelho, cursor: str) -> dict[str, Any]:
    """The items that changed after the cursor, as many as fit a page, and the cursor after them."""
    place = Territorio(device)
    after, fresh = _position(place, cursor)
    items = place.items()
    _refresh(place, items)
    rows = ItemTerritorio.objects.filter(
        profissional_id=device.profissional_id, recorte=place.recorte, ordem__gt=after
    ).order_by("ordem")
    if after == 0:
        rows = rows.exclude(resumo="")  # a phone that knows nothing needs no removals
    chosen: list[dict[str, Any]] = []
    size, more = 0, False
    for row in rows.iterator(chunk_size=200):
        content = {"dado": items[row.chave]} if row.resumo else {"removido": True}
        one = {"chave": row.chave} | content
        length = len(dump(one))
        if chosen and size + length > PAGE_BYTES:
            more = True
            break
        chosen.append(one)
        size, after = size + length, row.ordem
    return {
        "itens": chosen,
        "cursor": signing.dumps([place.recorte, after], salt=SALT, compress=True),
        "fim": not more,
        "recomecar": fresh,
    }


def _position(place: Territorio, cursor: str) -> tuple[int, bool]:
    """(order, whether the phone must forget what it has): a strange or foreign cursor starts anew."""
    if not cursor:
        return 0, True
    try:
        recorte, after = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return 0, True
    return (int(after), False) if recorte == place.recorte else (0, True)


def _refresh(place: Territorio, items: Items) -> None:
    """Give a new place in the order to what changed since the last pull of this territory."""
    owner = {"profissional_id": place.device.profissional_id, "recorte": place.recorte}
    travas.wait(travas.TERRITORIO, place.device.profissional_id % 2**31)  # two phones of one ACS
    rows = {r.chave: r for r in ItemTerritorio.objects.filter(**owner)}
    following = (ItemTerritorio.objects.filter(**owner).aggregate(m=Max("ordem"))["m"] or 0) + 1
    changed: list[ItemTerritorio] = []
    for key in [*items, *[k for k in rows if k not in items]]:
        summary = fingerprint(items[key]) if key in items else ""
        row = rows.get(key)
        if row is not None and row.resumo == summary:
            continue
        changed.append(ItemTerritorio(**owner, chave=key[:80], resumo=summary, ordem=following))
        following += 1
    ItemTerritorio.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["profissional", "recorte", "chave"],
        update_fields=["resumo", "ordem"],
    )


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def fingerprint(value: Any) -> str:
    return hashlib.blake2b(dump(value).encode("utf-8", "replace"), digest_size=16).hexdigest()


# -- reading records


def with_content(rows: QuerySet[Ficha]) -> Iterator[tuple[Ficha, dict[str, Any]]]:
    return ((ficha, body) for ficha, body, _ in with_context(rows))


def with_context(rows: QuerySet[Ficha]) -> Iterator[tuple[Ficha, dict[str, Any], dict[str, Any]]]:
    fichas = list(rows.only("pk", "uuid", "data", "tipo", "situacao"))
    bodies = dict(_records([f.pk for f in fichas]))
    for ficha in fichas:
        record = bodies.get(ficha.pk, {})
        if isinstance(body := record.get("ficha"), dict):
            yield ficha, body, _dict(record.get("contexto"))


def _records(ids: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    for pk, text in Conteudo.objects.filter(pk__in=ids).values_list("pk", "registro").iterator():
        record = json.loads(text, parse_constant=str)
        yield pk, record if isinstance(record, dict) else {}


def _content(record: dict[str, Any]) -> dict[str, Any]:
    context = _dict(record.get("contexto"))
    return {"ficha": record.get("ficha")} | {k: context.get(k) for k in ("clientes", "domicilio")}


def _whom(record: dict[str, Any]) -> str:
    """The person or place a ficha is about, for the list of returns."""
    body = _dict(record.get("ficha"))
    who = _dict(body.get("identificacaoUsuarioCidadao")).get("nomeCidadao")
    people = _dicts(_dict(record.get("contexto")).get("clientes"))
    name = who or next((p.get("nome") for p in people if p.get("nome")), "")
    return str(name or _address(_dict(body.get("enderecoLocalPermanencia"))))[:90]


def root_of(ficha: Ficha, body: dict[str, Any]) -> str:
    """The first ficha of a chain of registrations."""
    root = body.get("uuidFichaOriginadora")
    return root if isinstance(root, str) and 0 < len(root) <= MAX_UUID else ficha.uuid


def _address(node: dict[str, Any]) -> str:
    kinds = {str(c): t for c, t, *_ in options("tipo_logradouro")["opcoes"]}
    kind = str(kinds.get(str(node.get("tipoLogradouroNumeroDne")), "")).capitalize()
    street = f"{kind} {node.get('nomeLogradouro') or ''}".strip()
    number = node.get("numero") or ("s/n" if node.get("stSemNumero") is True else "")
    extra = node.get("complemento") or ""
    return ", ".join(str(p) for p in (street, number, extra) if p)


def _without_header(body: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in body.items() if k not in ("headerTransport", "tpCdsOrigem")}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
