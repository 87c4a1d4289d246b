"""Who calls the API: a key that is good, may do this, and keeps its pace."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from saude.contas.models import ApiToken, Escopo
from saude.contas.queries import ALONE, EXPIRED, REVOKED, token_of, why_dead
from saude.contas.tokens import used
from saude.recebimento import limits
from saude.web.api_json import answer
from saude.web.problema import problem

REALM = 'Bearer realm="saude"'
NONE = "Falta o token. Envie o cabeçalho Authorization: Bearer e um token da entidade."
SCHEME = "O cabeçalho Authorization precisa ser a palavra Bearer, um espaço e o token."
UNKNOWN = "Não há token assim: confira se foi copiado inteiro, sem aspas e sem a palavra Bearer repetida."
DEAD = {
    REVOKED: "Este token foi revogado. Peça outro a quem administra.",
    EXPIRED: "Este token venceu em {ate}. Peça a quem administra que o renove, ou outro.",
    ALONE: "Quem respondia por este token não trabalha mais aqui. Peça a quem administra outro responsável para ele.",
}
MAY = {Escopo.ENVIAR: "enviar registros", Escopo.LER: "ler o que foi recebido"}


class Dead(Exception):
    def __init__(self, token: ApiToken, why: str) -> None:
        zone = ZoneInfo(token.entidade.fuso)
        until = (
            timezone.localtime(token.expira_em, zone).strftime("%d/%m/%Y às %H:%M") if token.expira_em else ""
        )
        super().__init__(DEAD[why].format(ate=until))


class OutOfScope(Exception):
    def __init__(self, scope: str) -> None:
        super().__init__(f"Este token não pode {MAY[Escopo(scope)]}. Peça a quem administra um que possa.")
        self.scope = scope


class TooFast(Exception):
    def __init__(self, wait: int, limit: int) -> None:
        super().__init__(f"Este token passou do limite de {limit} pedidos por minuto.")
        self.wait = wait


class TokenRequest(HttpRequest):
    """A request that a key was good for, as Ninja hands it to its operation."""

    auth: ApiToken


class Token(HttpBearer):
    """`scope`: what the key must be allowed to; "" where any good key will do."""

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_of(token)
        if found is None:
            return None
        if why := why_dead(found):
            raise Dead(found, why)
        if self.scope and self.scope not in found.escopos:
            raise OutOfScope(self.scope)
        if (
            "saude.esperado" not in request.META
        ):  # the door only looks who sends; the request itself comes later
            self._pace(request, found)
        return found

    def _pace(self, request: HttpRequest, token: ApiToken) -> None:
        sends = self.scope == Escopo.ENVIAR
        wait = limits.over_rate(token) if sends else limits.over_rate_reading(token)
        setattr(request, limits.PACE, getattr(token, limits.PACE, None))
        if wait:
            raise TooFast(wait, token.limite_por_minuto)
        used(token)


def check_again(token: ApiToken) -> None:
    """In the caller's transaction: until it ends, the key stays as it is. Raises `Dead` when it was ended meanwhile."""
    now = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if why := why_dead(now):
        raise Dead(now, why)


def prepare(api: NinjaAPI) -> None:
    """How this API tells of keys that will not do."""
    answer(api, AuthenticationError, _unknown)
    answer(api, Dead, _dead)
    answer(api, OutOfScope, _out_of_scope)
    answer(api, TooFast, _too_fast)


def _unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    given = request.headers.get("Authorization", "")
    if given and given.split(" ", 1)[0].lower() != "bearer":
        return problem(401, SCHEME, headers={"WWW-Authenticate": REALM})
    if given:
        return problem(401, UNKNOWN, headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})
    return problem(401, NONE, headers={"WWW-Authenticate": REALM})


def _dead(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(401, str(error), headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})


def _out_of_scope(request: HttpRequest, error: OutOfScope) -> HttpResponse:
    told = f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
    return problem(403, str(error), headers={"WWW-Authenticate": told})


def _too_fast(request: HttpRequest, error: TooFast) -> HttpResponse:
    return problem(429, str(error), headers={"Retry-After": str(error.wait)})
