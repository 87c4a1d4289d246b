"""Types of the system are read by mypy as strictly as the library's; rooms that are not typed yet are listed here."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
#: a room leaves this list with its errors and never comes back; a new room is born typed
UNTYPED = {
    "saude.acs.*",
    "saude.arquivos.*",
    "saude.atualizacao.*",
    "saude.correcao.*",
    "saude.exportacao.*",
    "saude.fichas.*",
    "saude.painel.*",
    "saude.processamento.*",
    "saude.recebimento.*",
    "saude.site.*",
}


def _mypy() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]


def _modules(override: dict[str, Any]) -> set[str]:
    return {override["module"]} if isinstance(override["module"], str) else set(override["module"])


def test_mypy_reads_the_whole_system_strictly_in_make_check() -> None:
    (line,) = (x for x in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "$(BIN)/mypy" in x)
    assert line.split()[-3:] == ["ledi/src", "gerador/src", "saude/src"]
    config = _mypy()
    assert config["strict"] is True and config["enable_error_code"] == ["ignore-without-code"]
    assert not {key for key in config if key.startswith(("allow_", "disable_", "exclude"))}


def test_the_list_of_untyped_rooms_only_shrinks() -> None:
    overrides = _mypy()["overrides"]
    assert all(o.keys() == {"module", "ignore_errors"} for o in overrides), "nothing is read less strictly"
    assert set().union(*map(_modules, overrides)) - {"saude.*.migrations.*"} == UNTYPED
