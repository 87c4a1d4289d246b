"""Background work of notices."""

from procrastinate.contrib.django import app

from saude.avisos.reunir import round_of


@app.periodic(cron="11 * * * *")
@app.task(name="avisos.rodada", queue="manutencao", queueing_lock="avisos_rodada", pass_context=False)
def rodada(timestamp: int = 0) -> None:
    round_of()
