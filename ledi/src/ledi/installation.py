"""The installations that sign an envelope: their rules, what a foreign envelope says, a fictitious one for tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from ledi.envelope import TRANSPORT, Envelope, Instalacao
from ledi.errors import InstallationError
from ledi.findings import ERRO, Finding
from ledi.layouts import CURRENT, layout
from ledi.rules.env import Env
from ledi.rules.registry import plan
from ledi.validation import DEFAULT_ZONE

# Used by `ledi empacotar` when no installation is given: never a real municipality's.
FICTICIA = Instalacao(
    contraChave="Instalacao ficticia - 1.0.0",
    uuidInstalacao="00000000-0000-4000-8000-000000000000",
    cpfOuCnpj="11222333000181",
    nomeOuRazaoSocial="Instalação fictícia de teste",
    fone="4833330000",
    email="teste@exemplo.com.br",
    versaoSistema="1.0.0",
    nomeBancoDados="PostgreSQL",
)


def validate_installation(instalacao: Instalacao, version: str = CURRENT) -> tuple[Finding, ...]:
    """What the PEC would refuse in the installation data. Paths are names of DadoInstalacaoThrift."""
    try:
        return _judged(instalacao, version)
    except TypeError:  # a value that cannot be a key of the cache is no text either
        return _judged.__wrapped__(instalacao, version)


@lru_cache(maxsize=256)
def _judged(instalacao: Instalacao, version: str) -> tuple[Finding, ...]:
    env = Env({}, DEFAULT_ZONE, None, None)
    made = plan("INSTALACAO", version)
    env.root = made.normalise(instalacao.to_wire(), env, None)
    made.check(env.root, env, None)
    return tuple(env.found)


def require_valid(instalacao: Instalacao, version: str = CURRENT) -> None:
    """InstallationError for what makes the PEC discard the whole transport."""
    wrong = [found for found in validate_installation(instalacao, version) if found.severity == ERRO]
    if wrong:
        raise InstallationError("; ".join(f"{found.path}: {found.message}" for found in wrong))


def validate_originadora(instalacao: Instalacao, version: str = CURRENT) -> tuple[Finding, ...]:
    """The same of who typed a record that came in another system's envelope, which our export keeps."""
    return _under("originadora", instalacao, version)


def validate_envelope(envelope: Envelope) -> tuple[Finding, ...]:
    """What the PEC would refuse in a foreign envelope and its record, opened, does not say.

    Paths: `remetente.…`, `originadora.…`, and record names. What is wrong in the remetente is not kept by an
    export of ours, which signs with its own installation.
    """
    return tuple(_of_envelope(envelope))


def _of_envelope(envelope: Envelope) -> Iterator[Finding]:
    fields = layout(envelope.used_version).structs[TRANSPORT].by_name
    for odd in envelope.misfits:
        code = f"REGISTRO-xml-{odd.kind}" if not odd.struct else f"TRANSPORTE-{odd.struct}-{odd.field}-tipo"
        key = fields[odd.path].role if odd.path in fields else None  # the record's name for it
        yield Finding(code, key or odd.path, odd.words)
    told = {odd.path for odd in envelope.misfits}
    for side, label in (("remetente", "Instalação remetente"), ("originadora", "Instalação originadora")):
        data = envelope.remetente if side == "remetente" else envelope.originadora
        if not any(value not in (None, "") for value in data.values()):
            text = f"Falta {label}. Preencha no envelope os dados da instalação."
            yield Finding(f"TRANSPORTE-DadoTransporteThrift-{side}-obrigatorio", side, text)
            continue
        for found in _under(side, Instalacao.as_found(data), envelope.used_version):
            if found.path not in told:
                yield found


def _under(side: str, instalacao: Instalacao, version: str) -> tuple[Finding, ...]:
    return tuple(
        replace(found, path=f"{side}.{found.path}", message=f"Instalação {side}: {found.message}")
        for found in validate_installation(instalacao, version)
    )
