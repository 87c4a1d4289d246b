"""Background work of reference tables."""

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app

from saude.referencias import actions, reavaliar
from saude.referencias.models import Publicacao


@app.task(name="referencias.reavaliar_chegadas", queue="referencias", retry=2, pass_context=False)
def reavaliar_chegadas(publicacao_id: int) -> None:
    with transaction.atomic():
        reavaliar.catch_up(Publicacao.objects.select_related("entidade", "por").get(pk=publicacao_id))


@app.task(name="referencias.importar_sigtap", queue="referencias", retry=2, pass_context=False)
def importar_sigtap(publicacao_id: int) -> None:
    with contextlib.suppress(actions.FileRefused):  # told in the release itself
        actions.import_sigtap(publicacao_id)
