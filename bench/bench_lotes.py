"""One cause mended in a whole month, and taken back: preview, its assessment, the work, the undo; time and memory.

Default 50,000 fichas with one thing wrong, in one process, block by block as a worker does it; TAMANHO=2000 for a look.
"""

from __future__ import annotations

import copy
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import banco
from comum import Linha, gravar, tamanho

CHUNK = 1_000


def main() -> None:
    banco.preparar()
    entidade = _municipio()
    n = tamanho(50_000)
    _encher(entidade, n)
    line = Linha("corrigir por causa e desfazer", n)
    before = _memory()
    took = _mend_and_undo(entidade, n)
    line.relogio.append(sum(took.values()))
    line.cpu.append(sum(took.values()))
    line.notas |= {f"{name} (s)": round(seconds, 1) for name, seconds in took.items()}
    grown = _memory() - before
    gravar("lotes", f"Um lote de {n} fichas", [line], alvos=[("memória a mais (MB)", grown, 120, "<=")])


def _municipio() -> Any:
    """Without tables and registers: nothing is wrong in a record but what is taken out of it."""
    from saude.cadastros.actions import create_entidade

    return create_entidade(
        by="bench", nome="Porto das Garças", ibge="4218202", uf="SC", cpf_cnpj="83102764000115",
        nome_razao_social="Município de Porto das Garças", email="saude@porto.example",
    )  # fmt: skip


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _encher(entidade: Any, n: int) -> None:
    from saude.recebimento.actions import receive

    for start in range(0, n, CHUNK):
        receive(entidade=entidade, records=list(_records(entidade, min(CHUNK, n - start))), origem="api")


def _records(entidade: Any, n: int) -> Iterator[dict[str, Any]]:
    from ledi_gerador import minimal

    model = minimal("FVD")
    for _ in range(n):
        record = copy.deepcopy(model)
        ficha = record["ficha"]
        record["uuid"] = ficha["uuidFicha"] = f"{record['cnes']}-{uuid4()}"
        record["ibge"] = ficha["headerTransport"]["codigoIbgeMunicipio"] = entidade.ibge
        del ficha["visitasDomiciliares"][0]["turno"]
        yield record


def _mend_and_undo(entidade: Any, n: int) -> dict[str, float]:
    from saude.contas.models import Usuario
    from saude.fichas.models import BlocoReprocessamento, Ficha
    from saude.inconsistencias.models import Inconsistencia
    from saude.processamento import lotes
    from saude.processamento.em_massa import reprocess_block
    from saude.processamento.previa import assess_block

    user = Usuario.objects.first() or Usuario.objects.create_user("bench")
    took: dict[str, float] = {}
    cause = Inconsistencia.objects.filter(severidade="erro", campo__endswith="turno")[0].causa

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        took[name] = time.perf_counter() - start
        return result

    def blocks(do: Callable[[int], None]) -> None:
        for pk in BlocoReprocessamento.objects.filter(feito_em=None, conferido_em=None).values_list(
            "pk", flat=True
        ):
            do(pk)

    job = timed(
        "prévia",
        lambda: lotes.preview_correction(entidade=entidade, causa=cause, valor=1, competencia="", by=user),
    )
    assert job.total == n, (job.total, n)
    timed("conferência da prévia", lambda: blocks(assess_block))
    timed("confirmação", lambda: lotes.confirm(job=job, numero=n, by=user))
    timed("correção", lambda: blocks(reprocess_block))
    assert Ficha.objects.filter(situacao="processada").count() == n
    undo = timed("prévia do desfazer", lambda: lotes.preview_undo(job=job, by=user))
    lotes.confirm(job=undo, numero=n, by=user)
    timed("desfazer", lambda: blocks(reprocess_block))
    assert Ficha.objects.filter(situacao="inconsistente").count() == n
    return took


if __name__ == "__main__":
    main()
