"""What once made a reader fall is read or refused; so are a few hundred new mutations."""

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest

ROOT = next(p for p in Path(__file__).parents if (p / "fuzz").is_dir())
CORPUS = sorted((ROOT / "fuzz" / "corpo").glob("*.bin"))


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_dos_leitores", ROOT / "fuzz" / "fuzz.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.SLOW = 60  # whatever the machine
    return module


@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.stem)
def test_what_fell_once(fuzz, path, tmp_path):
    assert fuzz.tried(path.name.split("-")[0], path.read_bytes(), tmp_path) == ""


def test_mutated_samples(fuzz, tmp_path):
    rng, known = random.Random(7), fuzz.samples(tmp_path)
    assert set(known) == set(fuzz.READERS)
    for kind, samples in known.items():
        for data in samples:
            assert fuzz.tried(kind, data, tmp_path) == ""
        for _ in range(40):
            data = fuzz.mutated(rng.choice(samples), samples, rng)
            assert fuzz.tried(kind, data, tmp_path) == "", kind
