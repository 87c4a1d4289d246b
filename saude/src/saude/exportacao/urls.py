from django.urls import path

from saude.exportacao import views

app_name = "exportacao"
BASE = "executando/sistema/exportacoes/"
urlpatterns = [
    path(BASE, views.exportacoes, name="exportacoes"),
    path(BASE + "nova/", views.nova, name="nova"),
    path(BASE + "nova/previa/", views.previa, name="previa"),
    path(BASE + "<int:pk>/", views.exportacao, name="exportacao"),
    path(BASE + "<int:pk>/andamento/", views.andamento, name="andamento"),
    path(BASE + "<int:pk>/baixar/", views.baixar, name="baixar"),
    path(BASE + "<int:pk>/manifesto/", views.manifesto, name="manifesto"),
    path(BASE + "<int:pk>/repetir/", views.repetir, name="repetir"),
]
