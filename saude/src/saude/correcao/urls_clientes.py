from django.urls import include, path

from saude.correcao import identificar, procurar, views_clientes

app_name = "clientes"
urlpatterns = [
    path("clientes/procurar/", procurar.procurar, name="procurar"),
    path("clientes/", views_clientes.lista, name="lista"),
    path("clientes/novo/", identificar.novo, name="novo"),
    path("clientes/nao-identificados/", identificar.nao_identificados, name="nao_identificados"),
    path("clientes/nao-identificados/<int:pk>/", identificar.identificar, name="identificar"),
    path("", include("saude.correcao.urls_duplicados")),
    path("clientes/mudancas/", views_clientes.mudancas_a_espera, name="mudancas"),
    path("clientes/<int:pk>/mudancas/", views_clientes.decidir_mudancas, name="decidir_mudancas"),
    path("clientes/<int:pk>/", views_clientes.detalhe, name="detalhe"),
    path("clientes/<int:pk>/corrigir/", views_clientes.corrigir, name="corrigir"),
]
