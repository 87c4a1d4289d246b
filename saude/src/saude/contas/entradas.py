"""Log-ins: who is in now and from where, the one before, and ending them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from saude.auditoria.actions import record_event
from saude.auditoria.models import Evento
from saude.contas.models import Sessao, Usuario
from saude.contas.tentativas import Tentativa

if TYPE_CHECKING:
    from saude.cadastros.models import Entidade

#: in the session: its row, when it began, what was before it, whether the screen is locked
ROW, SINCE, BEFORE, LOCKED = "sessao", "entrou_em", "entrada_anterior", "tela_bloqueada"
KEPT_DAYS = 400


class Anterior(NamedTuple):
    """The log-in before this one."""

    em: datetime
    de: str


def begin(request: HttpRequest, user: Usuario) -> int:
    """Note a log-in; how many passwords were refused at this name since the last one."""
    before = Sessao.objects.filter(usuario=user).first()
    session = request.session
    if session.session_key is None:
        session.create()
    row = Sessao.objects.create(
        usuario=user,
        chave=session.session_key or "",
        como=getattr(user, "entrou_por", "senha"),
        ip=request.META.get("REMOTE_ADDR") or None,
        navegador=browser(request.headers.get("User-Agent", "")),
    )
    session[ROW], session[SINCE] = row.pk, row.inicio.timestamp()
    session.pop(LOCKED, None)
    if before is None:
        return 0
    session[BEFORE] = [before.inicio.timestamp(), before.ip or ""]
    refused = Evento.objects.filter(
        alvo_tipo=Usuario._meta.label_lower,
        alvo_id=str(user.pk),
        tipo="login.recusado",
        momento__gt=before.inicio,
    )
    return int(refused.count())


def before(request: HttpRequest) -> Anterior | None:
    told = request.session.get(BEFORE)
    if not told:
        return None
    return Anterior(datetime.fromtimestamp(told[0], tz=timezone.get_current_timezone()), told[1])


def moved(request: HttpRequest) -> None:
    """The session has another key now (a new password)."""
    Sessao.objects.filter(pk=request.session.get(ROW, 0)).update(chave=request.session.session_key)


def over(request: HttpRequest) -> bool:
    """However busy, a session ends: nobody stays in for days on a password typed once."""
    since = request.session.get(SINCE)
    if since is None:  # begun before this was noted
        request.session[SINCE] = timezone.now().timestamp()
        return False
    return timezone.now().timestamp() - float(since) > settings.SESSION_HOURS * 3600


def expire(request: HttpRequest) -> None:
    record_event(
        by=cast(Usuario, request.user), entidade=None, tipo="sessao.vencida", alvo=cast(Usuario, request.user)
    )
    request.session.flush()
    request.user = AnonymousUser()


def lock(request: HttpRequest) -> None:
    """The screen asks for the password; behind it the session lives until its absolute end, good for nothing else."""
    session = request.session
    if LOCKED not in session:
        session[LOCKED] = True
        session.set_expiry(
            max(60, int(settings.SESSION_HOURS * 3600 - (timezone.now().timestamp() - session[SINCE])))
        )
        record_event(by=cast(Usuario, request.user), entidade=None, tipo="tela.bloqueada")


def confirm(request: HttpRequest, password: str, meanwhile: str = "") -> str:
    """Who is in is asked again who they are: "" when the password was right, else what to tell."""
    user = cast(Usuario, request.user)
    attempt = Tentativa(request, user.username)
    if not attempt.taken():
        return f"Muitas tentativas. Espere {settings.LOGIN_LOCK_MINUTES} minutos{meanwhile}."
    if not user.check_password(password):
        record_event(by=user, entidade=None, tipo="login.recusado", alvo=user)
        return "A senha não confere."
    attempt.entered()
    return ""


def unlock(request: HttpRequest, password: str) -> str:
    """ "" when the password was right, else what to tell."""
    user = cast(Usuario, request.user)
    if told := confirm(request, password, "; o que está na tela continua aqui"):
        return told
    if request.session.pop(LOCKED, None):
        request.session.set_expiry(None)
        record_event(by=user, entidade=None, tipo="tela.desbloqueada")
    return ""


def living(user: Usuario) -> list[Sessao]:
    """Newest first, each with `vista_em`, when it was last used."""
    rows = list(user.sessoes.all()[:200])
    keys = [row.chave for row in rows]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    ends = dict(alive.values_list("session_key", "expire_date"))
    found = [row for row in rows if row.chave in ends]
    for row in found:
        seen = ends[row.chave] - timedelta(seconds=settings.SESSION_COOKIE_AGE)
        cast(Any, row).vista_em = max(row.inicio, min(seen, timezone.now()))
    return found


@transaction.atomic
def end(*, by: Usuario, sessoes: Iterable[Sessao], usuario: Usuario, entidade: "Entidade | None") -> int:
    """End these of a person; how many were alive."""
    ended, _ = Session.objects.filter(session_key__in=[row.chave for row in sessoes]).delete()
    if ended:
        record_event(
            by=by,
            entidade=entidade,
            tipo="sessao.encerrada",
            alvo=usuario,
            usuario=usuario.username,
            sessoes=ended,
        )
    return ended


def end_all(usuario: Usuario) -> None:
    """Who is deactivated is out, and stays out when reactivated."""
    keys = list(usuario.sessoes.values_list("chave", flat=True))
    Session.objects.filter(session_key__in=keys).delete()


def one_of(usuario: Usuario, pk: str) -> list[Sessao]:
    found = [row for row in living(usuario) if str(row.pk) == pk]
    if not found:
        raise ValidationError("Esta sessão já terminou.")
    return found


def hours() -> int:
    return round(settings.SESSION_HOURS)


def tidy() -> None:
    Sessao.objects.filter(inicio__lt=timezone.now() - timedelta(days=KEPT_DAYS)).delete()


def browser(agent: str) -> str:
    """Browser and system in words a person knows; what is not known stays unsaid."""
    names = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {mark: mark for mark in ("Android", "iPhone", "iPad", "Windows")} | {
        "Mac OS": "macOS",
        "Linux": "Linux",
    }
    name = next((n for mark, n in names.items() if mark in agent), "")
    system = next((n for mark, n in systems.items() if mark in agent), "")
    return " em ".join(filter(None, (name, system))) or "navegador não reconhecido"
