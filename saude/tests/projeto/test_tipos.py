"""Types of the system are read by mypy as strictly as the library's, in every room."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def _mypy() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]


def test_mypy_reads_the_whole_system_strictly_in_make_check() -> None:
    (line,) = (x for x in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "$(BIN)/mypy" in x)
    assert line.split()[-3:] == ["ledi/src", "gerador/src", "saude/src"]
    config = _mypy()
    assert config["strict"] is True and config["enable_error_code"] == ["ignore-without-code"]
    assert not {key for key in config if key.startswith(("allow_", "disable_", "exclude"))}


def test_no_room_is_read_less_strictly() -> None:
    (made_by_django,) = _mypy()["overrides"]
    assert made_by_django == {"module": "saude.*.migrations.*", "ignore_errors": True}
