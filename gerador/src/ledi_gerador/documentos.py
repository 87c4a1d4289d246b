"""Identifiers and instants for fictitious people: valid by the published algorithms, nobody's on purpose."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from random import Random

HORA_MS = 3_600_000
DIA_MS = 24 * HORA_MS
_EPOCA = date(1970, 1, 1).toordinal()
_INICIO = datetime(1970, 1, 1, tzinfo=UTC).astimezone(timezone(timedelta(hours=-3)))


def ms(dia: date, hora: float = 5.0) -> int:
    """Epoch ms of that day; the default hour (05:00 UTC) is the same day in every Brazilian zone."""
    return (dia.toordinal() - _EPOCA) * DIA_MS + int(hora * HORA_MS)


def iso(instante: int) -> str:
    """ISO 8601 in the municipality's local time, with its offset, of an instant in epoch ms."""
    return (_INICIO + timedelta(milliseconds=instante)).isoformat()


def instante(valor: int | str) -> int:
    """Epoch ms of a date or moment in any form a record may bring: epoch ms, ISO date, ISO date-time."""
    if isinstance(valor, int):
        return valor
    if len(valor) == 10:
        return ms(date.fromisoformat(valor))
    return round(datetime.fromisoformat(valor).timestamp() * 1000)


def cpf(numero: int) -> str:
    """Valid CPF whose first nine digits are `numero`."""
    base = f"{numero % 1_000_000_000:09d}"
    if len(set(base)) == 1:  # eleven equal digits pass the sum but are no CPF
        base = f"{(numero + 1) % 1_000_000_000:09d}"
    digitos = [int(c) for c in base]
    for pesos in (range(10, 1, -1), range(11, 1, -1)):
        resto = sum(d * p for d, p in zip(digitos, pesos, strict=True)) * 10 % 11
        digitos.append(resto % 10)
    return "".join(map(str, digitos))


def cns(numero: int, inicio: int = 7) -> str:
    """Valid provisional CNS (first digit 5, 7, 8 or 9) made from `numero`; near numbers may share a CNS."""
    while True:
        base = f"{inicio}{numero % 10_000_000_000_000:013d}"
        falta = -sum(int(c) * (15 - i) for i, c in enumerate(base)) % 11
        if falta < 10:
            return base + str(falta)
        numero += 1


def cns_definitivo(numero: int, inicio: int = 2) -> str:
    """Valid definitive CNS (first digit 1 or 2), the kind professionals have."""
    base = f"{inicio}{numero % 10_000_000_000:010d}"
    soma = sum(int(c) * (15 - i) for i, c in enumerate(base))
    digito = 11 - soma % 11
    if digito == 11:
        return f"{base}0000"
    if digito == 10:
        return f"{base}001{11 - (soma + 2) % 11}"
    return f"{base}000{digito}"


def cnpj(numero: int) -> str:
    """Valid numeric CNPJ of a head office (0001) made from `numero`."""
    digitos = [int(c) for c in f"{numero % 100_000_000:08d}0001"]
    for pesos in ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)):
        resto = sum(d * p for d, p in zip(digitos, pesos, strict=True)) % 11
        digitos.append(0 if resto < 2 else 11 - resto)
    return "".join(map(str, digitos))


def uuid4(rng: Random) -> str:
    """uuid version 4 drawn from the generator's own dice."""
    h = f"{rng.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:]}"
