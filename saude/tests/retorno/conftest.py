"""Where the tests of this folder find their helper, and a folder of reports of each one's own."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def pasta_de_relatorios(settings, tmp_path) -> None:
    """Other workers of the run keep reports in the common one at the same time."""
    settings.DADOS = tmp_path
