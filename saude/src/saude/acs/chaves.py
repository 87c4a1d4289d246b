"""The pair of keys of an entidade: phones wrap their data key with the public one, so that a password forgotten loses
no visit. The private one is sealed by the key outside the database, and opens a phone's key only when an
administrator allowed it (`pedidos_chave`).
"""

import base64
import binascii
import hashlib
import logging

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)
from django.db import transaction

from saude.acs.models import ChaveEntidade
from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.cofre import recifrar
from saude.cofre.erros import CofreError, Danificado
from saude.cofre.recifrar import Feito
from saude.cofre.segredos import open_sealed, seal

BITS = 3072
EPHEMERAL_BITS = range(2048, 4097)  # of the key that a phone makes to be answered
DATA_KEY = 32  # bytes
log = logging.getLogger(__name__)


def public_key(entidade: Entidade) -> dict[str, str] | None:
    """What a phone is told. None while the installation has no key to seal with: registering does not wait for it."""
    found = _in_use(entidade)
    if found is None:
        try:
            found = _make(entidade)
        except CofreError as error:
            log.error("sem a chave da entidade para os aparelhos: %s", error)
            return None
    return {"id": found.identificacao, "publica": found.publica}


def _in_use(entidade: Entidade) -> ChaveEntidade | None:
    return ChaveEntidade.objects.filter(entidade=entidade).order_by("-pk").first()


@transaction.atomic
def _make(entidade: Entidade) -> ChaveEntidade:
    Entidade.objects.select_for_update(no_key=True).get(pk=entidade.pk)
    if found := _in_use(entidade):  # two phones at once: the first made it
        return found
    return _create(entidade)


def _create(entidade: Entidade) -> ChaveEntidade:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key_id = hashlib.sha256(public).hexdigest()[:16]
    return ChaveEntidade.objects.create(
        entidade=entidade,
        identificacao=key_id,
        publica=base64.b64encode(public).decode(),
        privada=seal(base64.b64encode(der).decode(), _purpose(key_id)),
    )


@transaction.atomic
def new_pair(*, entidade: Entidade, by: Autor) -> ChaveEntidade:
    """Phones hear of it when they next speak, and wrap for it. The pairs before stay: what a phone that did not speak
    since has wrapped is opened with its own."""
    made = _create(Entidade.objects.select_for_update(no_key=True).get(pk=entidade.pk))
    record_event(
        by=by, entidade=entidade, tipo="acs.chave_trocada", alvo=made, identificacao=made.identificacao
    )
    return made


def reseal() -> Feito:
    """The private halves, with the key of the installation in use, after it was changed."""
    return recifrar.rows(ChaveEntidade.objects.all(), "privada", lambda row: _purpose(row.identificacao))


def rewrap(chave: ChaveEntidade, *, wrapped: str, instalacao: str, ephemeral: str) -> str:
    """The data key of a phone, from under the entidade's key to under the one that the phone made for the answer.

    It is in clear only here. Raises CofreError, ValueError (what the phone sent opens with no key of ours).
    """
    der = base64.b64decode(open_sealed(chave.privada, _purpose(chave.identificacao)))
    private = load_der_private_key(der, None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise Danificado("A chave da entidade para os aparelhos não é uma chave RSA.")
    label = instalacao.encode()  # of this phone: the wrapped key of another does not open
    data_key = private.decrypt(raw(wrapped), OAEP(MGF1(SHA256()), SHA256(), label))
    if len(data_key) != DATA_KEY:
        raise ValueError("not a data key")
    sealed = ephemeral_key(ephemeral).encrypt(data_key, OAEP(MGF1(SHA256()), SHA256(), label))
    return base64.b64encode(sealed).decode()


def ephemeral_key(text: str) -> rsa.RSAPublicKey:
    """Raises ValueError."""
    found = load_der_public_key(raw(text))
    if not isinstance(found, rsa.RSAPublicKey) or found.key_size not in EPHEMERAL_BITS:
        raise ValueError("not an RSA key of a phone")
    return found


def raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _purpose(key_id: str) -> str:
    return f"acs.chave:{key_id}"
