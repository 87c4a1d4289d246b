"""The command lines of implantacao/LEIAME.md: every command is there and takes these options.

What they do has tests of its own (copying and restoring beside this file, the two roles in `banco`, wheels in
`pacotes/rodas.py`, which proves the installation itself); here, that the text asks for nothing that does not exist.
"""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "implantacao/LEIAME.md"
LINES = "".join(re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text("utf-8"), re.S | re.M)).splitlines()
COMMAND = re.compile(r"(?:[A-Z_]+=\S+ )*saude (.*)")
SAUDE = [line for line in LINES if COMMAND.match(line)]


def test_every_line_is_looked_at():
    rest = [line for line in LINES if line not in SAUDE]
    assert len(SAUDE) >= 7
    assert [line.split()[0] for line in rest] == ["make", "python3"], "a line of another kind: give it a test"


@pytest.mark.parametrize("line", SAUDE)
def test_the_command_takes_what_the_guide_gives_it(line):
    name, *options = shlex.split(COMMAND.match(line)[1], comments=True)
    commands = get_commands()
    assert name in commands
    parser = load_command_class(commands[name], name).create_parser("saude", name)
    assert parser.parse_args(options)


def test_the_target_of_make_is_there():
    (line,) = (line for line in LINES if line.startswith("make "))
    target, variable = line.split()[1:3]
    text = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:", text, re.M) and f"$({variable.partition('=')[0]})" in text.replace(
        "$(or $(", "$("
    )
