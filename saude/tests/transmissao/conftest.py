"""Where the tests of this folder find their helpers; exports of each one's own, waits that are over at once."""

import sys
from pathlib import Path

import pytest

from ledi.pec.connection import Timeouts

HERE = Path(__file__).parent
#: where the library's client is tested: its kit, and certificates made for it
OF_THE_CLIENT = HERE.parents[2] / "ledi" / "tests" / "pec"
sys.path.insert(0, str(HERE))
sys.path.append(str(OF_THE_CLIENT))


@pytest.fixture(autouse=True)
def pastas_e_esperas(settings, tmp_path, monkeypatch) -> None:
    from saude.transmissao import pec

    settings.EXPORTACOES = tmp_path / "exportacoes"
    monkeypatch.setattr(pec, "TIMEOUTS", Timeouts(connect=5.0, read=10.0, total=20.0))


@pytest.fixture
def certificados() -> Path:
    return OF_THE_CLIENT / "certs"
