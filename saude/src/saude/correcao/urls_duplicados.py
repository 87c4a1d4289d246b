"""Search for forms, and the possible duplicates; included in the addresses of the clients."""

from django.urls import path

from saude.correcao import views_duplicados as views

urlpatterns = [
    path("clientes/buscar/", views.buscar, name="buscar"),
    path("clientes/duplicados/", views.duplicados, name="duplicados"),
    path("clientes/duplicados/procurar/", views.procurar, name="procurar_duplicados"),
    path("clientes/duplicados/<int:pk>/", views.comparar, name="comparar"),
    path("clientes/duplicados/<int:pk>/mesclar/", views.mesclar, name="mesclar"),
    path("clientes/duplicados/<int:pk>/diferentes/", views.diferentes, name="diferentes"),
    path("clientes/duplicados/<int:pk>/desfazer/", views.desfazer, name="desfazer"),
]
