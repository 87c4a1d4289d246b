"""What the system knows of a field that must be mended, offered to be put in with one click. Nothing is put in alone.

The CPF and the birth are those of the registration; CBO, INE and CNES those of the professional's lotações on the
day; the CID and CIAP what the same citizen was told to have before, in the áreas that the user sees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledi.layouts import Field, Struct, layout, nearest
from ledi.paths import value_at
from saude.acesso.areas import Areas, in_areas
from saude.cadastros.models import Lotacao
from saude.clientes.models import Cliente
from saude.correcao.edicao import Edicao
from saude.fichas.models import Atendido, Conteudo, Ficha
from saude.formularios import fontes
from saude.formularios.arvore import Campo, Grupo
from saude.formularios.campos import label_of
from saude.registro.texto_json import legible

MOST = 4
LAST_FICHAS = 12
OF_CLIENT = ("cpf", "cns", "nascimento", "sexo")
OF_POST = ("cbo", "ine", "cnes")
SICKNESS = ("cid", "ciap")
#: records of a citizen, and the citizen's places in each
Antes = list[tuple[Conteudo, list[int]]]


@dataclass(frozen=True, slots=True)
class Sugestao:
    """`valor` as the input takes it, `texto` as it is read, `fonte` where it comes from."""

    valor: str
    texto: str
    fonte: str


def offer(edicao: Edicao, arvore: Grupo, people: Mapping[int, Atendido], cnes: Areas) -> list[Cliente]:
    """Puts what is known beside the fields with something wrong; returns the clients whose other fichas were read."""
    read: list[Cliente] = []
    before: dict[int, Antes] = {}
    for campo in fields_of(arvore):
        if not (campo.achados or campo.relacionado or campo.vazio):
            continue
        at = edicao.layout.citizen.position(campo.caminho)
        person = people.get(at) if at is not None else None
        if campo.campo.role in OF_CLIENT:
            campo.sugestoes = _of_client(campo, person.cliente if person else None)
        elif (role := _post_role(campo)) is not None:
            campo.sugestoes = _of_post(edicao, campo, role)
        elif campo.campo.format in SICKNESS and campo.achados and person is not None and person.cliente:
            if person.cliente.pk not in before:
                before[person.cliente.pk] = _before(edicao.ficha, person.cliente, cnes)
            campo.sugestoes = _of_history(before[person.cliente.pk], campo.campo)
            if campo.sugestoes and person.cliente not in read:
                read.append(person.cliente)
    return read


def fields_of(group: Grupo) -> Iterator[Campo]:
    return (node for node in group.nos() if isinstance(node, Campo))


def _of_client(campo: Campo, cliente: Cliente | None) -> list[Sugestao]:
    role = str(campo.campo.role)
    if cliente is None or (role == "cns" and cliente.cpf):  # LEDI: CPF or CNS, and the CPF is the main one
        return []
    value = getattr(cliente, role)
    if value in (None, "") or campo.entrada == str(value):
        return []
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else label_of(campo.campo, value) or str(value)
    if role == "cpf":
        text = f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"
    return [Sugestao(str(value), text, "do cadastro")]


def _post_role(campo: Campo) -> str | None:
    """cbo, ine or cnes of a professional of the ficha; None for the others."""
    if "." not in campo.caminho:
        return campo.caminho if campo.caminho in ("cnes", "ine") else None
    return campo.campo.role if campo.campo.role in OF_POST else None


def _of_post(edicao: Edicao, campo: Campo, role: str) -> list[Sugestao]:
    ficha = edicao.ficha
    posts = Lotacao.objects.filter(
        estabelecimento__entidade=ficha.entidade_id, profissional__cns=_professional(edicao, campo)
    )
    if ficha.data:
        posts = posts.filter(Lotacao.em_vigor(ficha.data))
    found: dict[str, Sugestao] = {}
    rows = posts.select_related("estabelecimento", "equipe").order_by("pk")
    for post in sorted(rows, key=lambda p: (p.estabelecimento.cnes != ficha.cnes, p.pk)):
        team = post.equipe
        code = {"cbo": post.cbo, "cnes": post.estabelecimento.cnes, "ine": team.ine if team else ""}[role]
        name = {
            "cbo": fontes.label("cbo", post.cbo), "cnes": str(post.estabelecimento), "ine": str(team or ""),
        }[role]  # fmt: skip
        if code and code != str(campo.valor):
            text = f"{code} - {name}" if name else code
            found.setdefault(code, Sugestao(text, text, f"da lotação em {post.estabelecimento}"))
    return list(found.values())[:MOST]


def _professional(edicao: Edicao, campo: Campo) -> str:
    """The CNS of who the field is about: beside it, or (of the envelope) of the ficha."""
    holder = campo.caminho.rpartition(".")[0]
    field = edicao.layout.root.field_at(holder) if holder else None
    struct = (field.type.item or field.type).struct if field is not None else None
    name = struct.role_name("profissional") if struct is not None else None
    beside = value_at(edicao.conteudo, f"{holder}.{name}") if name else None
    return beside if isinstance(beside, str) and beside else edicao.ficha.profissional_cns or "-"


def _before(ficha: Ficha, cliente: Cliente, cnes: Areas) -> Antes:
    """The last other fichas of the citizen, newest first, and the places the citizen has in each."""
    before = in_areas(Ficha.objects.filter(entidade=ficha.entidade_id), cnes).exclude(pk=ficha.pk)
    before = before.filter(pk__in=Atendido.objects.filter(cliente=cliente).values("ficha"))
    before = before.exclude(situacao="descartada").order_by("-data", "-pk")[:LAST_FICHAS]
    ids = list(before.values_list("pk", flat=True))
    places: dict[int, list[int]] = {}
    for pk, at in Atendido.objects.filter(ficha__in=ids, cliente=cliente).values_list("ficha_id", "posicao"):
        places.setdefault(pk, []).append(at)
    rows = Conteudo.objects.filter(ficha__in=ids).select_related("ficha")
    return [(row, places.get(row.ficha_id, [])) for row in rows.order_by("-ficha__data", "-ficha_id")]


def _of_history(before: Antes, field: Field) -> list[Sugestao]:
    found: dict[str, Sugestao] = {}
    for content, places in before:
        for code in _codes(content, places, str(field.format)):
            name = label_of(field, code)
            day = f" em {content.ficha.data:%d/%m/%Y}" if content.ficha.data else ""
            text = f"{code} - {name}" if name else code
            found.setdefault(code, Sugestao(text, text, f"do mesmo cidadão{day}"))
    return list(found.values())[:MOST]


def _codes(content: Conteudo, places: list[int], wanted: str) -> list[str]:
    """Codes of this format in the citizen's own part of a ficha."""
    ficha = content.ficha
    known = nearest(ficha.versao or "").fichas.get(ficha.tipo) or layout().fichas[ficha.tipo]
    record = legible(content.registro)
    nodes = known.citizen.nodes(record.get("ficha") if isinstance(record, dict) else None)
    return [c for p in places if p < len(nodes) for c in _inside(known.citizen.struct, nodes[p], wanted)]


def _inside(struct: Struct, node: Any, wanted: str) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for f in struct.fields:
        value, inner = node.get(f.name), (f.type.item or f.type).struct
        values = value if isinstance(value, list) else [value]
        if inner is not None:
            for item in values:
                yield from _inside(inner, item, wanted)
        elif f.format == wanted:
            yield from (v for v in values if isinstance(v, str) and v)
