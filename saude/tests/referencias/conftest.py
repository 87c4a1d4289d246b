import pytest


@pytest.fixture(autouse=True)
def pasta_so_deste_teste(settings, tmp_path):
    """Kept files are named by their content: two tests at once with one file would delete each other's."""
    settings.DADOS = tmp_path
