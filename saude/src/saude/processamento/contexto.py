"""What one record cannot tell and the entidade's own registers can: the CONTEXT rules that are checked here.

A register that is empty (the CNES file was not imported yet) verifies nothing and accuses nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ledi.envelope import Instalacao as DadosInstalacao
from ledi.findings import LIMIT, MAX_FINDINGS, more
from ledi.layouts import layout
from saude.cadastros.models import Entidade, Equipe, Especialidade, Estabelecimento, Instalacao, Profissional
from saude.cadastros.versoes import validades
from saude.comum.texto import fold
from saude.fichas.processing import Resultado, envelope, process
from saude.fichas.situacoes import Situacao
from saude.inconsistencias.achados import Achado, clean, stored
from saude.referencias.tables import DatabaseTables, held_tables, tables_of
from saude.registro.companion import CODE, odd
from saude.registro.leitura import Fatos

TOLD = 5_000  # findings of a chunk (500 records) told in full: afterwards, of each record,
FEW = 5  # and how many more it has
NOT_IDENTIFIED = "CTX-CLIENTE-NAO-IDENTIFICADO"


@dataclass(slots=True)
class Contexto:
    """Everything of the entidade that processing needs, read once per chunk."""

    entidade: Entidade
    instalacao: Instalacao
    envelope: DadosInstalacao
    zone: ZoneInfo
    today: date
    cnes: frozenset[str]
    ines: frozenset[str]
    profissionais: frozenset[str]
    especialidades: dict[str, str]
    validades: dict[str, date]  # until when LEDI versions count, where it was set by hand
    tabelas: DatabaseTables | None = None  # SIGTAP and the CNES of the entidade, None before any import
    conferidas: frozenset[str] | None = None  # the CONTEXT rules that are checked here, once asked for
    folga: int = TOLD

    @classmethod
    def load(cls, entidade: Entidade, *, today: date) -> "Contexto":
        instalacao = Instalacao.objects.get(entidade=entidade)
        mine = {"entidade": entidade}
        specialities: dict[str, str] = {}
        for code, name in Especialidade.objects.filter(**mine).values_list("codigo", "nome"):
            specialities[fold(name)] = code
            specialities[fold(code)] = code
        return cls(
            entidade=entidade,
            instalacao=instalacao,
            envelope=envelope(instalacao),
            zone=ZoneInfo(entidade.fuso),
            today=today,
            cnes=frozenset(Estabelecimento.objects.filter(**mine).values_list("cnes", flat=True)),
            ines=frozenset(Equipe.objects.filter(**mine).values_list("ine", flat=True)),
            profissionais=frozenset(
                Profissional.objects.filter(**mine, ativo=True).exclude(cns="").values_list("cns", flat=True)
            ),
            especialidades=specialities,
            validades=validades(entidade),
            tabelas=tables_of(entidade),
        )

    def judging(self) -> dict[str, Any]:
        """What `fichas.processing.process` asks besides the record and who typed it."""
        return {
            "instalacao": self.envelope, "hoje": self.today, "tabelas": self.tabelas,
            "esperada": self.instalacao.versao_ledi, "validades": self.validades,
        }  # fmt: skip

    def start_chunk(self) -> None:
        self.folga = TOLD

    def judged(self, record: Any, originadora: DadosInstalacao | None = None) -> Resultado:
        """What the library says of a record. Where findings multiply, the later records of a chunk tell a few each:
        ten thousand of 250 would else be gigabytes."""
        result = process(record, originadora=originadora, limite=self.told_of_one(), **self.judging())
        self.folga -= len(result.achados)
        return result

    def told_of_one(self) -> int:
        return MAX_FINDINGS if self.folga > 0 else FEW

    def hold_tables(self) -> None:
        """In a transaction that judges: by the releases in force, which stay so until it ends."""
        self.tabelas, self.conferidas = held_tables(self.entidade.pk), None

    @property
    def has_cnes(self) -> bool:
        """With a CNES release the CTX rules of the library look at posts; else the registrations alone do."""
        return self.tabelas is not None and self.tabelas.has("lotacao")

    def speciality(self, name: str) -> str:
        """Code of a speciality; one never heard of is registered as *primária*, for someone to look at."""
        if not name:
            return ""
        if (known := self.especialidades.get(fold(name))) is None:
            known = name[:20]
            Especialidade.objects.get_or_create(
                entidade=self.entidade, codigo=known, defaults={"nome": name[:120]}
            )
            self.especialidades[fold(name)] = known
        return known


def apply(resultado: Resultado, facts: Fatos, record: dict[str, Any], ctx: Contexto) -> Resultado:
    """Add the context findings; an erro among them takes the ficha out of *processada*."""
    found = list(_findings(facts, record, ctx))
    _add(resultado, found, ctx)
    if resultado.nao_verificadas:
        if ctx.conferidas is None:
            ctx.conferidas = frozenset(_checked(ctx))
        resultado.nao_verificadas = [c for c in resultado.nao_verificadas if c not in ctx.conferidas]
    if resultado.situacao == Situacao.PROCESSADA and any(a.severidade == "erro" for a in found):
        resultado.situacao, resultado.pacote = Situacao.INCONSISTENTE, None
    return resultado


def _add(resultado: Resultado, found: list[Achado], ctx: Contexto) -> None:
    most = ctx.told_of_one()
    told, rest = found[:most], found[most:]
    if rest and not any(a.codigo == LIMIT for a in resultado.achados):
        told.append(stored(more(len(rest), sum(a.severidade == "erro" for a in rest))))
    resultado.achados.extend(told)
    ctx.folga -= len(told)


def _findings(facts: Fatos, record: dict[str, Any], ctx: Contexto) -> Iterator[Achado]:
    ibge = record.get("ibge")
    if isinstance(ibge, str) and ibge != ctx.entidade.ibge:
        shown = f" {ibge[:20]}" if ibge.strip() and ibge[:20].isprintable() else ""
        yield _erro(
            "TRANSPORTE-D-004-1",
            "ibge",
            f"O código IBGE{shown} não é o deste município ({ctx.entidade.ibge}). Corrija o município.",
            ibge,
        )
    for said in odd(record, ctx.zone):
        yield Achado(CODE, said.campo, said.severidade, said.mensagem)
    if not ctx.has_cnes:
        yield from _registered(facts, ctx)
    yield from _not_identified(facts, ctx)


def _registered(facts: Fatos, ctx: Contexto) -> Iterator[Achado]:
    """What the registrations of the entidade say while no CNES was imported."""
    if ctx.cnes and facts.cnes and facts.cnes not in ctx.cnes:
        yield _erro(
            "TRANSPORTE-D-003-1",
            "cnes",
            f"O CNES {facts.cnes} não pertence ao município. Corrija o estabelecimento ou cadastre-o.",
            facts.cnes,
        )
    if ctx.ines and facts.ine and facts.ine not in ctx.ines:
        yield _erro(
            "TRANSPORTE-D-005-1",
            "ine",
            f"O INE {facts.ine} não pertence ao município. Corrija a equipe ou cadastre-a.",
            facts.ine,
        )
    yield from _professional(facts, ctx)


def _professional(facts: Fatos, ctx: Contexto) -> Iterator[Achado]:
    cns = facts.profissional_cns
    if not ctx.profissionais or not cns or cns in ctx.profissionais or facts.tipo in ("", "FCC"):
        return
    ficha = layout().fichas[facts.tipo]
    yield _erro(
        "HEADER-L-001-2" if ficha.shared else "HEADER-U-001-2",
        ficha.main.name("profissional"),
        f"O CNS {cns} não é de um profissional com vínculo ativo no município. "
        "Corrija o CNS ou atualize o cadastro de profissionais.",
        cns,
    )


def _not_identified(facts: Fatos, ctx: Contexto) -> Iterator[Achado]:
    if not facts.nao_identificados:
        return
    severity = "erro" if ctx.instalacao.bloquear_nao_identificados else "aviso"
    for person in facts.pessoas:
        if not person.identificado:
            yield Achado(
                NOT_IDENTIFIED,
                layout().fichas[facts.tipo].citizen.at(person.posicao),
                severity,
                "Cliente atendido sem CPF e sem CNS. Identifique o cliente e reprocesse.",
            )


def _checked(ctx: Contexto) -> set[str]:
    checked = {"TRANSPORTE-D-004-1"}
    if ctx.has_cnes:
        return checked | {"TRANSPORTE-D-003-1", "TRANSPORTE-D-005-1", "HEADER-U-001-2", "HEADER-L-001-2"}
    if ctx.cnes:
        checked.add("TRANSPORTE-D-003-1")
    if ctx.ines:
        checked.add("TRANSPORTE-D-005-1")
    if ctx.profissionais:
        checked |= {"HEADER-U-001-2", "HEADER-L-001-2"}
    return checked


def _erro(codigo: str, campo: str, mensagem: str, valor: str) -> Achado:
    return Achado(codigo, campo, "erro", clean(mensagem), {"valor": clean(valor[:60])})
