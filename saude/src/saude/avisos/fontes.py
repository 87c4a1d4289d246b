"""What there is to tell of an entidade, to whoever works in some of its áreas. No text carries personal data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from saude.acesso.guarda import covers
from saude.acesso.permissoes import INSTALACAO, Limite, Permissao
from saude.acs.queries import Silencio, silent
from saude.avisos.models import Especie
from saude.banco import fila
from saude.cadastros.models import Entidade
from saude.cadastros.prazos import deadlines
from saude.comum.competencia import in_words
from saude.comum.texto import fichas
from saude.fichas.contagens import LinhaPainel, panel
from saude.referencias.models import Publicacao
from saude.referencias.queries import in_use
from saude.web.models import Marco

MARKS = (1, 3, 5, 10)  # days before the deadline
SILENT = timedelta(days=7)
CNES_OLD = timedelta(days=60)
SIGTAP_OLD = 2  # months behind
LATE = timedelta(days=60)  # after the deadline, a competência is no news any more
STOPPED = timedelta(minutes=15)
MARK_STOPPED = "trabalhador_parado"


@dataclass(frozen=True, slots=True)
class Novo:
    """A notice that holds now. `chave`: told once to each person."""

    especie: Especie
    chave: str
    texto: str
    endereco: str
    permissao: str
    areas: frozenset[str] | None = None
    profissional_id: int | None = None
    vence: date | None = None


class Fontes:
    """Of one entidade at one moment; what several people share is read once."""

    def __init__(self, entidade: Entidade, now: datetime) -> None:
        self.entidade, self.now = entidade, now
        self.today = now.astimezone(ZoneInfo(entidade.fuso)).date()
        self._lines: dict[Limite, list[LinhaPainel]] = {}
        self._silent: list[Silencio] | None = None
        self._tables: list[Novo] | None = None

    def for_limits(self, limites: dict[str, Limite]) -> Iterator[Novo]:
        """What somebody with these permissions (each with its áreas) may be told."""
        if Permissao.VER in limites:
            yield from self._deadlines(limites[Permissao.VER])
        if Permissao.EXPORTAR in limites:
            yield from self._ready(limites[Permissao.EXPORTAR])
        if Permissao.CORRIGIR in limites:
            yield from self._agents(limites[Permissao.CORRIGIR])
        yield from (novo for novo in self._of_tables() if novo.permissao in limites)

    def _lines_of(self, limite: Limite) -> list[LinhaPainel]:
        if limite not in self._lines:
            rows = panel(self.entidade, cnes=limite)
            self._lines[limite] = [line for line in rows if not line.sem_data]
        return self._lines[limite]

    def _deadlines(self, limite: Limite) -> Iterator[Novo]:
        lines = [line for line in self._lines_of(limite) if line.prazo_bloqueado_por]
        due = deadlines(self.entidade, [line.competencia for line in lines])
        for line in lines:
            day = due[line.competencia].data
            left = (day - self.today).days
            mark = next((m for m in MARKS if 0 <= left <= m), None)
            if mark is None:
                continue
            where = "" if limite is None else " nas suas áreas"
            yield Novo(
                Especie.PRAZO,
                f"{line.competencia}:{day}:{mark}",
                f"A competência de {in_words(line.competencia)} deve ser enviada até {day:%d/%m/%Y}. "
                f"Ainda há{where}: {_what_blocks(line)}.",
                reverse("painel:painel"),
                Permissao.VER,
                limite,
                vence=day,
            )

    def _ready(self, limite: Limite) -> Iterator[Novo]:
        """Of a month that is over: nothing is left to mend, and something to export."""
        lines = [line for line in self._lines_of(limite) if _is_ready(line) and line.fim < self.today]  # type: ignore[operator]  # it has a date
        due = deadlines(self.entidade, [line.competencia for line in lines])
        for line in lines:
            if due[line.competencia].data + LATE < self.today:
                continue
            where = "" if limite is None else " nas suas áreas"
            yield Novo(
                Especie.PRONTA,
                line.competencia,
                f"A competência de {in_words(line.competencia)} está pronta{where}: "
                f"{fichas(line.a_exportar)} a exportar, nada a corrigir nem a reprocessar.",
                f"{reverse('exportacao:nova')}?competencia={line.competencia}",
                Permissao.EXPORTAR,
                limite,
            )

    def _agents(self, limite: Limite) -> Iterator[Novo]:
        if self._silent is None:
            self._silent = silent(self.entidade, self.now - SILENT)
        for row in self._silent:
            if not covers(limite, row.cnes):
                continue
            since = row.desde.astimezone(ZoneInfo(self.entidade.fuso))
            yield Novo(
                Especie.AGENTE,
                f"{row.profissional_id}:{row.desde:%Y%m%dT%H%M%S}",
                f"Um agente de {row.estabelecimento} não sincroniza desde {since:%d/%m/%Y}.",
                reverse("acs:sincronizacoes"),
                Permissao.CORRIGIR,
                frozenset({row.cnes}),
                profissional_id=row.profissional_id,
            )

    def _of_tables(self) -> list[Novo]:
        if self._tables is None:
            self._tables = list(self._read_tables())
        return self._tables

    def _read_tables(self) -> Iterator[Novo]:
        cnes = in_use(self.entidade, self.today)["cnes"].publicacao
        if cnes is not None and cnes.vale_de and self.today - cnes.vale_de > CNES_OLD:
            text = f"O CNES em uso é de {cnes.quando}. Importe o atual: vínculos novos são tidos por errados."
            yield Novo(
                Especie.TABELA,
                f"cnes:{cnes.vale_de}",
                text,
                reverse("referencias:lista"),
                Permissao.CONFIGURAR,
            )


def of_installation(now: datetime) -> Iterator[Novo]:
    """For who rules the installation, whatever municipality they work in."""
    sigtap = Publicacao.objects.filter(tipo=Publicacao.Tipo.SIGTAP, situacao=Publicacao.Situacao.PRONTA)
    newest = sigtap.order_by("-vale_de").first()
    if newest and _months_behind(newest.competencia, timezone.localdate(now)) >= SIGTAP_OLD:
        text = (
            f"O SIGTAP mais novo é de {newest.quando}. Importe o atual: códigos novos são tidos por errados."
        )
        yield Novo(Especie.TABELA, f"sigtap:{newest.vale_de}", text, reverse("referencias:lista"), INSTALACAO)
    since = Marco.since(MARK_STOPPED) if worker_stopped() else None
    if since and now - since >= STOPPED:
        text = (
            f"Nenhum trabalhador está ativo desde {timezone.localtime(since):%d/%m/%Y %H:%M}: exportações, "
            "reprocessamentos e recebimentos esperam. Ligue-o de novo (saude trabalhar)."
        )
        key = f"parado:{since:%Y%m%dT%H%M%S}"
        yield Novo(Especie.TRABALHADOR, key, text, reverse("servico"), INSTALACAO)


def worker_stopped() -> bool:
    """Nobody works at the queue. When that began is kept, so that it is told once, whoever sees it."""
    if fila.workers():
        Marco.remove(MARK_STOPPED)
        return False
    Marco.put(MARK_STOPPED)
    return True


def _is_ready(line: LinhaPainel) -> bool:
    return line.a_exportar > 0 and line.prazo_bloqueado_por == line.a_exportar


def _what_blocks(line: LinhaPainel) -> str:
    parts = (
        (line.inconsistentes, "a corrigir"),
        (line.pendentes, "a reprocessar"),
        (line.a_exportar, "a exportar"),
        (line.retorno.a_corrigir, "que o PEC recusou"),
    )
    return ", ".join(f"{fichas(n)} {what}" for n, what in parts if n)


def _months_behind(competencia: str, today: date) -> int:
    return (today.year - int(competencia[:4])) * 12 + today.month - int(competencia[4:])
