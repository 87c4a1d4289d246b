"""`saude importar ARQUIVO`: take in a file. Again the same file: nothing new."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledi.errors import LediError
from ledi.reading import read_records
from saude.cadastros.models import Entidade
from saude.processamento import julgar
from saude.recebimento import actions
from saude.recebimento.intake import Resposta, take_in
from saude.recebimento.leitura_arquivo import formato_of, items_of
from saude.recebimento.models import Lote
from saude.recebimento.spool import spool
from saude.recebimento.tasks import spool_folder
from saude.registro.tipos import Origem

SHOWN = 20
LIMIT = 8 * 1024**3


class Command(BaseCommand):
    help = "Importa registros de um arquivo .jsonl, .json, .esus ou .zip."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("arquivo", type=Path)
        parser.add_argument("--entidade", help="código IBGE; dispensável quando só há uma entidade")

    def handle(self, *args: Any, arquivo: Path, entidade: str | None, **options: Any) -> None:
        where = _entidade(entidade)
        try:
            with open(arquivo, "rb") as file:
                # read by its path here; what stays is sealed with the others at night
                kept = spool(file, spool_folder(), gzipped=False, limit=LIMIT, sealed=False)
            path = spool_folder() / kept.arquivo
            lote = actions.open_lote(
                entidade=where,
                origem=Origem.ARQUIVO,
                formato=formato_of(arquivo),
                nome_arquivo=arquivo.name,
                arquivo=kept.arquivo,
                tamanho=kept.tamanho,
                sha256=kept.sha256,
            )
            problems = self._take(lote, path, where)
        except (OSError, LediError) as error:
            raise CommandError(f"{arquivo.name}: {error}") from error
        self._report(lote, problems)

    def _take(self, lote: Lote, path: Path, entidade: Entidade) -> list[Resposta]:
        problems: list[Resposta] = []
        named = path.rename(path.with_name(f"{path.stem}{Path(lote.nome_arquivo).suffix or '.ndjson'}"))
        Lote.objects.filter(pk=lote.pk).update(arquivo=named.name)
        try:
            ctx, records = julgar.context(entidade), read_records(named)
            for chunk in actions.chunks(items_of(records), actions.CHUNK):
                answers = take_in(lote, ctx, chunk)
                wrong = [a for a in answers if a.situacao != "processada" and a.status != "igual"]
                problems.extend(wrong[: max(0, SHOWN - len(problems))])
        except (OSError, LediError) as error:
            actions.fail_lote(lote, str(error))
            raise
        if records.passed:
            self.stdout.write(f"Deixados de lado, por não serem fichas: {records.told()}.")
        actions.close_lote(lote, by="importar")
        lote.refresh_from_db()
        return problems

    def _report(self, lote: Lote, problems: list[Resposta]) -> None:
        self.stdout.write(
            f"{lote.lidos} registros lidos: {lote.novos} novos, {lote.iguais} já recebidos, "
            f"{lote.substituidos} substituídos, {lote.recusados} recusados."
        )
        for answer in problems:
            first = answer.inconsistencias[0]["mensagem"] if answer.inconsistencias else answer.mensagem
            self.stdout.write(f"  registro {answer.posicao} ({answer.uuid or 'sem uuid'}): {first}")


def _entidade(ibge: str | None) -> Entidade:
    rows = Entidade.objects.select_related("instalacao")
    if ibge:
        found = rows.filter(ibge=ibge).first()
        if not found:
            raise CommandError(f"Não há entidade com o código IBGE {ibge}.")
        return found
    if rows.count() != 1:
        raise CommandError("Informe a entidade: --entidade CÓDIGO_IBGE.")
    return rows.get()
