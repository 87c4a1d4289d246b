"""Codes of an authenticator app (RFC 6238, as `cryptography` makes them): each is good once, and says a wrong clock."""

import base64
import secrets
import time
from dataclasses import dataclass

import segno
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db.models import Q
from django.utils import timezone

from saude.cofre.segredos import open_sealed, seal
from saude.contas.models import Usuario
from saude.entrada.models import Fator

STEP, DIGITS = 30, 6
AROUND = 1  # intervals before and after now: people are slow, clocks a little off
CLOCK = 60  # intervals looked at, half an hour both ways, to tell who has a wrong clock
ISSUER = "Saúde e-SUS"


@dataclass(frozen=True)
class Recusa:
    texto: str


def new_secret() -> str:
    """Base32, as apps take it: 160 bits."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret: str, usuario: Usuario) -> str:
    return _totp(secret).get_provisioning_uri(usuario.username, ISSUER)


def picture(secret: str, usuario: Usuario) -> str:
    """The address as a QR code, in the page itself: no secret in a URL."""
    made: str = segno.make(address(secret, usuario), error="m").svg_data_uri(scale=5, border=3, light="#fff")
    return made


def check(secret: str, code: str) -> int | Recusa:
    """The interval the code is of, or why it is not good."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return Recusa(f"O código tem {DIGITS} algarismos: copie o que o aplicativo mostra agora.")
    now, totp = int(time.time()) // STEP, _totp(secret)
    found = next(
        (n for n in _nearest_first() if bytes_eq(totp.generate((now + n) * STEP), digits.encode())), None
    )
    if found is None:
        return Recusa("O código não confere. Espere o próximo e tente de novo.")
    if abs(found) > AROUND:
        minutes = max(1, round(abs(found) * STEP / 60))
        told = "adiantado" if found > 0 else "atrasado"
        return Recusa(
            f"O código é de um relógio {minutes} minuto{'s' if minutes > 1 else ''} {told}. Ponha a hora do aparelho "
            "em automático e use o próximo código."
        )
    return now + found


def add(usuario: Usuario, secret: str, code: str, nome: str) -> Fator | Recusa:
    """Kept when the first code proves that the app has it; that code is used."""
    found = check(secret, code)
    if isinstance(found, Recusa):
        return found
    fator = Fator(
        usuario=usuario, tipo=Fator.Tipo.APLICATIVO, nome=nome, contador=found, usado_em=timezone.now()
    )
    fator.save()
    fator.segredo = seal(secret, purpose_of(fator))
    fator.save(update_fields=["segredo"])
    return fator


def use(usuario: Usuario, code: str) -> Fator | Recusa:
    """The app whose code this is. A code is good once: of two who send it at the same time, one enters."""
    refused = Recusa("Não há aplicativo autenticador neste usuário.")
    for fator in usuario.fatores.filter(tipo=Fator.Tipo.APLICATIVO):
        found = check(open_sealed(fator.segredo, purpose_of(fator)), code)
        if isinstance(found, Recusa):
            refused = found
            continue
        mine = Fator.objects.filter(Q(pk=fator.pk) & Q(contador__lt=found))
        if mine.update(contador=found, usado_em=timezone.now()):
            return fator
        return Recusa("Este código já foi usado. Espere o próximo: ele muda a cada 30 segundos.")
    return refused


def _nearest_first() -> list[int]:
    return sorted(range(-CLOCK, CLOCK + 1), key=abs)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # SHA-1 is what authenticator apps speak


def purpose_of(fator: Fator) -> str:
    return f"entrada.fator:{fator.pk}"
