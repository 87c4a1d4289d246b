"""Background work of clients."""

from procrastinate.contrib.django import app

from saude.cadastros.models import Entidade
from saude.clientes import duplicados


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="clientes.procurar_duplicados", queue="manutencao", lock="procurar_duplicados",
    queueing_lock="procurar_duplicados",
)  # fmt: skip
def procurar_duplicados(timestamp: int = 0) -> None:
    """Possible duplicates among the clients that changed, in every entidade."""
    for entidade in Entidade.objects.order_by("pk"):
        duplicados.update_pairs(entidade)
