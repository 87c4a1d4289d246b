"""`prepare`: nothing is left to compile when the first records come."""

from ledi.envelope import Instalacao
from ledi.processing import prepare, process
from ledi.rules.registry import plan
from ledi_gerador import TIPOS, minimal
from ledi_gerador.gerador import HOJE


def test_nothing_is_compiled_after_prepare():
    plan.cache_clear()
    prepare()
    compiled = plan.cache_info().misses
    sender = Instalacao(
        contraChave="teste - 1.0",
        uuidInstalacao="x",
        cpfOuCnpj="83102764000115",
        nomeOuRazaoSocial="Município",
    )
    for tipo in TIPOS:
        done = process(minimal(tipo), instalacao=sender, hoje=HOJE)
        assert done.entry is not None, done.report.findings
    assert plan.cache_info().misses == compiled
