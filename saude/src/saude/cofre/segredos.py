"""Small secrets (a password of the mail server, the seed of a second factor) as text that says which key opens it.

    stored = seal("segredo", purpose=f"contas.totp:{user.pk}")
    open_sealed(stored, purpose=f"contas.totp:{user.pk}")

`purpose` is bound to what is sealed: moved to another row or another field, it does not open. Give it the row's id.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from saude.cofre.chaves import Chave, keyring
from saude.cofre.erros import Danificado

MARK = "cofre1"
NONCE = 12
_INFO = b"saude.cofre segredo 1"


def seal(text: str, purpose: str) -> str:
    """ASCII, `cofre1.<key>.<base64>`: about 4/3 of the text plus 66 characters. Never twice the same."""
    chave, nonce = keyring().atual, secrets.token_bytes(NONCE)
    sealed = _cipher(chave).encrypt(nonce, text.encode(), _bound(chave.id, purpose))
    return f"{MARK}.{chave.id}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"


def open_sealed(sealed: str, purpose: str) -> str:
    """Raises ChaveErrada (the key is not here), Danificado (changed, or of another purpose), SemChave."""
    key_id, body = _parts(sealed)
    chave = keyring().of(key_id)
    try:
        return _cipher(chave).decrypt(body[:NONCE], body[NONCE:], _bound(key_id, purpose)).decode()
    except InvalidTag:
        raise Danificado(
            "Um segredo guardado não confere: foi mudado, ou posto no lugar de outro. Informe-o outra vez."
        ) from None


def is_sealed(text: str) -> bool:
    return text.startswith(f"{MARK}.")


def sealed_by_former(sealed: str) -> bool:
    """Was the key rotated since? Then `seal(open_sealed(…))` brings it to the key in use."""
    return _parts(sealed)[0] != keyring().atual.id


def _parts(sealed: str) -> tuple[str, bytes]:
    mark, _, rest = sealed.partition(".")
    key_id, _, body = rest.partition(".")
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except (ValueError, binascii.Error):
        raw = b""
    if mark != MARK or len(raw) < NONCE + 16:
        raise Danificado("Um segredo guardado não tem a forma que o cofre escreve. Informe-o outra vez.")
    return key_id, raw


def _cipher(chave: Chave) -> AESGCM:
    return AESGCM(chave.derive(_INFO))


def _bound(key_id: str, purpose: str) -> bytes:
    return f"{MARK}\0{key_id}\0{purpose}".encode()
