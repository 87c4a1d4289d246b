"""Numbers for Prometheus, read from the database when asked: the same whichever process answers. Latency is its own.

No personal data: counts by situação, kind and queue only; an entidade is told by its IBGE code.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from saude.auditoria.conferencia import last_check
from saude.banco import fila
from saude.copias import agenda
from saude.exportacao.models import Exportacao
from saude.exportacao.queries import by_state, last_rate
from saude.fichas.contagens import by_municipality
from saude.metricas import http
from saude.transmissao.queries import by_state as transmissoes_by_state
from saude.transmissao.queries import outbox_by_state, troubled


class Coletor:
    def collect(self) -> Iterator[Metric]:
        yield from self._fila()
        yield from self._fichas()
        yield from self._exportacoes()
        yield from self._transmissoes()
        yield from self._copias()
        yield from self._trilha()

    def _fila(self) -> Iterator[Metric]:
        depth = GaugeMetricFamily("saude_fila_tarefas", "Tarefas na fila", labels=["fila", "estado"])
        for queue, status, n in fila.depth():
            depth.add_metric([queue, {"todo": "espera", "doing": "rodando"}[status]], n)
        failed = GaugeMetricFamily("saude_fila_falhas", "Tarefas que falharam de vez", labels=["fila"])
        for queue, n in fila.failures():
            failed.add_metric([queue], n)
        workers = GaugeMetricFamily("saude_trabalhadores", "Trabalhadores com sinal de vida")
        workers.add_metric([], fila.workers())
        yield from (depth, failed, workers)

    def _fichas(self) -> Iterator[Metric]:
        fichas = GaugeMetricFamily("saude_fichas", "Fichas por situação", labels=["municipio", "situacao"])
        for ibge, situacao, n in by_municipality():
            fichas.add_metric([ibge, situacao], n)
        yield fichas

    def _copias(self) -> Iterator[Metric]:
        free = GaugeMetricFamily("saude_disco_livre_bytes", "Espaço livre onde estão os dados")
        free.add_metric([], agenda.free())
        yield free
        last = GaugeMetricFamily("saude_copia_idade_segundos", "Idade da última cópia boa das agendadas")
        if (age := agenda.age()) is not None:
            last.add_metric([], age)
        yield last

    def _exportacoes(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("saude_exportacoes", "Exportações por estado", labels=["estado"])
        sent = CounterMetricFamily("saude_fichas_exportadas", "Fichas postas em arquivos concluídos")
        for estado, n, total in by_state():
            states.add_metric([estado], n)
            if estado == Exportacao.Estado.CONCLUIDA:
                sent.add_metric([], total)
        rate = GaugeMetricFamily(
            "saude_exportacao_fichas_por_segundo", "Ritmo da última exportação concluída"
        )
        if (last := last_rate()) is not None:
            rate.add_metric([], last)
        yield from (states, sent, rate)

    def _transmissoes(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("saude_transmissoes", "Transmissões ao PEC por estado", labels=["estado"])
        for estado, n in transmissoes_by_state():
            states.add_metric([estado], n)
        outbox = GaugeMetricFamily(
            "saude_transmissao_fichas", "Fichas das transmissões não concluídas", labels=["situacao"]
        )
        for situacao, n in outbox_by_state():
            outbox.add_metric([situacao], n)
        stuck = GaugeMetricFamily("saude_transmissoes_que_nao_andam", "Transmissões que esperam uma pessoa")
        stuck.add_metric([], troubled().count())
        yield from (states, outbox, stuck)

    def _trilha(self) -> Iterator[Metric]:
        faults = GaugeMetricFamily("saude_trilha_problemas", "Problemas na última conferência da trilha")
        when = GaugeMetricFamily("saude_trilha_conferida_segundos", "Quando a trilha foi conferida (Unix)")
        if (last := last_check()) is not None:
            faults.add_metric([], last.problemas)
            when.add_metric([], last.momento.timestamp())
        yield from (faults, when)


def texto() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Coletor())
    return generate_latest(registry) + generate_latest(http.REGISTRY)
