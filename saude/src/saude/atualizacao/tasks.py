"""Background work of reference tables."""

import contextlib

from procrastinate.contrib.django import app

from saude.atualizacao import actions
from saude.banco.fila import keeper
from saude.contas.models import Usuario
from saude.referencias.models import Publicacao


@app.task(name="referencias.importar_sigtap", queue="referencias", retry=2, pass_context=False)
def importar_sigtap(publicacao_id: int) -> None:
    with contextlib.suppress(actions.FileRefused):  # told in the release itself
        actions.import_sigtap(publicacao_id)


@app.task(name="referencias.comparar_cnes", queue="referencias", retry=2, pass_context=False)
def comparar_cnes(publicacao_id: int) -> None:
    with contextlib.suppress(actions.FileRefused):
        actions.compare_cnes(publicacao_id)


@app.task(name="referencias.importar_cnes", queue="referencias", retry=2, pass_context=False)
def importar_cnes(publicacao_id: int, usuario_id: int | None) -> None:
    row = Publicacao.objects.get(pk=publicacao_id)
    user = Usuario.objects.get(pk=usuario_id) if usuario_id else None
    with contextlib.suppress(actions.FileRefused):
        actions.import_cnes(publicacao=row, by=user)


@keeper("referencias.vigiar", queue="referencias")
def vigiar(timestamp: int) -> None:
    actions.watch()
