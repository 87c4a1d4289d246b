"""The key of the installation changed: a new one, and everything that is kept sealed with it again.

Interrupted, it is asked for again and goes on where it stopped: a mark beside the key says that a change is under way,
so that no second new key is made.
"""

import logging
import os
from collections.abc import Callable, Iterator

from saude.acs import chaves as acs_chaves
from saude.auditoria.actions import Autor, record_event
from saude.banco import travas
from saude.cofre import chaves
from saude.cofre.recifrar import Feito
from saude.correio import actions as correio
from saude.entrada import actions as entrada
from saude.exportacao import files
from saude.recebimento import guardados
from saude.transmissao import actions as transmissao

#: what is kept sealed and for long: in the order of the weight that its loss would have. Not here: what lives for hours
#: (a message in the queue, a seed not yet confirmed) and what lies elsewhere (copies, packages)
PLACES: tuple[tuple[str, Callable[[], Feito]], ...] = (
    ("segundos fatores e gov.br", entrada.reseal),
    ("chaves das entidades para os aparelhos", acs_chaves.reseal),
    ("credenciais dos PEC", transmissao.reseal),
    ("senha do correio", correio.reseal),
    ("exportações", files.reseal),
    ("lotes recebidos", guardados.reseal),
)

log = logging.getLogger(__name__)


def begin() -> bool:
    """Whether a new key was made. False: a change was under way, or SAUDE_CHAVES already has the new one first."""
    if os.environ.get("SAUDE_CHAVES", "").strip():
        if len(chaves.keyring().chaves) > 1:
            return False
        chaves.rotate()  # says in words where the new one is to be put
    before = chaves.keyring().atual.id
    mark = chaves.place()[0].with_name("troca")
    if mark.exists() and mark.read_text(encoding="ascii").strip() != before:
        return False
    mark.write_text(f"{before}\n", encoding="ascii")
    chaves.rotate()
    return True


def again() -> Iterator[tuple[str, Feito]]:
    for name, reseal in PLACES:
        yield name, reseal()


def finish(*, by: Autor, done: Feito) -> None:
    record_event(
        by=by, entidade=None, tipo="cofre.trocado", chave=chaves.keyring().atual.id, refeitos=done.refeitos,
        fechados=done.fechados,
    )  # fmt: skip
    if not os.environ.get("SAUDE_CHAVES", "").strip():
        chaves.place()[0].with_name("troca").unlink(missing_ok=True)


def late() -> Feito:
    """What was being written while the key was changed, and so has the former one: a lot on its way, an export."""
    with travas.session(travas.COFRE) as ours:
        if not ours or len(chaves.keyring().chaves) == 1:
            return Feito()
        done = sum((found for _, found in again()), Feito())
    if done.refeitos:
        log.info("sealed again after a change of key: %s", done.refeitos)
    return done
