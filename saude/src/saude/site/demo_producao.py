"""The fictitious municipality of the demonstration, from the library's generator."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction

from ledi.layouts import CURRENT, releases
from ledi_gerador import build, gerar, municipio
from saude.atualizacao import demo as referencias
from saude.cadastros.actions import create_entidade
from saude.cadastros.models import Entidade, Equipe, Especialidade, Estabelecimento, Lotacao, Profissional
from saude.processamento import julgar
from saude.recebimento import actions
from saude.recebimento.intake import Item, take_in
from saude.recebimento.models import Lote
from saude.registro.tipos import Origem

SEED = 2026
FICHAS = 6_000
BY = "demonstração"
CONTEXT_MISTAKES = 0.02  # of the right records: against the CNES and SIGTAP of the demonstration


@transaction.atomic
def load(*, fichas: int = FICHAS, seed: int = SEED, today: date) -> Lote:
    """Cadastros and records; again, it finds everything there and adds nothing."""
    town = build(seed, hoje=today)
    entidade = registers(town)
    referencias.load(entidade=entidade, town=town, today=today)
    made = gerar(semente=seed, fichas=fichas, hoje=today, municipio=town, erros_contexto=CONTEXT_MISTAKES)
    records = referencias.with_each_mistake(list(made), town, today)
    raw = "\n".join(json.dumps(r, ensure_ascii=False) for r in records).encode()
    lote = actions.open_lote(
        entidade=entidade,
        origem=Origem.API,
        raw=raw,
        formato=Lote.Formato.NDJSON,
        nome_arquivo="demonstracao.jsonl",
    )
    ctx = julgar.context(entidade)
    for chunk in actions.chunks(_items(records), actions.CHUNK):
        take_in(lote, ctx, chunk)
    actions.close_lote(lote, by=BY)
    lote.refresh_from_db()
    return lote


def _items(records: Iterable[Any]) -> Iterator[Item]:
    for number, record in enumerate(records, 1):
        yield Item(number, record)


def registers(town: municipio.Municipio) -> Entidade:
    """Entidade, posts, teams, professionals, specialities of a generated municipality."""
    entidade = Entidade.objects.filter(ibge=town.ibge).first() or create_entidade(
        by=BY,
        nome=town.nome,
        ibge=town.ibge,
        uf=town.uf,
        fuso=town.fuso,
        cpf_cnpj="00000000000191",
        nome_razao_social=f"Secretaria Municipal de Saúde de {town.nome} (fictícia)",
        uuid_instalacao="7f0f7a5c-3a55-4f0c-9f6e-5b1d2c8e4a10",
        email="saude@exemplo.invalid",
        versao_pec=releases()[CURRENT].pec,
    )
    posts = {u.cnes: _post(entidade, u) for u in town.unidades}
    teams = {e.ine: _team(entidade, e, posts) for e in town.equipes}
    for speciality in town.especialidades:
        _speciality(entidade, speciality)
    for professional in town.profissionais:
        _professional(entidade, professional, posts, teams)
    return entidade


def _post(entidade: Entidade, unit: municipio.Unidade) -> Estabelecimento:
    row, _ = Estabelecimento.objects.get_or_create(
        entidade=entidade, cnes=unit.cnes, defaults={"nome": unit.nome}
    )
    return row


def _team(entidade: Entidade, team: municipio.Equipe, posts: dict[str, Estabelecimento]) -> Equipe:
    defaults = {"estabelecimento": posts[team.cnes], "nome": team.nome, "tipo": str(team.tipo)}
    row, _ = Equipe.objects.get_or_create(entidade=entidade, ine=team.ine, defaults=defaults)
    return row


def _speciality(entidade: Entidade, speciality: municipio.Especialidade) -> None:
    kind = Especialidade.Tipo.ESPECIALIZADA if speciality.especializado else Especialidade.Tipo.PRIMARIA
    Especialidade.objects.get_or_create(
        entidade=entidade, codigo=speciality.cbo, defaults={"nome": speciality.nome, "tipo": kind}
    )


def _professional(
    entidade: Entidade,
    person: municipio.Profissional,
    posts: dict[str, Estabelecimento],
    teams: dict[str, Equipe],
) -> None:
    row, created = Profissional.objects.get_or_create(
        entidade=entidade, cns=person.cns, defaults={"nome": person.nome, "cpf": person.cpf}
    )
    if not created:
        return
    for place in person.lotacoes:
        Lotacao.objects.create(
            profissional=row,
            estabelecimento=posts[place.cnes],
            equipe=teams.get(place.ine) if place.ine else None,
            cbo=place.cbo,
            microarea=place.microarea or "",
        )
