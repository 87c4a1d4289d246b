"""Values that an address may not say (a CNS, a cause with its value): `?causa=~…`, the same text always the same.

Sealed with the installation's key: whoever finds the address in a log or a bookmark reads nothing in it. No
permission is given by one: it is only another spelling of a filter.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac

MARK = "~"
LONGEST = 600
_SALT = "saude.web.opaco"


def hide(text: str) -> str:
    """ "" stays ""."""
    if not text:
        return ""
    sealed = urlsafe_b64encode(_cipher().encrypt(text.encode("utf-8", "replace"), None)).decode().rstrip("=")
    return MARK + sealed


def shown(value: str) -> str:
    """The text of a sealed value; what is not sealed (an old bookmark, typed) is itself."""
    if not value.startswith(MARK):
        return value
    try:
        raw = urlsafe_b64decode(value[1:] + "=" * (-len(value[1:]) % 4))
        return _cipher().decrypt(raw, None).decode()
    except (ValueError, InvalidTag):
        return value


def _cipher() -> AESSIV:
    """Without a nonce: the same text has the same address, so that a page's own links and its filter agree."""
    return AESSIV(salted_hmac(_SALT, b"", algorithm="sha512").digest())
