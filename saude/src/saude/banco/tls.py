"""To a database on another machine only by TLS: libpq alone would also go on in clear, and say nothing."""

import ipaddress
import os
from collections.abc import Mapping
from typing import Any

FREE = "SAUDE_BANCO_SEM_TLS"
IN_CLEAR = frozenset({"disable", "allow", "prefer"})  # what libpq may fall back from, without a word
ASKED = frozenset({"require", "verify-ca", "verify-full"})


def options_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a connection, with TLS asked for where it leaves this machine."""
    options = dict(found.get("OPTIONS") or {})
    if os.environ.get(FREE) in ("1", "true", "sim") or not _leaves(found, options):
        return options
    mode = options.get("sslmode") or os.environ.get("PGSSLMODE")
    if mode in IN_CLEAR or (not mode and "service" in options):  # what a service says is not read here
        raise ValueError(
            f"DATABASE_URL: sslmode={mode or '(não dito)'} deixaria os dados de saúde irem em claro a um banco de "
            "outra máquina. Use sslmode=verify-full e sslrootcert=/caminho/da/autoridade.pem (ou, sem conferir quem é "
            f"o servidor, sslmode=require). Só numa rede fechada: {FREE}=1."
        )
    return options if mode else {**options, "sslmode": "require"}


def asked(parameters: Mapping[str, Any]) -> bool:
    """Whether libpq, given these, refuses to go on in clear."""
    return parameters.get("sslmode") in ASKED


def _leaves(found: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    """Whether any of the servers named is not of this machine; an option wins over the address, as in libpq."""
    hosts = options.get("host") or found.get("HOST") or os.environ.get("PGHOST") or ""
    addresses = options.get("hostaddr") or os.environ.get("PGHOSTADDR") or ""
    named = [*str(hosts).split(","), *str(addresses).split(",")]
    return "service" in options or any(not _here(name.strip()) for name in named)


def _here(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":  # a socket, or the machine itself
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
