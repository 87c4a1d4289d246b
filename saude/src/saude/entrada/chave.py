"""Passkeys (WebAuthn), by the library of the FIDO alliance's own members. Only over a name: an IP address has none."""

import base64
import ipaddress
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from saude.contas.models import Usuario
from saude.entrada.models import Fator
from saude.entrada.totp import Recusa

MAX = 10  # passkeys of a person
PREFERRED = UserVerificationRequirement.PREFERRED


def possible(request: HttpRequest) -> bool:
    host = _host(request)
    if not request.is_secure() and host != "localhost":
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False


def ask_to_make(request: HttpRequest, usuario: Usuario) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked, and what to keep until it answers."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(
            id=f"saude:{usuario.pk}".encode(), name=usuario.username, display_name=usuario.get_full_name()
        ),
        credentials=[_data(f) for f in _of(usuario)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=PREFERRED,
    )
    return dict(options), dict(state)


def add(
    request: HttpRequest, usuario: Usuario, state: Mapping[str, Any], answer: Any, nome: str
) -> Fator | Recusa:
    if _of(usuario).count() >= MAX:
        return Recusa(f"Já há {MAX} chaves de acesso. Remova uma antes.")
    try:
        made = _server(request).register_complete(state, answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Recusa("A chave de acesso não pôde ser criada. Tente de novo.")
    data = made.credential_data
    credential = websafe_encode(data.credential_id) if data else ""
    if not data or Fator.objects.filter(credencial=credential).exists():
        return Recusa("Esta chave de acesso já está em uso.")
    return Fator.objects.create(
        usuario=usuario,
        tipo=Fator.Tipo.CHAVE,
        nome=nome,
        segredo=base64.b64encode(data).decode(),
        credencial=credential,
        contador=made.counter,
    )


def ask_to_use(request: HttpRequest, usuario: Usuario) -> tuple[dict[str, Any], dict[str, Any]]:
    credentials = [_data(f) for f in _of(usuario)]
    options, state = _server(request).authenticate_begin(credentials, user_verification=PREFERRED)
    return dict(options), dict(state)


def use(request: HttpRequest, usuario: Usuario, state: Mapping[str, Any], answer: Any) -> Fator | Recusa:
    """The passkey that answered, when it is one of this person's and answered this question."""
    keys = list(_of(usuario))
    refused = Recusa("A chave de acesso não foi aceita. Tente de novo ou use outro meio.")
    try:
        counter = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
        found = _server(request).authenticate_complete(state, [_data(f) for f in keys], answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        return refused
    credential = websafe_encode(found.credential_id)
    # a counter that does not grow is a copy of the key; keys that do not count always say 0
    grown = Q(credencial=credential, usuario=usuario) & (Q(contador__lt=counter) | Q(contador=0))
    if not Fator.objects.filter(grown).update(contador=counter, usado_em=timezone.now()):
        return refused
    return next(f for f in keys if f.credencial == credential)


def _of(usuario: Usuario) -> QuerySet[Fator]:
    return usuario.fatores.filter(tipo=Fator.Tipo.CHAVE)


def _data(fator: Fator) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(fator.segredo))


def _server(request: HttpRequest) -> Fido2Server:
    here = f"{request.scheme}://{request.get_host()}"
    rp = PublicKeyCredentialRpEntity(name="Saúde e-SUS", id=_host(request))
    return Fido2Server(rp, verify_origin=lambda origin: origin == here)


def _host(request: HttpRequest) -> str:
    host = request.get_host()
    return host if host.endswith("]") else host.rpartition(":")[0] or host
