from django.urls import path

from saude.privacidade import views

urlpatterns = [
    path("servico/guarda/", views.guarda, name="guarda"),
    path("administrando/privacidade/", views.privacidade, name="privacidade"),
    path("administrando/privacidade/titular/<int:pk>/", views.titular, name="titular_copia"),
    path("administrando/privacidade/titular/<int:pk>/anonimizar/", views.anonimizar, name="anonimizar"),
    path("administrando/privacidade/partilhas/", views.anotar, name="anotar_partilha"),
    path("administrando/privacidade/partilhas/<int:pk>/retirar/", views.retirar, name="retirar_partilha"),
]
