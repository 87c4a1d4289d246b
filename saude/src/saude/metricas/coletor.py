"""Numbers for Prometheus, read from the database when asked: the same whichever process answers.

No personal data: counts by situação, kind and queue only; an entidade is told by its IBGE code.
"""

from collections.abc import Iterator

from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from saude.exportacao.models import Exportacao

FILA = (
    "SELECT queue_name, status::text, count(*), "
    "coalesce(extract(epoch FROM now() - min(scheduled_at)), 0) FROM procrastinate_jobs "
    "WHERE status IN ('todo', 'doing') GROUP BY 1, 2"
)
FALHAS = "SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1"
TRABALHADORES = (
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
)
FICHAS = (
    "SELECT e.ibge, c.situacao, sum(c.n) FROM fichas_contagem c "
    "JOIN cadastros_entidade e ON e.id = c.entidade_id GROUP BY 1, 2"
)
EXPORTACOES = "SELECT estado, count(*), coalesce(sum(total), 0) FROM exportacao_exportacao GROUP BY 1"
RITMO = (
    "SELECT total / greatest(extract(epoch FROM concluida_em - iniciada_em), 0.001) FROM exportacao_exportacao "
    "WHERE estado = 'concluida' ORDER BY concluida_em DESC LIMIT 1"
)


class Coletor:
    def collect(self) -> Iterator[Metric]:
        yield from self._fila()
        yield from self._fichas()
        yield from self._exportacoes()

    def _fila(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("saude_fila_tarefas", "Tarefas na fila", labels=["fila", "estado"])
        for queue, status, n, _ in _rows(FILA):
            depth.add_metric([queue, {"todo": "espera", "doing": "rodando"}[status]], n)
        failed = GaugeMetricFamily("saude_fila_falhas", "Tarefas que falharam de vez", labels=["fila"])
        for queue, n in _rows(FALHAS):
            failed.add_metric([queue], n)
        workers = GaugeMetricFamily("saude_trabalhadores", "Trabalhadores com sinal de vida")
        workers.add_metric([], _rows(TRABALHADORES)[0][0])
        yield from (depth, failed, workers)

    def _fichas(self) -> Iterator[Metric]:
        fichas = GaugeMetricFamily("saude_fichas", "Fichas por situação", labels=["municipio", "situacao"])
        for ibge, situacao, n in _rows(FICHAS):
            fichas.add_metric([ibge, situacao], n)
        yield fichas

    def _exportacoes(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("saude_exportacoes", "Exportações por estado", labels=["estado"])
        sent = CounterMetricFamily("saude_fichas_exportadas", "Fichas postas em arquivos concluídos")
        for estado, n, total in _rows(EXPORTACOES):
            states.add_metric([estado], n)
            if estado == Exportacao.Estado.CONCLUIDA:
                sent.add_metric([], total)
        rate = GaugeMetricFamily(
            "saude_exportacao_fichas_por_segundo", "Ritmo da última exportação concluída"
        )
        for (value,) in _rows(RITMO):
            rate.add_metric([], float(value))
        yield from (states, sent, rate)


def texto() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Coletor())
    return generate_latest(registry)


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
