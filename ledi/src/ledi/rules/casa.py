"""Rules of the house (CASA-<FICHA>-<nome>): what no page says and is worth a word.

Those that look at every field of a kind (dates, texts) are verified where the wire value is made: declared here,
so that the list of rules is complete. Those of one struct are declared with its other rules (rules/shared).
"""

from __future__ import annotations

from ledi.findings import AVISO
from ledi.layouts import CURRENT, layout
from ledi.rules.checks import Declared
from ledi.rules.checks.posts import CnesDeOutro
from ledi.rules.model import CONTEXT, Rule

_TEXTO = "Texto em que aparecem letras trocadas (Ã§ no lugar de ç, ou �): foi gravado numa codificação e lido noutra."
_DATA = (
    "Data que dificilmente é essa: em segundos no lugar de milissegundos, antes de 1890, depois de 2099, ou "
    "atendimento antes de 2013, quando o e-SUS começou."
)
_TODOS = "Verificada em todos os campos de texto: o achado aponta o campo."
_TODAS = "Verificada em todos os campos de data que nenhum erro já aponta: o achado aponta o campo."


def house_rules(tipo: str) -> tuple[Rule, ...]:
    """What is looked at in every ficha."""
    at, _, name = layout(CURRENT).fichas[tipo].twins["ibge"].rpartition(".")
    return (
        Rule(f"CASA-{tipo}-codificacao", "", None, Declared(_TEXTO), severity=AVISO, why=_TODOS),
        Rule(f"CASA-{tipo}-data_improvavel", "", None, Declared(_DATA), severity=AVISO, why=_TODAS),
        Rule(f"CASA-{tipo}-cnes_de_outro", at, name, CnesDeOutro(), state=CONTEXT, severity=AVISO),
    )
