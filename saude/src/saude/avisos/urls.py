from django.urls import include, path

from saude.avisos import views

pages = [
    path("avisos/", views.lista, name="lista"),
    path("avisos/lidos/", views.lidos, name="lidos"),
    path("avisos/preferencias/", views.preferencias, name="preferencias"),
]
urlpatterns = [path("", include((pages, "avisos")))]
