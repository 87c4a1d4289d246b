"""Values that an address may not say (a CNS, a cause with its value): `?causa=~…`, the same text always the same.

Sealed with the installation's key: whoever finds the address in a log or a bookmark reads nothing in it. No
permission is given by one: it is only another spelling of a filter.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.utils.crypto import constant_time_compare, salted_hmac

MARK = "~"
LONGEST = 600
_SALT, _SIZE = "saude.web.opaco", 12


def hide(text: str) -> str:
    """ "" stays ""."""
    if not text:
        return ""
    data = text.encode("utf-8", "replace")
    head = _head(data)
    sealed = urlsafe_b64encode(head + _mixed(head, data)).decode().rstrip("=")
    return MARK + sealed


def shown(value: str) -> str:
    """The text of a sealed value; what is not sealed (an old bookmark, typed) is itself."""
    if not value.startswith(MARK):
        return value
    try:
        raw = urlsafe_b64decode(value[1:] + "=" * (-len(value[1:]) % 4))
        data = _mixed(raw[:_SIZE], raw[_SIZE:])
        return data.decode() if constant_time_compare(_head(data), raw[:_SIZE]) else value
    except ValueError:
        return value


def _head(data: bytes) -> bytes:
    return salted_hmac(_SALT, data, algorithm="sha256").digest()[:_SIZE]


def _mixed(head: bytes, data: bytes) -> bytes:
    key = salted_hmac(f"{_SALT}.fluxo", head, algorithm="sha256").digest()
    stream = hashlib.shake_256(key).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))
