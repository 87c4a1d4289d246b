from django.urls import path

from saude.recebimento.api import api

urlpatterns = [path("api/", api.urls)]
