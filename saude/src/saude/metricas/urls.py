from django.urls import path

from saude.metricas import views

urlpatterns = [path("metricas", views.metricas, name="metricas")]
