"""What makes the project open holds in every member: licence and its fields, one version, a changelog that knows it."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def _toml(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


WORKSPACE = _toml(ROOT)
MEMBERS = WORKSPACE["tool"]["uv"]["workspace"]["members"]


@pytest.mark.parametrize("member", [".", *MEMBERS])
def test_every_member_carries_the_licence(member: str) -> None:
    project = _toml(ROOT / member)["project"]
    assert project["license"] == "Apache-2.0"
    assert project["authors"] == [{"name": "Saúde e-SUS contributors"}]
    assert (ROOT / member / project["readme"]).read_text(encoding="utf-8").strip()
    assert project["license-files"] == ["LICENSE"]
    text = (ROOT / member / "LICENSE").read_bytes()
    assert text == (ROOT / "LICENSE").read_bytes()
    assert b"Apache License" in text and b"Version 2.0" in text


@pytest.mark.parametrize("member", MEMBERS)
def test_members_are_released_together(member: str) -> None:
    project = _toml(ROOT / member)["project"]
    assert project["version"] == WORKSPACE["project"]["version"]
    assert "urls" not in project
    assert len(project["classifiers"]) >= 5


def test_the_changelog_has_a_section_per_release_and_one_to_come() -> None:
    titles = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[0] == "Não lançado"
    released = [re.fullmatch(r"(\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)", title) for title in titles[1:]]
    assert released and all(released), titles
    assert released[0][1] == WORKSPACE["project"]["version"]
