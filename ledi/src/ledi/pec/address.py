"""The address of a PEC: https, or http on this very machine (the simulator)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ledi.errors import LediError

_HOST = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.-]{0,252})")
_PREFIX = re.compile(r"(?:/[0-9A-Za-z._~-]{1,100}){0,5}")


class AddressError(LediError):
    """The address cannot be one of a PEC."""


@dataclass(frozen=True, slots=True)
class Address:
    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == (443 if self.is_https else 80) else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"


def parse_address(text: str) -> Address:
    """`https://pec.municipio.gov.br`, with port and folder where there are any. AddressError in Portuguese."""
    try:
        found = urlsplit(text.strip())
        host, port = found.hostname or "", found.port
    except ValueError:
        raise AddressError("o endereço do PEC não é válido. Use a forma https://servidor[:porta]") from None
    if found.scheme not in ("https", "http") or not host:
        raise AddressError("o endereço do PEC deve ter a forma https://servidor[:porta]")
    if found.username is not None or found.query or found.fragment or "@" in found.netloc:
        raise AddressError(
            "o endereço do PEC não leva usuário, senha, “?” nem “#”: só https://servidor[:porta]"
        )
    host = _host(host)
    if found.scheme == "http" and not _is_loopback(host):
        raise AddressError(
            "o endereço do PEC deve começar por https:// (http só serve para o simulador nesta máquina)"
        )
    prefix = found.path.rstrip("/").removesuffix("/api")
    if not _PREFIX.fullmatch(prefix) or "/.." in prefix or "/./" in prefix:
        raise AddressError("o endereço do PEC traz uma pasta com caracteres que não são aceitos")
    return Address(found.scheme, host, port or (443 if found.scheme == "https" else 80), prefix)


def _host(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        made = host.encode("idna").decode("ascii")
    except UnicodeError:
        made = ""
    if not _HOST.fullmatch(made):
        raise AddressError("o nome do servidor do PEC não é válido")
    return made


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
