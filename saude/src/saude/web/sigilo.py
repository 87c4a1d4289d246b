"""No personal data in logs: of an error, where it happened and of what kind; never what it says.

The text of a database error quotes values (`Key (cpf)=(…) already exists`, the statement's own line).
"""

import logging
import traceback


class WithoutValues(logging.Filter):
    """Keeps the tracebacks of a record, with the kind of each error in place of its text."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            record.exc_text = traceback_of(record.exc_info[1])
        return True


def traceback_of(error: BaseException) -> str:
    """The traceback of the error and of those that caused it, first cause first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(_one(e) for e in reversed(chain))


def _one(error: BaseException) -> str:
    kind = type(error)
    lines = ["Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)]
    return f"{''.join(lines)}{kind.__module__}.{kind.__qualname__}"
