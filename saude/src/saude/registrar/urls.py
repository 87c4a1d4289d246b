from django.urls import path

from saude.registrar import respostas, views

app_name = "registrar"
urlpatterns = [
    path("registrar/", views.inicio, name="inicio"),
    path("registrar/clientes/", respostas.clientes, name="clientes"),
    path("registrar/lotacoes/", respostas.lotacoes, name="lotacoes"),
    path("registrar/<str:tipo>/", views.ficha, name="ficha"),
    path("registrar/<str:tipo>/verificar/", views.verificar, name="verificar"),
    path("registrar/<str:tipo>/rascunho/", views.rascunho, name="rascunho"),
    path("registrar/<str:tipo>/apagar/", views.apagar, name="apagar"),
]
