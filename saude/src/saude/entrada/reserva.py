"""Codes on paper, for who lost the phone: ten, one use each, shown once."""

import base64
import hashlib
import secrets

from saude.contas.models import Usuario
from saude.entrada.models import CodigoReserva

HOW_MANY = 10


def make(usuario: Usuario) -> list[str]:
    """New ones; the ones before are worth nothing."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(HOW_MANY)]
    usuario.codigos_reserva.all().delete()
    CodigoReserva.objects.bulk_create(CodigoReserva(usuario=usuario, hash=_hash(code)) for code in codes)
    return ["-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes]


def use(usuario: Usuario, code: str) -> bool:
    """Of two who send it at the same time, one enters."""
    used, _ = usuario.codigos_reserva.filter(hash=_hash(code)).delete()
    return bool(used)


def looks_like(code: str) -> bool:
    return len(_plain(code)) == 16


def _plain(code: str) -> str:
    return "".join(c for c in code.lower() if c.isalnum())


def _hash(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
