from django.urls import path

from saude.transmissao import views, views_destino

app_name = "transmissao"
LIST = "executando/sistema/transmissoes/"
BASE = LIST + "<int:pk>/"
PEC = "administrando/instalacao/pec/"
urlpatterns = [
    path(PEC, views_destino.destino, name="destino"),
    path(PEC + "testar/", views_destino.testar, name="testar"),
    path("executando/sistema/exportacoes/<int:pk>/transmitir/", views.transmitir, name="transmitir"),
    path(LIST, views.transmissoes, name="transmissoes"),
    path(BASE, views.transmissao, name="transmissao"),
    path(BASE + "andamento/", views.andamento, name="andamento"),
    path(BASE + "pausar/", views.pausar, name="pausar"),
    path(BASE + "retomar/", views.retomar, name="retomar"),
    path(BASE + "repetir/", views.repetir, name="repetir"),
]
