"""SAUDE_LOG=json: one JSON object a line, for log collectors. What the message says, and where from.

Exceptions are told by type and place alone: their text may quote a record.
"""

import json
import logging
import traceback
from typing import Any


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "quando": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "nivel": record.levelname,
            "origem": record.name,
            "mensagem": record.getMessage(),
            "processo": record.process,
        }
        if record.exc_info and record.exc_info[0]:
            told["excecao"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            told["onde"] = [f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno} {f.name}" for f in frames[-8:]]
        return json.dumps(told, ensure_ascii=False)
