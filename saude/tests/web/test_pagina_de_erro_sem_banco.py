"""The error page is shown also when the database does not answer: its bell and its menu are not worth an error."""

from django.db import OperationalError
from django.urls import reverse

from saude.site import context, menu
from saude.web.views import error_page


def test_the_bell_and_the_menu_never_bring_a_page_down(client, criar_usuario, monkeypatch):
    client.force_login(criar_usuario("Coordenador"))
    page = client.get(reverse("avisos:lista"))
    assert page.status_code == 200

    def gone(*_: object, **__: object) -> int:
        raise OperationalError("gone")

    monkeypatch.setattr(context, "unread", gone)
    monkeypatch.setattr(menu, "pending", gone)
    answer = error_page(page.wsgi_request, 500, "Algo deu errado", "Tente de novo.")
    assert answer.status_code == 500 and "Algo deu errado" in answer.content.decode()
    assert "Pendências" in answer.content.decode()
