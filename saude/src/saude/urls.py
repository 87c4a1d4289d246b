"""The URL map. Each app owns its addresses in `<app>/urls.py`, rooted at /."""

from importlib.util import find_spec

from django.urls import include, path

from saude.web import views

# While the apps are being written, one without addresses yet is left out.
_APPS = [
    "saude.web",
    "saude.contas",
    "saude.cadastros",
    "saude.auditoria",
    "saude.recebimento",
    "saude.fichas",
    "saude.inconsistencias",
    "saude.clientes",
    "saude.exportacao",
    "saude.referencias",
    "saude.formularios",
    "saude.acs",
    "saude.arquivos",
    "saude.registrar",
    "saude.painel",
    "saude.metricas",
]

urlpatterns = [
    path("", include(f"{app}.urls")) for app in _APPS if find_spec(app) and find_spec(f"{app}.urls")
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
