"""Two sessions of tests at once share no folder: pytest closes the one it shares each time a session starts."""

import os
from pathlib import Path


def test_what_a_test_writes_lies_under_a_folder_of_its_run_alone(tmp_path, request):
    chosen = request.config.option.basetemp or os.environ["PYTEST_DEBUG_TEMPROOT"]
    assert Path(chosen).resolve() in tmp_path.resolve().parents
