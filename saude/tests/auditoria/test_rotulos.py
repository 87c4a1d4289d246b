"""Every kind of event the code writes has a name in Portuguese, and can be filtered by it."""

import re
from pathlib import Path

import saude
from saude.auditoria.rotulos import ROTULOS

WRITTEN = re.compile(r"""tipo=(?:f?"([a-z_]+\.[a-z_]+)"(?: if .*? else "([a-z_]+\.[a-z_]+)")?)""")


def test_every_kind_written_has_a_label():
    written = set()
    for path in Path(saude.__file__).parent.rglob("*.py"):
        for match in WRITTEN.finditer(path.read_text(encoding="utf-8")):
            written |= set(filter(None, match.groups()))
    assert len(written) > 20
    assert sorted(written - ROTULOS.keys()) == []
