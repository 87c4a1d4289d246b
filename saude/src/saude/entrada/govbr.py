"""Log-in by gov.br: OpenID Connect, authorization code with PKCE, by Authlib. It finds an account, and makes none.

Paths, scopes, `sub` as CPF and the levels are those of the public guide "roteiro de integração do Login Único".
"""

from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # brings no types
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App  # type: ignore[import-untyped]
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import (
    BadSignatureError,
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)

from ledi.documents import cpf as documento
from saude.cofre.erros import CofreError
from saude.cofre.segredos import open_sealed
from saude.contas.models import Usuario
from saude.entrada.models import GovBr

PURPOSE = "entrada.govbr.segredo"
SCOPES = "openid email profile govbr_confiabilidades"
TIMEOUT = 10
LEEWAY = 60  # seconds two clocks may differ
LEVELS = {"bronze": 1, "silver": 2, "prata": 2, "gold": 3, "ouro": 3}
CLAIMS = {
    "iss": "a resposta é de outro emissor",
    "aud": "a resposta é para outro sistema",
    "azp": "a resposta é para outro sistema",
    "nonce": "a resposta não é deste pedido (nonce)",
    "exp": "a resposta passou do tempo",
    "iat": "a hora da resposta está errada: confira o relógio do servidor",
    "nbf": "a hora da resposta está errada: confira o relógio do servidor",
    "at_hash": "a resposta não confere com a chave que veio com ela",
    "sub": "a resposta não diz o CPF",
}


class Recusado(Exception):
    """Why nobody came in, for the person."""


@dataclass(frozen=True)
class Pessoa:
    usuario: Usuario
    nivel: GovBr.Nivel


def settings_now() -> GovBr | None:
    return GovBr.objects.filter(pk=1).first()


def offered() -> bool:
    return GovBr.objects.filter(pk=1, ativo=True).exists()


def start(request: HttpRequest, row: GovBr) -> HttpResponse:
    """To gov.br; state, nonce and the verifier of PKCE stay in the session."""
    try:
        made: HttpResponse = _client(row).authorize_redirect(request, callback(request))
    except CofreError as error:
        raise Recusado(str(error)) from error
    return made


def callback(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("govbr_volta"))


def finish(request: HttpRequest, row: GovBr) -> Pessoa:
    """Who came back, when everything in the answer is as it must be."""
    if request.GET.get("error"):
        raise Recusado("No gov.br a entrada foi cancelada ou recusada.")
    state = request.GET.get("state", "")
    if not request.session.get(f"_state_govbr_{state}"):
        raise Recusado(
            "Esta volta do gov.br não é de um pedido deste navegador, ou já foi usada. Comece de novo."
        )
    token = _token(request, _client(row))
    claims = token.get("userinfo")
    if not claims:
        raise Recusado("O gov.br não disse quem é a pessoa (falta o id_token).")
    cpf = documento.compact(str(claims.get("sub", "")))
    if not documento.is_valid(cpf):
        raise Recusado("O gov.br não disse o CPF da pessoa.")
    level = _level(row, claims, cpf, str(token.get("access_token", "")))
    if level < row.nivel_minimo:
        raise Recusado(
            f"A sua conta gov.br é {GovBr.Nivel(level).label if level else 'sem nível'}, e aqui é preciso ao menos "
            f"{GovBr.Nivel(row.nivel_minimo).label}. Aumente o nível no aplicativo gov.br, ou entre com a senha."
        )
    user = Usuario.objects.filter(cpf=cpf, is_active=True).first()
    if user is None:
        raise Recusado(
            "Não há usuário ativo com o seu CPF neste sistema. Peça a quem o administra que crie o usuário ou "
            "informe nele o CPF."
        )
    return Pessoa(user, GovBr.Nivel(level))


def _token(request: HttpRequest, client: DjangoOAuth2App) -> dict[str, Any]:
    issuer = client.server_metadata["issuer"]
    options = {
        "iss": {"essential": True, "values": [issuer, issuer.rstrip("/")]},
        "aud": {"essential": True, "values": [client.client_id]},
        "exp": {"essential": True},
        "sub": {"essential": True},
    }
    try:
        found: dict[str, Any] = client.authorize_access_token(request, claims_options=options, leeway=LEEWAY)
    except ExpiredTokenError as error:
        raise Recusado(f"Recusado: {CLAIMS['exp']}. Comece de novo.") from error
    except (InvalidClaimError, MissingClaimError) as error:
        raise Recusado(f"Recusado: {CLAIMS.get(error.claim, 'a resposta do gov.br não confere')}.") from error
    except (BadSignatureError, InvalidKeyIdError) as error:
        raise Recusado("Recusado: a assinatura da resposta não é do gov.br.") from error
    except (JoseError, AuthlibBaseError, ValueError, KeyError, TypeError) as error:
        raise Recusado("A resposta do gov.br não pôde ser lida. Comece de novo.") from error
    except requests.RequestException as error:
        raise Recusado(
            "O gov.br não respondeu. Tente de novo em alguns minutos, ou entre com a senha."
        ) from error
    return found


def _level(row: GovBr, claims: Any, cpf: str, access: str) -> int:
    """In the id_token when gov.br puts it there; else asked of its service of levels. 0: none."""
    told = claims.get("reliability_info")
    if isinstance(told, dict) and isinstance(told.get("level"), str):
        return LEVELS.get(told["level"].lower(), 0)
    url = f"{row.api.rstrip('/')}/confiabilidades/v3/contas/{cpf}/niveis"
    try:
        answer = requests.get(
            url, params={"response-type": "ids"}, headers={"Authorization": f"Bearer {access}"}, timeout=TIMEOUT,
            allow_redirects=False,
        )  # fmt: skip
        answer.raise_for_status()
        if answer.is_redirect:  # to somewhere that nobody configured
            raise requests.TooManyRedirects
        found = [int(item["id"]) for item in answer.json()]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        raise Recusado("O gov.br não disse o nível da conta. Tente de novo, ou entre com a senha.") from error
    return max((n for n in found if n in GovBr.Nivel.values), default=0)


def _client(row: GovBr) -> DjangoOAuth2App:
    base = row.emissor.rstrip("/")
    return DjangoOAuth2App(
        DjangoIntegration("govbr"),
        "govbr",
        client_id=row.cliente,
        client_secret=open_sealed(row.segredo, PURPOSE) if row.segredo else "",
        authorize_url=f"{base}/authorize",
        access_token_url=f"{base}/token",
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT,
            "max_redirects": 0,  # the secret and the code go where the installation says, and nowhere else
        },
        issuer=f"{base}/",
        jwks_uri=f"{base}/jwk",
        id_token_signing_alg_values_supported=["RS256"],
    )
