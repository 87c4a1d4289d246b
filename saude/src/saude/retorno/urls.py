from django.urls import path, register_converter

from saude.comum.competencia import Competencia
from saude.retorno import api, views, views_conciliacao, views_marca  # noqa: F401 (`api` adds its addresses)

app_name = "retorno"
BASE = "executando/sistema/retorno/"
BALANCE = "executando/sistema/conciliacao/"
register_converter(Competencia, "mes")  # one that has a name: what has no date is reconciled with nothing
urlpatterns = [
    path(BASE, views.inicio, name="inicio"),
    path(BASE + "enviar/", views.enviar, name="enviar"),
    path(BASE + "marcar/<int:pk>/", views_marca.marcar, name="marcar"),
    path(BALANCE, views_conciliacao.inicio, name="conciliacoes"),
    path(BALANCE + "<mes:competencia>/", views_conciliacao.competencia, name="conciliacao"),
    path(BASE + "<int:pk>/", views.relatorio, name="relatorio"),
    path(BASE + "<int:pk>/andamento/", views.andamento, name="andamento"),
    path(BASE + "<int:pk>/confirmar/", views.confirmar, name="confirmar"),
    path(BASE + "<int:pk>/deixar/", views.deixar, name="deixar"),
    path(BASE + "<int:pk>/desfazer/", views.desfazer, name="desfazer"),
]
