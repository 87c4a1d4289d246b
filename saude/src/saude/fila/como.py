"""How an error is mended, in a sentence for paper: from the pages of rules that the system shows."""

import re
from functools import lru_cache

from saude.ajuda import do_layout, documentos

ASKED = re.compile(r"\*\*O que pede\.\*\*\s*(.+?)(?:\n\n|$)", re.S)
MEND = re.compile(r"\*\*Como corrigir\.\*\*\s*(.+?)(?:\n\n|$)", re.S)
MARKS = re.compile(r"[*`]|\[([^\]]+)\]\([^)]*\)")
LONGEST = 300


@lru_cache(maxsize=4096)
def how(tipo: str, codigo: str) -> str:
    """What the rule asks, or (of a field's own form) what to do; "" where no page tells.

    The part *Como corrigir* of a rule's page answers the page's own example, so it is not said of another record.
    """
    if page := documentos.rules(tipo).get(codigo) or documentos.rules("COMUM").get(codigo):
        found = ASKED.search(page)
    else:
        found = MEND.search(do_layout.page_of(codigo))
    text = MARKS.sub(lambda m: m[1] or "", " ".join(found[1].split())) if found else ""
    text = text.removesuffix(" A mensagem da ficha diz qual campo é.")
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
