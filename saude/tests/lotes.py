"""A batch from its first step to its end, as a person does it. Imported by the tests of batches."""

from typing import Any

from saude.fichas.models import BlocoReprocessamento, Reprocessamento
from saude.processamento.em_massa import reprocess_block
from saude.processamento.previa import assess_block

JOBS = "/executando/sistema/exportacao/reprocessamentos/"


def lote() -> Reprocessamento:
    return Reprocessamento.objects.latest("pk")


def trabalhar() -> None:
    """What the worker has in its queue."""
    for pk in BlocoReprocessamento.objects.filter(feito_em=None).order_by("pk").values_list("pk", flat=True):
        bloco = BlocoReprocessamento.objects.select_related("reprocessamento").get(pk=pk)
        (assess_block if bloco.reprocessamento.estado in ("montando", "previa") else reprocess_block)(pk)


def confirmar(client: Any, job: Reprocessamento | None = None, *, fora: Any = ()) -> Reprocessamento:
    """The preview looked at, its ticks sent but for `fora`, the number confirmed, the work done."""
    job = job or lote()
    page = client.get(f"{JOBS}{job.pk}/previa/")
    assert page.status_code == 200, page
    items = list(page.context["page_obj"])
    client.post(
        f"{JOBS}{job.pk}/marcar/",
        {
            "mostradas": [i.ficha_id for i in items],
            "fichas": [i.ficha_id for i in items if i.escolhida and i.ficha_id not in fora],
            "ir": "confirmar",
        },
    )
    page = client.get(f"{JOBS}{job.pk}/confirmar/")
    done = client.post(f"{JOBS}{job.pk}/confirmar/", {"numero": page.context["escolhidas"]})
    assert done.status_code == 302 and done.url.startswith((f"{JOBS}{job.pk}/", "/clientes/")), done
    trabalhar()
    job.refresh_from_db()
    return job


def desfazer(client: Any, job: Reprocessamento) -> Reprocessamento:
    """The batch taken back, with its own preview and confirmation."""
    answer = client.post(f"{JOBS}{job.pk}/desfazer/")
    undo = lote()
    assert undo.desfaz_id == job.pk, answer
    return confirmar(client, undo)
