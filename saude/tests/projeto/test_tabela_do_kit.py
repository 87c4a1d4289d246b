"""docs/kit.md names tests, benchmarks and pictures that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/kit.md").read_text(encoding="utf-8")


def test_every_test_of_the_table_exists():
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 25
    for place, name in named:
        assert re.search(rf"^def {name}\(", (ROOT / place).read_text(encoding="utf-8"), re.M), (
            f"{place}::{name}"
        )


def test_every_other_file_of_the_table_exists():
    named = re.findall(r"`((?:bench|pacotes|docs)/\w+\.py)", TEXT)
    assert len(named) >= 5
    assert [place for place in named if not (ROOT / place).is_file()] == []


def test_every_picture_of_the_kit_is_in_the_table_and_there():
    linked = set(re.findall(r"\((imagens/[\w-]+\.png)\)", TEXT))
    made = {
        f"imagens/{path.name}"
        for kind in ("site", "conferidor")
        for path in (ROOT / "docs/imagens").glob(f"{kind}*.png")
    }
    assert linked == made and len(made) == 14
