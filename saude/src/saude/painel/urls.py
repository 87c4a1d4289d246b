from django.urls import path

from saude.painel import views

urlpatterns = [path("busca/", views.busca, name="busca")]
