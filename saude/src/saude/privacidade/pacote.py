"""All data of one entidade, to take away: a zip that any program opens, written as a stream, sealed or plain by choice.

LEIAME.txt            what is in it, in words
dados/<tabela>.jsonl  a row of the table a line, as JSON; bytes in hexadecimal after `\\x`, moments with their offset
arquivos/…            exports, as the PEC reads them, and received lots, as they came
manifesto.json        of each: rows, bytes, SHA-256 (last: it is known only then)

One moment of the database; constant memory. It counts after it was read back and compared with its manifest.
"""

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.db import connection, transaction

from saude.auditoria.actions import Autor, record_event
from saude.cadastros.models import Entidade
from saude.cofre.chaves import Chaveiro
from saude.cofre.erros import CofreError
from saude.cofre.leitor import open_sealed_file
from saude.cofre.pedacos import SealedWriter, is_sealed
from saude.comum import disco
from saude.comum.gravar import aside, private, sync_folder
from saude.exportacao import files as exports
from saude.exportacao.models import Exportacao
from saude.privacidade.partes import Parte, left_out, partes
from saude.recebimento.guardados import bodies_of
from saude.recebimento.models import Lote

PURPOSE = "privacidade.pacote"
FORMAT = 1
ROWS = 2_000
READ = 1024 * 1024
MANIFESTO = "manifesto.json"


class PacoteError(Exception):
    """The package was not made, or is not whole; the message says why and what to do."""


@dataclass
class _Escrito:
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def rows(self) -> int:
        return sum(entry.get("linhas", 0) for entry in self.entries.values())


def take_out(saida: Path, *, entidade: Entidade, by: Autor, keys: Chaveiro | None) -> dict[str, Any]:
    """`keys`: whose first seals it; None: plain, by the choice of who asks. Its manifest."""
    if saida.exists():
        raise PacoteError(f"{saida} já existe: um pacote nunca é escrito por cima de outro arquivo.")
    try:
        with aside(saida) as partial:
            _write(partial, entidade, keys)
            manifesto = check(partial, keys)
            _name(partial, saida)
            sync_folder(saida.parent)
    except OSError as error:
        raise PacoteError(f"O pacote não foi feito. {disco.reason(error)} Nada ficou pela metade.") from error
    record_event(
        by=by, entidade=entidade, tipo="entidade.exportada", linhas=manifesto["linhas"],
        arquivos=manifesto["arquivos"], cifrado=keys is not None,
    )  # fmt: skip
    return manifesto


def _name(partial: Path, saida: Path) -> None:
    """Unlike a rename, never over one that came meanwhile."""
    try:
        os.link(partial, saida)
    except FileExistsError:
        raise PacoteError(
            f"{saida} já existe: um pacote nunca é escrito por cima de outro arquivo."
        ) from None


def _write(partial: Path, entidade: Entidade, keys: Chaveiro | None) -> None:
    with open(partial, "wb", buffering=READ) as file:
        sealed = SealedWriter(file, PURPOSE, key=keys.atual) if keys else None
        target: Any = sealed or _Forward(file)
        try:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
                _fill(out, entidade)
        except BaseException:
            if sealed:
                sealed.abandon()
            raise
        if sealed:
            sealed.close()
        file.flush()
        os.fsync(file.fileno())


class _Forward:
    """A file that is only written forward: the zip is the same, sealed or not."""

    def __init__(self, file: BinaryIO) -> None:
        self.write, self.flush = file.write, file.flush


def _fill(out: zipfile.ZipFile, entidade: Entidade) -> None:
    written = _Escrito()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        _entry(out, written, "LEIAME.txt", [_readme(entidade).encode()])
        for parte in partes():
            _entry(out, written, f"dados/{parte.name}.jsonl", _lines(parte, entidade), rows=True)
        for name, content in _files(entidade):
            _entry(out, written, f"arquivos/{name}", content)
    manifesto = {
        "formato": FORMAT,
        "entidade": {"nome": entidade.nome, "ibge": entidade.ibge, "uf": entidade.uf},
        "criado_em": datetime.now(UTC).isoformat(timespec="seconds"),
        "versao": version("saude"),
        "linhas": written.rows(),
        "arquivos": sum(name.startswith("arquivos/") for name in written.entries),
        "tabelas_que_ficaram": left_out(),
        "conteudo": written.entries,
    }
    out.writestr(MANIFESTO, json.dumps(manifesto, ensure_ascii=False, indent=1, sort_keys=True))


def _entry(
    out: zipfile.ZipFile, written: _Escrito, name: str, content: Iterable[bytes], *, rows: bool = False
) -> None:
    sha, size, lines = hashlib.sha256(), 0, 0
    with out.open(zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6]), "w", force_zip64=True) as entry:
        for data in content:
            entry.write(data)
            sha.update(data)
            size += len(data)
            lines += data.count(b"\n") if rows else 0
    written.entries[name] = {"bytes": size, "sha256": sha.hexdigest()} | ({"linhas": lines} if rows else {})


def _lines(parte: Parte, entidade: Entidade) -> Iterator[bytes]:
    """Rows as PostgreSQL writes them in JSON, which has no line break of its own."""
    query, params = parte.rows(entidade).values(*parte.columns()).query.sql_with_params()
    with connection.connection.cursor(
        name="linhas"
    ) as cursor:  # rows stay in the server until they are asked for
        cursor.execute(f"SELECT row_to_json(linha)::text FROM ({query}) linha", params)
        while found := cursor.fetchmany(ROWS):
            yield b"".join(f"{text}\n".encode() for (text,) in found)


def _files(entidade: Entidade) -> Iterator[tuple[str, Iterator[bytes]]]:
    """One that is gone (its term is over) is left out: its row says that it was."""
    for exportacao in Exportacao.objects.filter(entidade=entidade).exclude(arquivo="").order_by("pk"):
        with _named(exportacao.arquivo):
            pieces = exports.pieces_of(exportacao)
        if pieces:
            yield f"exportacoes/{exportacao.arquivo}", _proved(exportacao.arquivo, pieces)
    for lote in Lote.objects.filter(entidade=entidade).exclude(arquivo="").defer("bruto").order_by("pk"):
        for name, content in bodies_of(lote):
            yield f"recebidos/{name}", _proved(name, content)


def _proved(name: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    with _named(name):
        yield from pieces


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """What cannot be opened is said with its name: whoever asked may put its key back, or move the file away."""
    try:
        yield
    except CofreError as error:
        raise PacoteError(f"O pacote não foi feito: {name} não pôde ser aberto. {error}") from error


def check(path: Path, keys: Chaveiro | None) -> dict[str, Any]:
    """Read it all back and compare it with its manifest, which is given."""
    with open_package(path, keys) as zipped:
        try:
            manifesto: dict[str, Any] = json.loads(zipped.read(MANIFESTO))
            names = {name for name in zipped.namelist() if name != MANIFESTO}
            same = names == manifesto["conteudo"].keys() and all(
                _digest(zipped, name) == manifesto["conteudo"][name]["sha256"] for name in names
            )
        except (KeyError, ValueError, zipfile.BadZipFile, EOFError, zlib.error) as error:
            raise PacoteError("O pacote está danificado: peça outro.") from error
    if not same:
        raise PacoteError("O pacote não é o que o seu manifesto diz: peça outro.")
    return manifesto


def _digest(zipped: zipfile.ZipFile, name: str) -> str:
    sha = hashlib.sha256()
    with zipped.open(name) as entry:
        while data := entry.read(READ):
            sha.update(data)
    return sha.hexdigest()


@contextlib.contextmanager
def open_package(path: Path, keys: Chaveiro | None) -> Iterator[zipfile.ZipFile]:
    with _plain(path, keys) as file:
        try:
            zipped = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise PacoteError(f"{path} não é um pacote inteiro do Saúde e-SUS.") from error
        with zipped:
            yield zipped


def _plain(path: Path, keys: Chaveiro | None) -> IO[bytes]:
    file = open(path, "rb")
    try:
        if not is_sealed(file):
            return file
        if keys is None:
            raise PacoteError(
                f"{path} está cifrado: informe em --chave o arquivo da chave com que foi feito."
            )
        return open_sealed_file(file, PURPOSE, keys=keys, buffer=READ)
    except (CofreError, PacoteError):
        file.close()
        raise


def unseal(path: Path, saida: Path, keys: Chaveiro) -> dict[str, Any]:
    """The plain zip, for who takes the data elsewhere; only after all of it was proved."""
    manifesto = check(path, keys)
    try:
        target = open(saida, "xb", opener=private)
    except FileExistsError:
        raise PacoteError(f"{saida} já existe: escolha outro nome.") from None
    try:
        with target, _plain(path, keys) as source:
            while data := source.read(READ):
                target.write(data)
    except BaseException:
        saida.unlink(missing_ok=True)
        raise
    return manifesto


def _readme(entidade: Entidade) -> str:
    return (
        f"Dados de {entidade.nome} ({entidade.ibge}) no Saúde e-SUS, como estavam num momento.\n\n"
        "dados/     uma tabela por arquivo, uma linha por registro, em JSON (UTF-8). Bytes em hexadecimal depois de\n"
        "           \\x; momentos com o fuso; o que a ficha diz está em fichas_conteudo, como o LEDI a escreve.\n"
        "arquivos/  exportações, como o PEC as lê, e lotes recebidos, como vieram.\n"
        "manifesto.json  linhas, bytes e SHA-256 de cada arquivo, e as tabelas que não vieram.\n\n"
        "Não vêm: senhas, tokens e segredos; os selos da trilha, que são da instalação inteira; tabelas públicas;\n"
        "arquivos enviados só para conferir. Os dados são de saúde: guarde este pacote como se guarda um prontuário.\n"
    )
