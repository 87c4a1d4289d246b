from django.urls import path

from saude.fila import entregar, views

app_name = "fila"
urlpatterns = [
    path("fila/", views.minha, name="minha"),
    path("fila/atribuir/", views.atribuir, name="atribuir"),
    path("fila/entregar/", entregar.entregar, name="entregar"),
    path("fichas/<str:uuid>/fila/", views.da_ficha, name="da_ficha"),
    path("fichas/<str:uuid>/anotar/", views.anotar, name="anotar"),
]
