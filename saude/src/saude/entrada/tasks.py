"""Background work of log-in."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from saude.entrada import esquecida


class MailNotSent(Exception):
    """The mail server did not take it; the words say why, without address."""


@app.task(
    name="entrada.senha_esquecida",
    queue="manutencao",
    retry=RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions=[MailNotSent]),
    pass_context=False,
)
def senha_esquecida(email: str, base: str) -> None:
    failed = esquecida.send(email=email, base=base)
    if failed and failed.passa:
        raise MailNotSent(failed.texto)


@app.periodic(cron="23 3 * * *")
@app.task(name="entrada.limpar", queue="manutencao", queueing_lock="limpar_entrada", pass_context=False)
def limpar(timestamp: int = 0) -> None:
    esquecida.tidy()
