from django.urls import path

from saude.site import conferidor, health, views

urlpatterns = [
    path("", views.home, name="inicio"),
    path("favicon.ico", views.favicon),
    path("conferidor/", conferidor.conferidor, name="conferidor"),
    path("conferidor/<path:nome>", conferidor.conferidor),
    path("saude/viva", health.alive, name="saude_viva"),
    path("saude/pronta", health.ready, name="saude_pronta"),
]
