from django.urls import include, path

from saude.painel import views, views_pendencias
from saude.painel.converters import register

register()
PAINEL = "executando/sistema/exportacao/"
pages = [
    path(PAINEL, views.painel, name="painel"),
    path(PAINEL + "<competencia:competencia>/<situacao:situacao>/", views.detalhe, name="detalhe"),
    path("pendencias/", views_pendencias.pendencias, name="pendencias"),
]
urlpatterns = [path("", include((pages, "painel"))), path("busca/", views.busca, name="busca")]
