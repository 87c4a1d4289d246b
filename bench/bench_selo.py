"""What sealing costs: a body of a lot taken to disk and read back by blocks, and an export's file written and read,
sealed beside plain, in the same run (MB as the argument; 200).
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

MB = int(sys.argv[1]) if len(sys.argv) > 1 else 200
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="saude-bench-selo-", dir="/var/tmp") as name:
        os.environ.update(SAUDE_DADOS=name, DJANGO_SETTINGS_MODULE="saude.settings")
        import django

        django.setup()
        from saude.recebimento import guardados, spool

        line = b'{"uuid": "' + b"a" * 1000 + b'"}\n'
        body = line * (MB * 1024**2 // len(line))
        folder = Path(name) / "recebidos"
        export = Path(name) / "a.zip"
        took: dict[str, list[float]] = {}
        for _ in range(ROUNDS):  # one after the other, so that both meet the same machine
            for sealed in (False, True):
                kind = "cifrado" if sealed else "em claro"
                kept: list[spool.Spooled] = []

                def keep(sealed: bool = sealed, kept: list[spool.Spooled] = kept) -> None:
                    kept.append(
                        spool.spool(io.BytesIO(body), folder, gzipped=False, limit=2**40, sealed=sealed)
                    )

                _timed(took, f"lote gravado, {kind}", keep)
                lote = SimpleNamespace(arquivo=kept[0].arquivo)
                _timed(
                    took, f"lote cortado em blocos, {kind}", lambda lote=lote: _all(spool.cut(lote, folder))
                )
                path = folder / lote.arquivo
                with guardados.open_body(path) as file:
                    assert file.read(len(line)) == line
                path.unlink()
            _timed(took, "exportação gravada, em claro", lambda: _write(export, body))
            _timed(took, "exportação lida, em claro", lambda: _read(export))

            _timed(took, "exportação gravada, cifrado", lambda: _seal(export, body))
            _timed(took, "exportação lida, cifrado", lambda: _unseal(export))
        for what, seconds in took.items():
            print(f"{what}: {min(seconds):.2f} s ({MB / min(seconds):.0f} MB/s)")


def _all(pieces: object) -> None:
    for _ in pieces:  # type: ignore[attr-defined]
        pass


def _write(path: Path, body: bytes) -> None:
    with path.open("wb") as file:
        for start in range(0, len(body), 1024**2):
            file.write(body[start : start + 1024**2])
        file.flush()
        os.fsync(file.fileno())


def _seal(path: Path, body: bytes) -> None:
    from saude.cofre.pedacos import SealedWriter

    with path.open("wb") as file, SealedWriter(file, "bench") as out:
        for start in range(0, len(body), 1024**2):
            out.write(body[start : start + 1024**2])
        out.close()
        file.flush()
        os.fsync(file.fileno())


def _unseal(path: Path) -> None:
    from saude.cofre.pedacos import open_pieces

    with path.open("rb") as file:
        _all(open_pieces(file, "bench"))


def _read(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(256 * 1024):
            pass


def _timed(took: dict[str, list[float]], what: str, work: Callable[[], None]) -> None:
    start = time.perf_counter()
    work()
    took.setdefault(what, []).append(time.perf_counter() - start)


if __name__ == "__main__":
    main()
