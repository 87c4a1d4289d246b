"""The command `saude`: Django's management commands, ours with Portuguese names."""

import os
import sys

from django.core.management import execute_from_command_line

from saude.banco.erros import EmbeddedServerError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saude.settings")
    try:
        execute_from_command_line(sys.argv)
    except EmbeddedServerError as error:
        sys.exit(f"saude: {error}")


if __name__ == "__main__":
    main()
