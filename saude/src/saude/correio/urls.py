from django.urls import path

from saude.correio import views

urlpatterns = [
    path("administrando/correio/", views.correio, name="correio"),
    path("administrando/correio/testar/", views.testar, name="correio_testar"),
]
