"""Files beside the API: the same records as a zip of another system and as NDJSON, each way in by one process.

Conferir and receber are what the page does in the background; importar is the command; lotes is the API's way
(divide, then block by block). Every way runs in a child of its own, whose peak memory is noted.
Default 2,000 fichas, three runs; TAMANHO= gives another size.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import banco
from comum import Linha, gravar, tamanho

VEZES = int(os.environ.get("VEZES", "3"))


def main() -> None:
    folder = banco.preparar()
    entidade = banco.municipio()
    n = tamanho(2_000)
    lines = banco.arquivo(folder, n)
    package = _zip(lines)
    ways: list[tuple[Linha, Callable[[], None]]] = [
        (Linha("conferir um zip (ler e conferir, nada recebido)", n), lambda: _conferir(entidade, package)),
        (Linha("receber o zip conferido", n), _receber),
        (Linha("saude importar: o mesmo zip", n), lambda: _importar(entidade, package)),
        (Linha("saude importar: o mesmo em NDJSON", n), lambda: _importar(entidade, lines)),
        (Linha("lotes da API: o mesmo em NDJSON", n), lambda: _lote(entidade, lines)),
    ]
    for _ in range(VEZES):
        for line, work in ways:
            if line is not ways[1][0]:
                banco.esvaziar()
            _filho(line, work)
            _conferido(line, n, taken=line is not ways[0][0])
            if line is ways[1][0]:
                _esquecer()
    gravar(
        "arquivo", "Arquivos, ao lado dos lotes da API (um processo)", [line for line, _ in ways],
        extra={"Tamanho": f"zip {package.stat().st_size // 1024} kB, NDJSON {lines.stat().st_size // 1024} kB"},
    )  # fmt: skip


def _zip(lines: Path) -> Path:
    from ledi.cli import main as ledi

    target = lines.with_suffix(".zip")
    with redirect_stderr(io.StringIO()):
        ledi(["empacotar", str(lines), "--saida", str(target), "--permitir-inconsistentes"])
    return target


def _filho(line: Linha, work: Callable[[], None]) -> None:
    """The work in a child process: its clock, its CPU and the server's, its peak memory."""
    from django.db import connections

    connections.close_all()
    server, start = banco.servidor_cpu(), time.perf_counter()
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, status, used = os.wait4(child, 0)
    line.relogio.append(time.perf_counter() - start)
    line.cpu.append(used.ru_utime + used.ru_stime + banco.servidor_cpu() - server)
    line.notas["memória (MB)"] = round(used.ru_maxrss / 1024)
    assert status == 0, f"falhou: {line.nome}"


def _conferido(line: Linha, n: int, *, taken: bool) -> None:
    from saude.fichas.contagem_mantida import differences
    from saude.fichas.models import Ficha

    found = Ficha.objects.count()
    assert found >= 0.9 * n if taken else found == 0, f"{line.nome}: {found} fichas"
    assert differences() == [], "o painel não confere"
    line.notas["fichas"] = found


def _conferir(entidade: Any, package: Path) -> None:
    from saude.arquivos.models import Conferencia
    from saude.recebimento import actions

    actions.SMALL = 0  # as the queue does it
    with open(package, "rb") as file:
        row = actions.upload(entidade=entidade, by=_pessoa(entidade), file=file, name=package.name)
    actions.look_into(row.pk)
    row.refresh_from_db()
    assert row.estado == Conferencia.Estado.PRONTA, row.erro


def _receber() -> None:
    from saude.arquivos.models import Conferencia
    from saude.recebimento import actions

    actions.SMALL = 0
    row = Conferencia.objects.latest("pk")
    actions.ask_to_take_in(conferencia=row, by=row.usuario)
    actions.take_file_in(row.pk)
    row.refresh_from_db()
    assert row.estado == Conferencia.Estado.RECEBIDA, row.erro


def _esquecer() -> None:
    from saude.arquivos.models import Conferencia
    from saude.recebimento import actions

    for row in Conferencia.objects.all():
        actions.forget(conferencia=row, by=row.usuario)


def _importar(entidade: Any, path: Path) -> None:
    from django.core.management import call_command

    with redirect_stdout(io.StringIO()):
        call_command("importar", str(path), entidade=entidade.ibge, stdout=io.StringIO())


def _lote(entidade: Any, path: Path) -> None:
    from saude.recebimento import actions
    from saude.recebimento.models import Lote
    from saude.recebimento.spool import spool
    from saude.recebimento.tasks import spool_folder

    with open(path, "rb") as file:
        kept = spool(file, spool_folder(), gzipped=False, limit=64 * 1024**3)
    lote = actions.open_lote(
        entidade=entidade, origem="api", formato=Lote.Formato.NDJSON, arquivo=kept.arquivo,
        tamanho=kept.tamanho, sha256=kept.sha256,
    )  # fmt: skip
    actions.divide(lote, spool_folder())
    for bloco in lote.blocos.select_related("lote__entidade"):
        actions.take_block(bloco, spool_folder())


def _pessoa(entidade: Any) -> Any:
    from saude.contas.actions import create_user
    from saude.contas.models import Usuario

    return Usuario.objects.filter(username="medicao").first() or create_user(
        by="medição", entidade=entidade, username="medicao", nome="Medição", senha=os.urandom(12).hex(),
        preset="Digitador", trocar_senha=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
