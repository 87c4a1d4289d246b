from django.urls import path

from saude.correcao import causa

app_name = "inconsistencias"
urlpatterns = [path("inconsistencias/causa/", causa.causa, name="causa")]
