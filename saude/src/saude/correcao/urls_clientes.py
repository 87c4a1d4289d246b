from django.urls import include, path

from saude.correcao import views_clientes

app_name = "clientes"
urlpatterns = [
    path("clientes/", views_clientes.lista, name="lista"),
    path("clientes/novo/", views_clientes.novo, name="novo"),
    path("clientes/nao-identificados/", views_clientes.nao_identificados, name="nao_identificados"),
    path("clientes/nao-identificados/<int:pk>/", views_clientes.identificar, name="identificar"),
    path("", include("saude.correcao.urls_duplicados")),
    path("clientes/<int:pk>/", views_clientes.detalhe, name="detalhe"),
    path("clientes/<int:pk>/corrigir/", views_clientes.corrigir, name="corrigir"),
]
