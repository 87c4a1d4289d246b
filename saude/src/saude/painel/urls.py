from django.urls import include, path

from saude.painel import recebimentos, views, views_filtros, views_pendencias, views_producao
from saude.painel.converters import register

register()
PAINEL = "executando/sistema/exportacao/"
pages = [
    path(PAINEL, views.painel, name="painel"),
    path(PAINEL + "<competencia:competencia>/<situacao:situacao>/", views.detalhe, name="detalhe"),
    path("executando/sistema/producao/", views_producao.producao_do_mes, name="producao"),
    path(
        "executando/sistema/producao/profissional/<int:pk>/",
        views_producao.do_profissional,
        name="producao_do_profissional",
    ),
    path("filtros/causas/", views_filtros.causas_da_lista, name="causas_da_lista"),
    path("filtros/salvar/", views_filtros.salvar, name="salvar_filtro"),
    path("filtros/<int:pk>/apagar/", views_filtros.apagar, name="apagar_filtro"),
    path("pendencias/", views_pendencias.pendencias, name="pendencias"),
    path("pendencias/lotes/<uuid:uuid>/repetir/", recebimentos.repetir, name="repetir_lote"),
]
urlpatterns = [path("", include((pages, "painel"))), path("busca/", views.busca, name="busca")]
