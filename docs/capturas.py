"""Takes the screenshots of the manual from a running demonstration into docs/imagens/ (needs Chromium).

    make demo PORTA=8400 SAUDE_DEMO_SENHA=…            # a fresh one, in another terminal
    SAUDE_DEMO_SENHA=… .venv/bin/python docs/capturas.py http://127.0.0.1:8400 [name…]

The pictures are taken in order, and the order is that of a month: what is corrected and exported in one is seen in
the next. With names, only those. How one is taken: figuras.py.
"""

from __future__ import annotations

import sys

# each declares its pictures as it is read, and they are taken in this order
import capturas_retorno  # noqa: F401  isort: skip
import capturas_mes  # noqa: F401  isort: skip
import capturas_dia  # noqa: F401  isort: skip
import capturas_digitar  # noqa: F401  isort: skip
import capturas_app  # noqa: F401  isort: skip
import capturas_cadastros  # noqa: F401  isort: skip
from figuras import take  # isort: skip


def main() -> int:
    base, *only = sys.argv[1:] or ["http://127.0.0.1:8000"]
    return 1 if take(base.rstrip("/"), only) else 0


if __name__ == "__main__":
    sys.exit(main())
