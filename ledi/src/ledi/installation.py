"""The installation that signs the envelope: its rules, and a fictitious one for tests."""

from __future__ import annotations

from ledi.envelope import Instalacao
from ledi.findings import Finding
from ledi.layouts import CURRENT
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
    env = Env({}, DEFAULT_ZONE, None, None)
    made = plan("INSTALACAO", version)
    env.root = made.normalise(instalacao.to_wire(), env, None)
    made.check(env.root, env, None)
    return tuple(env.found)
