"""Hostile files are read in a process of their own, which has only so much memory and time.

`run("saude.arquivos.planilhas:copy_table", path, table)` calls that function there. Its arguments and its answer are
plain JSON, which no list of processes shows; what is large it writes to a file. A `Recusado` that it raises is
raised here.

POSIX: the process limits itself (RLIMIT). Everywhere: it is watched from here and ended when it takes too much.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from importlib import import_module
from typing import IO, Any, cast

import psutil

MB = 1024**2
AT_ONCE = 2  # readers of this process
PATIENCE = 15  # seconds to wait for one to be free
LOOK = 0.05  # seconds between two looks at its memory
OVERHEAD = 192 * MB  # address space of Python itself, with what it maps
_free = threading.BoundedSemaphore(AT_ONCE)


class Recusado(Exception):
    """The file cannot be used; the message is for the user."""


class Excesso(Exception):
    """It took more memory or time than a file of its size may, or the reader itself fell."""


class Ocupado(Exception):
    """Other files are being read."""


def run(function: str, *args: Any, memory: int = 256 * MB, seconds: int = 20, queue: bool = True) -> Any:
    """`queue`: only AT_ONCE at the same time (else whoever asks sees to it that they are few)."""
    if not queue:
        return _answer(_watched(function, args, memory, seconds))
    if not _free.acquire(timeout=PATIENCE):
        raise Ocupado
    try:
        return _answer(_watched(function, args, memory, seconds))
    finally:
        _free.release()


def _watched(function: str, args: tuple[Any, ...], memory: int, seconds: int) -> bytes:
    command = [sys.executable, "-m", __name__, str(memory), str(seconds), function]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    asked, answer = cast(IO[bytes], child.stdin), cast(IO[bytes], child.stdout)  # pipes were asked for
    with contextlib.suppress(OSError), asked:  # one that fell before it read says nothing: told below
        asked.write(json.dumps(args).encode())
    said: list[bytes] = []
    reader = threading.Thread(target=lambda: said.append(answer.read(MB)), daemon=True)
    reader.start()
    end = time.monotonic() + seconds
    try:
        while child.poll() is None:
            if time.monotonic() > end or _memory(child.pid) > memory + OVERHEAD:
                raise Excesso
            try:
                child.wait(LOOK)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        reader.join(5)
        answer.close()
    return said[0] if said else b""


def _memory(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _answer(said: bytes) -> Any:
    try:
        answer = json.loads(said)
    except ValueError as nothing:
        raise Excesso from nothing
    if "recusa" in answer:
        raise Recusado(answer["recusa"])
    if "sistema" in answer:
        raise OSError(answer["sistema"], os.strerror(answer["sistema"] or 0))
    return answer["resposta"]


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:  # Windows: watched from outside only
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory + OVERHEAD, memory + OVERHEAD))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(memory: str, seconds: str, function: str) -> None:
    _limit(int(memory), int(seconds))
    module, _, name = function.partition(":")
    try:
        answer = {"resposta": getattr(import_module(module), name)(*json.load(sys.stdin.buffer))}
    except Recusado as refused:
        answer = {"recusa": str(refused)}
    except OSError as problem:  # a full disk, for one
        answer = {"sistema": problem.errno}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    # under its own name, so that `Recusado` is the one that others raise
    import_module("saude.comum.isolado").main(*sys.argv[1:])
