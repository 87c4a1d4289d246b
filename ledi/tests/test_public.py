"""What a vendor builds on: the names of `ledi`, the examples of the README, arguments of the wrong type, the help."""

import inspect
import json
import re
import subprocess
import sys
import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

import ledi
from ledi.cli import VERBS, main

MEMBER = Path(__file__).parents[1]
README = (MEMBER / "README.md").read_text()
EXAMPLES = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
TODAY = date(2026, 11, 29)


@pytest.fixture
def example(tmp_path):
    path = tmp_path / "exemplos.py"
    path.write_text(EXAMPLES)
    return path


def python(*arguments, cwd=None):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, check=False)


def test_the_examples_of_the_readme_run(example, tmp_path):
    done = python(str(example), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    said = done.stdout.splitlines()
    assert said[0] == "processada"
    assert said[-2].startswith("0019615-1c18dcde-2a72-4435-bc25-3302b51528d1.esus FVD 8.7.0")
    assert said[-1] == "7.4.2 []"


def test_mypy_strict_takes_the_examples(example, tmp_path):
    done = python("-m", "mypy", "--strict", "--no-error-summary", str(example), cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("", 0)


def test_pyright_takes_the_examples_and_knows_every_public_name(example, tmp_path):
    names = "\n".join(f"from ledi import {name}" for name in ledi.__all__)
    example.write_text(
        f"{names}\n{EXAMPLES}\n" + "def f(s: ledi.Report) -> ledi.Situacao:\n    return s.situacao\n"
    )
    config = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "reportDeprecated": False}
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps(config | {"reportUnusedImport": False, "reportUnknownMemberType": False})
    )
    done = python(
        "-m", "basedpyright", "--pythonpath", sys.executable, "--level", "error", str(example), cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout


def test_a_wrong_situation_is_an_error_of_type(tmp_path):
    (tmp_path / "errado.py").write_text(
        'import ledi\n\nif ledi.validate({}).situacao == "procesada":\n    print("nunca")\n'
    )
    done = python("-m", "mypy", "--strict", "errado.py", cwd=tmp_path)
    assert "Non-overlapping equality check" in done.stdout


@pytest.mark.parametrize("name", ledi.__all__)
def test_every_public_name_is_there_and_in_the_readme(name):
    assert getattr(ledi, name) is not None
    assert name in dir(ledi)
    assert re.search(rf"\b{name}\b", README) or name == "__version__"


@pytest.mark.parametrize("name", sorted(set(ledi.__all__) - {"__version__"}))
def test_every_public_function_says_what_it_does(name):
    value = getattr(ledi, name)
    if callable(value) and value.__class__ is not type(ledi.Situacao):
        assert inspect.getdoc(value)


def test_a_name_that_is_not_there_is_said():
    with pytest.raises(AttributeError, match="has no attribute 'validar'"):
        ledi.validar  # noqa: B018


def test_importing_the_library_loads_nothing_of_it():
    code = "import sys, ledi; print([name for name in sys.modules if name.startswith('ledi.')])"
    assert python("-c", code).stdout == "[]\n"


def test_the_help_loads_no_rule_and_no_layout():
    code = "import sys\nfrom ledi.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    loaded = python("-c", code).stdout.splitlines()[-1].split()
    assert not [name for name in loaded if name.startswith(("ledi.rules", "ledi.layouts", "ledi.validation"))]


def test_one_version_everywhere(capsys):
    assert tomllib.loads((MEMBER / "pyproject.toml").read_text())["project"]["version"] == ledi.__version__
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"ledi {ledi.__version__} (LEDI {ledi.CURRENT}; também ")
    assert set(re.findall(r"\d+\.\d+\.\d+", said)) == {ledi.__version__, *ledi.VERSIONS}


# ---- arguments


@pytest.mark.parametrize(
    ("hoje", "way"),
    [
        ("2026-11-20", r"date\.fromisoformat"),
        (datetime(2026, 11, 20, 10, 0), r"hoje\.date\(\)"),
        (20261120, "int"),
        (1_795_000_000_000, "int"),
    ],
)
def test_a_day_that_is_no_date_is_a_type_error(hoje, way):
    for call in (ledi.validate, lambda record, **given: ledi.convert(record, "8.6.0", **given)):
        with pytest.raises(TypeError, match=way):
            call({"tipo": "FVD", "versao": "8.7.0", "ficha": {}}, hoje=hoje)


@pytest.mark.parametrize("tabelas", [{}, [], "TabelaUnificada.zip", Path("x.zip"), object()])
def test_tables_that_cannot_be_asked_are_a_type_error(tabelas):
    with pytest.raises(TypeError, match=r"ledi\.load_tables"):
        ledi.validate({"tipo": "FVD"}, tabelas=tabelas)


def test_an_installation_that_is_a_mapping_is_a_type_error():
    for given in ({"instalacao": {"contraChave": "x"}}, {"instalacao": None}):
        with pytest.raises(TypeError, match=r"ledi\.Instalacao\.from_mapping"):
            ledi.process({"tipo": "FVD"}, **given)


def test_tables_of_a_system_are_taken_by_what_they_answer(tmp_path):
    class Own(type(ledi.load_tables())):
        pass

    assert ledi.validate({"tipo": "FVD"}, tabelas=Own(), hoje=TODAY).situacao == "inconsistente"


# ---- the command


def test_every_verb_has_its_module():
    modules = {path.stem.replace("_", "-") for path in (MEMBER / "src/ledi/cli").glob("*.py")}
    assert modules - {"--init--", "common", "many", "oserror", "pool"} == set(VERBS)


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_the_whole_help_is_portuguese(verb, capsys):
    with pytest.raises(SystemExit) as end:
        main([verb, "--help"] if verb else ["--help"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    assert said.startswith("uso: ledi")
    assert not re.search(r"usage:|positional|optional|options:|show (this|program)|default:", said)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("rest", [["--nao-existe"], []])
def test_bad_usage_is_said_in_portuguese(verb, rest, capsys):
    with pytest.raises(SystemExit) as end:
        main([verb, *rest, "--nao-existe"])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("uso: ledi")
    assert not re.search(r"unrecognized|required|argument\b|invalid|expected", said)
