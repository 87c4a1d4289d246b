"""The URL map. Each app owns its addresses in `<app>/urls.py`, rooted at /."""

from django.urls import include, path

from saude.web import views

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
    "saude.registrar",
    "saude.arquivos",
    "saude.painel",
    "saude.metricas",
]

urlpatterns = [path("", include(f"{app}.urls")) for app in _APPS]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
