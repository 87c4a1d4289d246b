from django.urls import include, path

from saude.painel import recebimentos, views, views_pendencias
from saude.painel.converters import register

register()
PAINEL = "executando/sistema/exportacao/"
pages = [
    path(PAINEL, views.painel, name="painel"),
    path(PAINEL + "<competencia:competencia>/<situacao:situacao>/", views.detalhe, name="detalhe"),
    path("pendencias/", views_pendencias.pendencias, name="pendencias"),
    path("pendencias/lotes/<uuid:uuid>/repetir/", recebimentos.repetir, name="repetir_lote"),
]
urlpatterns = [path("", include((pages, "painel"))), path("busca/", views.busca, name="busca")]
