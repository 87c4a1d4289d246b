from django.urls import path

from saude.privacidade import views

urlpatterns = [
    path("servico/guarda/", views.guarda, name="guarda"),
    path("administrando/privacidade/", views.privacidade, name="privacidade"),
    path("administrando/privacidade/titular/<int:pk>/", views.titular, name="titular_copia"),
]
