from django.urls import path

from saude.acs import views
from saude.acs.api import api

PAGE = "executando/sistema/sincronizacoes"

app_name = "acs"
urlpatterns = [
    path(f"{PAGE}/", views.sincronizacoes, name="sincronizacoes"),
    path(f"{PAGE}/<int:pk>/", views.agente, name="agente"),
    path(f"{PAGE}/<int:pk>/codigo/", views.criar_codigo, name="criar_codigo"),
    path(f"{PAGE}/aparelhos/<int:pk>/revogar/", views.revogar, name="revogar"),
    path("acs/", views.app, name="app"),
    path("acs/sw.js", views.service_worker, name="service_worker"),
    path("acs/manifesto.webmanifest", views.manifesto, name="manifesto"),
    path("api/acs/", api.urls),
]
