"""Who guesses is held up; whom they guess at is not.

Failures count per name typed *and* where they come from: a browser in which this person has entered before, else the
address (an IPv6 customer is one). A try is taken before the password is hashed and given back to who enters, in one
statement each: guesses at the same time do not pass the limit, and entering never uses it up. Guesses at one name from
many addresses have a limit of their own, which closes addresses never seen and leaves the person's own browsers open.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.contas.models import Aparelho, TentativaLogin, Usuario

COOKIE = "__Host-saude_aparelho" if settings.HTTPS else "saude_aparelho"
EVERYWHERE = ""  # where strangers' tries at a name are added up
DEVICE_DAYS = 180

_TAKE = """
INSERT INTO contas_tentativalogin AS t (username, origem, falhas, ultima_falha) VALUES (%s, %s, 1, %s)
ON CONFLICT (username, origem) DO UPDATE
   SET falhas = CASE WHEN t.ultima_falha < %s THEN 1 ELSE t.falhas + 1 END, ultima_falha = %s
 WHERE t.falhas < %s OR t.ultima_falha < %s
RETURNING falhas
"""


@dataclass(frozen=True)
class Porta:
    """A name at a place, and how many failures it may have there."""

    nome: str
    onde: str
    limite: int

    def take(self) -> int | None:
        """How many that makes; None when there are none left."""
        now = timezone.now()
        old = now - _lock()
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [self.nome, self.onde, now, old, now, self.limite, old])
            row = cursor.fetchone()
        return row[0] if row else None

    def shut(self) -> bool:
        return (
            self._rows().filter(falhas__gte=self.limite, ultima_falha__gte=timezone.now() - _lock()).exists()
        )

    def give_back(self) -> None:
        self._rows().filter(falhas__gt=0).update(falhas=F("falhas") - 1)
        self._rows().filter(falhas=0).delete()

    def clear(self) -> None:
        self._rows().delete()

    def _rows(self) -> QuerySet[TentativaLogin]:
        return TentativaLogin.objects.filter(username=self.nome, origem=self.onde)


class Tentativa:
    """One try at the password (or, with another `nome`, at the second factor) of a name."""

    def __init__(self, request: HttpRequest | None, username: str, nome: str = "") -> None:
        self.username = username[:150]
        name = (nome or self.username)[:160]
        device = device_of(request)
        known = device and Aparelho.objects.filter(usuario__username=self.username, chave=device).exists()
        address = request.META.get("REMOTE_ADDR", "") if request else ""
        here = Porta(name, f"aparelho:{device}" if known else network(address), settings.LOGIN_MAX_FAILURES)
        everywhere = Porta(name, EVERYWHERE, settings.LOGIN_MAX_FAILURES_STRANGERS)
        self.doors = (here,) if known else (here, everywhere)

    def taken(self) -> bool:
        """Whether the password may be looked at; what is taken here is given back by `entered`."""
        for n, door in enumerate(self.doors):
            if (count := door.take()) is None:
                for before in self.doors[:n]:
                    before.give_back()
                return False
            if count == door.limite:
                _tell(self.username, count, door)
        return True

    def shut(self) -> bool:
        return any(door.shut() for door in self.doors)

    def entered(self) -> None:
        here, *everywhere = self.doors
        here.clear()
        for door in everywhere:
            door.give_back()


def forgive(username: str) -> None:
    """A new password: what was guessed before counts no more."""
    TentativaLogin.objects.filter(username=username).delete()


def network(address: str) -> str:
    """An IPv6 customer has 2**64 addresses: they count as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return "desconhecido"
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address


def device_of(request: HttpRequest | None) -> str:
    """The browser's own mark, hashed as it is kept; "" when it has none."""
    mark = request.COOKIES.get(COOKIE, "") if request else ""
    return hashlib.sha256(mark.encode()).hexdigest() if len(mark) >= 40 else ""


def remember_device(request: HttpRequest, response: HttpResponse, user: Usuario) -> None:
    """From now on this browser is one of theirs: strangers' guesses do not close it."""
    mark = request.COOKIES.get(COOKIE, "")
    if len(mark) < 40:
        mark = secrets.token_urlsafe(32)
    key = hashlib.sha256(mark.encode()).hexdigest()
    Aparelho.objects.update_or_create(usuario=user, chave=key, defaults={"visto_em": timezone.now()})
    response.set_cookie(
        COOKIE, mark, max_age=DEVICE_DAYS * 86_400, path="/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def tidy() -> None:
    """What counts no more is not kept."""
    now = timezone.now()
    TentativaLogin.objects.filter(ultima_falha__lt=now - timedelta(days=1)).delete()
    Aparelho.objects.filter(visto_em__lt=now - timedelta(days=DEVICE_DAYS)).delete()


def _lock() -> timedelta:
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def _tell(username: str, failures: int, door: Porta) -> None:
    """Read by who administers where the person belongs; of a name that nobody has, by who rules the installation."""
    user = Usuario.objects.filter(username=username).first()
    where = {user.entidade_id, *user.acessos.values_list("entidade_id", flat=True)} if user else {None}
    for entidade in where:
        record_event(
            by=user or "desconhecido", entidade=entidade, tipo="login.bloqueado", alvo=user, falhas=failures,
            origem="vários endereços" if door.onde == EVERYWHERE else "um lugar",
        )  # fmt: skip
