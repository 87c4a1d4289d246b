"""What an error says stays out of the log."""

import io
import logging

from django.conf import settings
from django.db import IntegrityError, ProgrammingError, connection, transaction

from saude.web.sigilo import WithoutValues


def logged(error: Exception, cause: Exception | None = None) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(WithoutValues())
    logger = logging.getLogger("saude.teste.sigilo")
    logger.addHandler(handler)
    try:
        raise error from cause
    except type(error):
        logger.exception("intake failed")
    finally:
        logger.removeHandler(handler)
    return out.getvalue()


def test_the_values_an_error_quotes_are_not_logged_but_its_kind_and_place_are():
    text = logged(IntegrityError("Key (cpf)=(52998224725) already exists."), ValueError("MARIA DA SILVA"))
    assert "52998224725" not in text and "MARIA" not in text
    assert "django.db.utils.IntegrityError" in text and "builtins.ValueError" in text
    assert "in logged" in text and "intake failed" in text


def test_every_handler_of_the_system_is_filtered(db):
    assert all("sem_valores" in h["filters"] for h in settings.LOGGING["handlers"].values())
    assert settings.LOGGING["filters"]["sem_valores"]["()"] == "saude.web.sigilo.WithoutValues"


def test_a_statement_of_the_database_is_not_quoted(db):
    nome = " ".join(["MARIA", "DA", "SILVA"])  # the source line stands in the traceback
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_function(%s)", [nome])
    except ProgrammingError as error:
        text = logged(error)
    assert " ".join(["MARIA", "DA"]) not in text and "ProgrammingError" in text
