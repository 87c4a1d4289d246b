"""Uploaded files on disk: streamed, measured, readable by nobody else, gone after a week."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from saude.arquivos.models import Conferencia, Planilha
from saude.comum.isolado import Recusado
from saude.recebimento.guardados import keep_copy
from saude.recebimento.spool import BodyRefused, BodyTooLarge, spool
from saude.recebimento.tasks import spool_folder

FileRefused = Recusado
LIMIT = 256 * 1024 * 1024
KEEP_DAYS = 7
SUFFIXES = (".zip", ".esus.xml", ".esus", ".xml", ".jsonl", ".ndjson", ".json")
SHEETS = (".csv", ".txt", ".xlsx")


def folder() -> Path:
    return Path(settings.DADOS) / "conferidos"


def keep(
    file: UploadedFile, name: str, *, suffixes: tuple[str, ...], limit: int = LIMIT
) -> tuple[str, int, str]:
    """(name in the folder, size, SHA-256) of an upload copied to disk as a stream."""
    suffix = next((s for s in suffixes if name.lower().endswith(s)), None)
    if suffix is None:
        raise FileRefused(f"Envie um arquivo com uma destas terminações: {', '.join(suffixes)}.")
    try:
        kept = spool(file, folder(), gzipped=False, limit=limit, sealed=False)
    except BodyTooLarge as refused:
        raise FileRefused(
            f"O arquivo passa de {limit // 1024**2} MB. Divida-o e envie as partes."
        ) from refused
    except BodyRefused as refused:
        raise FileRefused("O arquivo está vazio.") from refused
    path = folder() / kept.arquivo
    return path.rename(path.with_name(f"{path.stem}{suffix}")).name, kept.tamanho, kept.sha256


def keep_received(arquivo: str) -> None:
    """What is taken in lies, as it came, among all that was received: it outlives what is kept for looking."""
    keep_copy(folder() / arquivo, spool_folder() / arquivo)


def forget_old() -> None:
    """Files and what was read of them are personal data: gone after a week, unless under way."""
    limit = timezone.now() - timedelta(days=KEEP_DAYS)
    busy = ("espera", "lendo", "recebendo")
    for file in Conferencia.objects.filter(criada_em__lt=limit).exclude(estado__in=busy)[:100]:
        file.delete()
        (folder() / file.arquivo).unlink(missing_ok=True)
    for sheet in Planilha.objects.filter(criada_em__lt=limit)[:100]:
        drop_sheet(sheet)


def drop_sheet(row: Planilha) -> None:
    row.delete()
    (folder() / row.arquivo).unlink(missing_ok=True)
    table_of(row.arquivo).unlink(missing_ok=True)


def table_of(arquivo: str) -> Path:
    """Where the table read from a spreadsheet is: reading it again is much quicker than the spreadsheet."""
    return folder() / f"{arquivo}.tabela"
