from django.urls import path

from saude.retorno import api, views, views_marca  # noqa: F401 (`api` adds its addresses)

app_name = "retorno"
BASE = "executando/sistema/retorno/"
urlpatterns = [
    path(BASE, views.inicio, name="inicio"),
    path(BASE + "marcar/<int:pk>/", views_marca.marcar, name="marcar"),
    path(BASE + "<int:pk>/", views.relatorio, name="relatorio"),
    path(BASE + "<int:pk>/andamento/", views.andamento, name="andamento"),
    path(BASE + "<int:pk>/confirmar/", views.confirmar, name="confirmar"),
    path(BASE + "<int:pk>/deixar/", views.deixar, name="deixar"),
    path(BASE + "<int:pk>/desfazer/", views.desfazer, name="desfazer"),
]
