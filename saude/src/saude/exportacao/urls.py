from django.urls import path

from saude.exportacao import views
from saude.painel import views as painel
from saude.painel.converters import register

register()
app_name = "exportacao"
PAINEL = "executando/sistema/exportacao/"
BASE = "executando/sistema/exportacoes/"
urlpatterns = [
    path(PAINEL, painel.painel, name="painel"),
    path(PAINEL + "<competencia:competencia>/<situacao:situacao>/", painel.detalhe, name="detalhe"),
    path(BASE, views.exportacoes, name="exportacoes"),
    path(BASE + "nova/", views.nova, name="nova"),
    path(BASE + "nova/previa/", views.previa, name="previa"),
    path(BASE + "<int:pk>/", views.exportacao, name="exportacao"),
    path(BASE + "<int:pk>/andamento/", views.andamento, name="andamento"),
    path(BASE + "<int:pk>/baixar/", views.baixar, name="baixar"),
    path(BASE + "<int:pk>/manifesto/", views.manifesto, name="manifesto"),
    path(BASE + "<int:pk>/repetir/", views.repetir, name="repetir"),
]
