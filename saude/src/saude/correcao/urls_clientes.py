from django.urls import include, path

from saude.clientes import views

app_name = "clientes"
urlpatterns = [
    path("clientes/", views.lista, name="lista"),
    path("clientes/novo/", views.novo, name="novo"),
    path("clientes/nao-identificados/", views.nao_identificados, name="nao_identificados"),
    path("clientes/nao-identificados/<int:pk>/", views.identificar, name="identificar"),
    path("", include("saude.clientes.urls_duplicados")),
    path("clientes/<int:pk>/", views.detalhe, name="detalhe"),
    path("clientes/<int:pk>/corrigir/", views.corrigir, name="corrigir"),
]
