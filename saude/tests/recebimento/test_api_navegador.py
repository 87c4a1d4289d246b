"""The API page in a real browser: it draws itself without another host and within our content policy."""

import pytest


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_api_page_draws_itself(live_server, pagina):
    pagina.goto(f"{live_server.url}/api/docs")
    pagina.get_by_text("Enviar um registro ou uma lista").wait_for()
    assert pagina.get_by_text("/api/v1/lotes", exact=True).count() >= 1
