"""The picture of the panel: one stacked bar per competência, as numbers for an SVG made by the template."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from saude.fichas.contagens import COUNTED, LinhaPainel
from saude.painel.converters import SITUACOES

WIDTH, LEFT, RIGHT, BAR, GAP = 760, 74, 70, 22, 14
PARTS = (
    ("exportadas", "Exportados"),
    ("processadas", "Processados"),
    ("pendentes", "Pendências"),
    ("inconsistentes", "Inconsistências"),
)
#: a part -> its list, as the addresses of the panel name it
ADDRESSES = {COUNTED[situacao]: address for address, situacao in SITUACOES.items()}


@dataclass(frozen=True, slots=True)
class Parte:
    classe: str
    rotulo: str
    n: int
    x: float
    largura: float

    @property
    def endereco(self) -> str:
        return ADDRESSES[self.classe]


@dataclass(frozen=True, slots=True)
class Barra:
    competencia: str
    total: int
    y: int
    partes: list[Parte] = field(default_factory=list)

    @property
    def texto_y(self) -> int:
        return self.y + BAR // 2 + 4

    @property
    def fim(self) -> float:
        return (self.partes[-1].x + self.partes[-1].largura if self.partes else LEFT) + 8


@dataclass(frozen=True, slots=True)
class Figura:
    barras: list[Barra]
    largura: int
    altura: int
    barra: int = BAR


def figure(lines: Sequence[LinhaPainel], limit: int = 12) -> Figura:
    shown = list(lines[:limit])
    most = max((line.total for line in shown), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    bars = [_bar(line, i, scale) for i, line in enumerate(shown)]
    return Figura(bars, WIDTH, max(len(bars), 1) * (BAR + GAP) + 2)


def _bar(line: LinhaPainel, index: int, scale: float) -> Barra:
    x, parts = float(LEFT), []
    for name, label in PARTS:
        n = getattr(line, name)
        if n:
            width = max(n * scale, 1.5)
            parts.append(Parte(name, label, n, round(x, 1), round(width, 1)))
            x += width
    return Barra(line.competencia, line.total, index * (BAR + GAP) + 1, parts)
