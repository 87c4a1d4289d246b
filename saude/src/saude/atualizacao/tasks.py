"""Background work of reference tables."""

import contextlib

from procrastinate.contrib.django import app

from saude.atualizacao import actions


@app.task(name="referencias.importar_sigtap", queue="referencias", retry=2, pass_context=False)
def importar_sigtap(publicacao_id: int) -> None:
    with contextlib.suppress(actions.FileRefused):  # told in the release itself
        actions.import_sigtap(publicacao_id)
