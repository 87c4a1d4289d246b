"""The open fichas of two registrations that may become one: what each says today, and which receive the values."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import QueryDict

from saude.acesso.areas import Areas, in_areas
from saude.cadastros.tempo import local_today
from saude.clientes.models import Cliente, ParPossivel
from saude.comum.texto import numbers
from saude.fichas.models import Atendido, Ficha
from saude.fichas.situacoes import open_situations
from saude.registro.leitura import Pessoa, facts
from saude.registro.texto_json import legible
from saude.web.templatetags.saude import mascara_cns, mascara_cpf

SHOWN = 200  # newest first; beyond it, all receive the values, and the page says so


@dataclass(frozen=True, slots=True)
class FichaDoPar:
    ficha: Ficha
    cliente: Cliente
    diz: str


def open_fichas(par: ParPossivel, cnes: Areas) -> list[Atendido]:
    """Where the two stand in fichas of these áreas that can still change, the newest fichas first."""
    rows = Atendido.objects.filter(
        cliente__in=(par.a, par.b), ficha__situacao__in=open_situations("corrigir")
    )
    rows = in_areas(rows, cnes, "ficha__cnes").select_related("ficha__conteudo", "ficha__entidade", "cliente")
    return list(rows.order_by("-ficha__data", "-ficha_id", "posicao"))


def shown(rows: list[Atendido], *, whole: bool) -> list[FichaDoPar]:
    """One line per ficha; documents whole only for who may correct."""
    found: dict[int, FichaDoPar] = {}
    for row in rows:
        if row.ficha_id not in found and len(found) < SHOWN and row.cliente is not None:
            found[row.ficha_id] = FichaDoPar(row.ficha, row.cliente, _says(row, whole))
    return list(found.values())


def unticked(post: QueryDict) -> set[int]:
    """The fichas that the page showed and somebody left out."""
    return set(numbers({*post.getlist("mostradas")} - {*post.getlist("fichas")}))


def _says(row: Atendido, whole: bool) -> str:
    entidade = row.ficha.entidade
    found = facts(
        legible(row.ficha.conteudo.registro), ZoneInfo(entidade.fuso), today=local_today(entidade)
    ).pessoas
    person = next((p for p in found if p.posicao == row.posicao), Pessoa(row.posicao))
    cpf = person.cpf if whole else mascara_cpf(person.cpf)
    cns = person.cns if whole else mascara_cns(person.cns)
    parts = (
        person.nome,
        person.cpf and f"CPF {cpf}",
        person.cns and f"CNS {cns}",
        f"{person.nascimento:%d/%m/%Y}" if person.nascimento else "",
    )
    return " · ".join(part for part in parts if part)
