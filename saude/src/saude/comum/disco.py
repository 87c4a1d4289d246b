"""Why nothing could be written, in words that say what to do."""

import errno

import psycopg
from django.db import OperationalError

FULL = "Falta espaço em disco."
READ_ONLY = "A pasta de dados não aceita gravação (só leitura, ou sem permissão)."
GONE = "O arquivo não está mais no disco."
BROKEN = "O disco não respondeu como devia."
DATABASE = "O banco de dados não respondeu."
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


def is_full(problem: BaseException) -> bool:
    cause = problem.__cause__ or problem
    return isinstance(cause, psycopg.errors.DiskFull) or getattr(cause, "errno", None) in _FULL


def reason(problem: BaseException) -> str:
    if is_full(problem):
        return FULL
    if isinstance(problem, OperationalError | psycopg.OperationalError):
        return DATABASE
    if isinstance(problem, FileNotFoundError):
        return GONE
    return READ_ONLY if getattr(problem, "errno", None) in _READ_ONLY else BROKEN
