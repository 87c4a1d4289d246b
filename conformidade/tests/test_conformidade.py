"""The kit says what the library says today; our library and the worked examples pass it; a wrong one does not."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

KIT = Path(__file__).resolve().parents[1]
JARS = ("thrift", "jackson-databind", "jackson-core", "jackson-annotations", "slf4j-api", "slf4j-nop")
JAVA = [Path("/usr/share/java") / f"{name}.jar" for name in JARS]


def run(*words: str | Path, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, KIT / "executar.py", *options, "--", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def liar(tmp_path: Path, body: str) -> tuple[str, Path]:
    """A command that answers with what `body` leaves in `answer`."""
    path = tmp_path / "mente.py"
    path.write_text(
        "import json, sys, time\n"
        "for line in sys.stdin:\n"
        "    request = json.loads(line)\n"
        "    answer = {'id': request['id'], 'capacidades': ['codificar', 'decodificar', 'validar', 'abrir']}\n"
        f"    {body}\n"
        "    print(json.dumps(answer), flush=True)\n"
    )
    return sys.executable, path


def test_the_kit_is_what_the_library_says_today():
    made = subprocess.run(
        [sys.executable, KIT / "gerar.py", "--conferir"], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def test_our_library_passes():
    made = run(sys.executable, KIT / "exemplos/python/responder.py")
    counts = json.loads((KIT / "manifesto.json").read_text())["casos"]
    total = 2 * counts["bytes"] + counts["defeitos"] + counts["validar"] + counts["zips"]
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    assert made.stdout.splitlines()[-1] == f"{total} de {total} certos"


def test_the_example_in_node_passes():
    node = shutil.which("node")
    if node is None:
        pytest.skip("SEM NODE: o exemplo em Node não foi provado nesta máquina")
    made = run(node, KIT / "exemplos/node/responder.mjs")
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    assert "não oferecido: validar, codigos, abrir" in made.stdout


def test_the_example_in_java_passes():
    java = shutil.which("java")
    if java is None or not all(jar.exists() for jar in JAVA):
        pytest.skip("SEM JAVA OU libthrift: o exemplo em Java não foi provado nesta máquina")
    path = ":".join(map(str, JAVA))
    made = run(java, "-cp", path, KIT / "exemplos/java/Responder.java", KIT)
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    assert "não oferecido: validar, codigos, abrir" in made.stdout


def test_each_line_of_the_readme_runs(tmp_path):
    """As written, from the folder of the project; the reader's own program is ours, and one ficha stands for all."""
    text = (KIT / "README.md").read_text(encoding="utf-8")
    lines = re.search(r"^## Rodar\n\n```sh\n(.*?)^```$", text, re.S | re.M)[1].splitlines()
    assert len(lines) == 3
    for line in lines:
        words, _, out = line.partition(" > ")
        command, _, program = words.partition(" -- ")
        if program.startswith("node ") and shutil.which("node") is None:
            continue  # said by the test of the example in Node
        ours = f"{sys.executable} {KIT / 'exemplos/python/responder.py'}"
        program = program if program.startswith("node ") else ours
        options = command.removeprefix("python conformidade/executar.py")
        only = "" if "--so" in options else " --so FVD"
        asked = shlex.split(f"{sys.executable} conformidade/executar.py{options}{only} -- {program}")
        done = subprocess.run(asked, cwd=KIT.parent, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stdout[-500:], done.stderr)
        assert not out or json.loads(done.stdout), line


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("answer |= {'hex': 'ff', 'registro': {}, 'situacao': 'processada', 'uuids': []}", "byte 0 de"),
        ("answer |= {'erro': 'não sei'}", "recusou: não sei"),
        ("answer |= {'registro': {'tipo': 'FVD', 'mais': 1}}", "registro.versao: falta"),
    ],
)
def test_a_wrong_answer_is_told_with_its_place(tmp_path, body, said):
    made = run(*liar(tmp_path, body), options=("--so", "FVD"))
    assert made.returncode == 1
    assert said in made.stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("answer['id'] += 'x' if 'hex' in request or 'registro' in request else ''", "a resposta não é a de"),
        ("sys.exit(3) if request['id'] != '0' else None", "o comando terminou (código 3)"),
        ("time.sleep(5) if request['id'] != '0' else None", "não respondeu em 0.5 s"),
        ("print('oi', flush=True) if request['id'] != '0' else None", "não é JSON"),
        ("answer['capacidades'] = []", "não disse nenhuma capacidade"),
        ("answer['capacidades'] = ['voar']", "capacidade desconhecida: voar"),
    ],
)
def test_a_command_that_breaks_the_protocol_is_told_apart_from_a_wrong_one(tmp_path, body, said):
    made = run(*liar(tmp_path, body), options=("--so", "FVD", "--limite", "0.5"))
    assert made.returncode == 2
    assert said in made.stderr


def test_a_command_that_does_not_exist_and_a_ficha_that_does_not_exist():
    assert "não pôde ser iniciado" in run("/nao/existe").stderr
    made = run(sys.executable, KIT / "exemplos/python/responder.py", options=("--so", "XYZ"))
    assert (made.returncode, made.stderr) == (2, "conformidade: nenhum caso escolhido\n")


def test_json_tells_every_difference(tmp_path):
    made = run(*liar(tmp_path, "answer |= {'erro': 'não sei'}"), options=("--so", "FVD", "--json"))
    told = json.loads(made.stdout)
    rows = {row["pedido"]: row for row in told["resultado"]}
    assert rows["codificar"]["certos"] == 0
    assert len(told["diferencas"]) == sum(row["casos"] for row in told["resultado"])
