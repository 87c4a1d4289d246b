"""An update of a citizen made on a phone that does not have the whole registration.

The phone knows who people are, not their health. It answers the sections it asks and names in `manter` those that
stay as they are; the server copies these from the registration before this one, in the same chain.
"""

from functools import cache
from typing import Any

from django.db.models import Q

from ledi.layouts import VERSIONS, layout
from saude.acs.models import Aparelho
from saude.acs.territorio import root_of, team_of, with_content
from saude.fichas.models import Ficha
from saude.registro.leitura import MAX_UUID, record_uuid

ASKED = frozenset({"headerTransport", "identificacaoUsuarioCidadao", "saidaCidadaoCadastro"})


def kept_names(record: Any) -> list[str]:
    """The sections of an FCI that the phone wants kept; [] when it asks for none or for nonsense."""
    if (
        not isinstance(record, dict)
        or record.get("tipo") != "FCI"
        or not isinstance(record.get("ficha"), dict)
    ):
        return []
    names = record.get("manter")
    return [n for n in names if n in sections()] if isinstance(names, list) else []


@cache
def sections() -> frozenset[str]:
    fields = layout(VERSIONS[-1]).fichas["FCI"].root.fields
    return frozenset(f.name for f in fields if f.type.kind == "struct") - ASKED


def bases_of(
    accesses: list[Aparelho], records: list[Any], known: dict[str, Ficha]
) -> dict[str, dict[str, Any]]:
    """uuid of a record -> what it keeps of the registration before it. The same again gives the same. `accesses` of
    the agent: an update made before a change of microárea is of a citizen of the one before it."""
    wanted = {record_uuid(r): (_root(r), kept_names(r)) for r in records if kept_names(r)}
    roots = {root for root, _ in wanted.values() if root}
    if not roots:
        return {}
    chains = _chains(accesses, roots)
    found: dict[str, dict[str, Any]] = {}
    for uuid, (root, names) in wanted.items():
        own = known.get(uuid)
        earlier = [(f, body) for f, body in chains.get(root, []) if f.uuid != uuid]
        if own is not None:  # sent again: only what was there when it first came
            earlier = [(f, body) for f, body in earlier if f.pk < own.pk]
        if earlier:
            body = earlier[-1][1]
            found[uuid] = {n: body[n] for n in names if body.get(n) is not None}
    return found


def _root(record: dict[str, Any]) -> str:
    root = record["ficha"].get("uuidFichaOriginadora")
    return root if isinstance(root, str) and 0 < len(root) <= MAX_UUID else ""


def _chains(accesses: list[Aparelho], roots: set[str]) -> dict[str, list[tuple[Ficha, dict[str, Any]]]]:
    """Root -> its registrations of these microáreas, oldest first: no other agent's citizens can be read."""
    rows = Ficha.objects.filter(
        entidade_id=accesses[0].entidade_id,
        profissional_cns__in={cns for device in accesses for cns in team_of(device)},
        tipo="FCI",
    ).order_by("data", "pk")
    any_root = Q(uuid__in=roots)
    for root in roots:
        any_root |= Q(conteudo__registro__contains=root)
    chains: dict[str, list[tuple[Ficha, dict[str, Any]]]] = {}
    for ficha, body in with_content(rows.filter(any_root)):
        chains.setdefault(root_of(ficha, body), []).append((ficha, body))
    return chains
