from django.urls import path

from saude.inconsistencias import views

app_name = "inconsistencias"
urlpatterns = [
    path("inconsistencias/causa/", views.causa, name="causa"),
    path("pendencias/", views.pendencias, name="pendencias"),
]
