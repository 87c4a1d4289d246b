"""What the server tells every phone: its time, whether the phone's clock is wrong, whether the app is old."""

import time
from typing import Any

#: the app in static/acs; below MINIMA the phone is told to update (its data are taken all the same)
ATUAL = "1.0.0"
MINIMA = "1.0.0"
TOLERANCE = 300  # seconds


def numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    legible = len(parts) <= 4 and all(p.isdecimal() and len(p) <= 9 for p in parts)
    return tuple(map(int, parts)) if legible else ()


def old_app(version: str, *, unknown: bool = True) -> bool:
    """Below the least one; a version that cannot be read is `unknown`."""
    found = numbers(version)
    return found < numbers(MINIMA) if found else unknown


def clock(sent: object) -> int | None:
    """Seconds the phone's clock is ahead of ours (negative: behind); None when it said nothing sensible."""
    if isinstance(sent, bool) or not isinstance(sent, (int, float)) or not abs(sent) < 1e14:
        return None
    return max(-2_000_000_000, min(2_000_000_000, round(sent / 1000 - time.time())))


def notices(version: str, sent_clock: object) -> dict[str, Any]:
    """`servidor_em` (epoch ms) always; `relogio` and `atualizar` when there is something to tell."""
    told: dict[str, Any] = {"servidor_em": int(time.time() * 1000)}
    skew = clock(sent_clock)
    if skew is not None and abs(skew) > TOLERANCE:
        way = "adiantado" if skew > 0 else "atrasado"
        told["relogio"] = {
            "desvio_segundos": skew,
            "mensagem": f"O relógio deste aparelho está {way} em {span(abs(skew))}. Acerte a data e a hora; "
            "os registros mantêm a data em que foram feitos.",
        }
    if old_app(version):
        told["atualizar"] = {
            "codigo": 426,
            "minima": MINIMA,
            "atual": ATUAL,
            "mensagem": "Esta versão do aplicativo é antiga. Os registros foram aceitos; abra o aplicativo com "
            "internet para atualizar.",
        }
    return told


def span(seconds: int) -> str:
    for size, one, many in ((86400, "dia", "dias"), (3600, "hora", "horas"), (60, "minuto", "minutos")):
        if seconds >= size:
            n = round(seconds / size)
            return f"{n} {one if n == 1 else many}"
    return f"{seconds} segundos"
