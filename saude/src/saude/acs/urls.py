from django.urls import include, path

from saude.acs import views
from saude.acs.api import api

PAGE = "executando/sistema/sincronizacoes"

pages = [
    path(f"{PAGE}/", views.sincronizacoes, name="sincronizacoes"),
    path(f"{PAGE}/<int:pk>/", views.agente, name="agente"),
    path(f"{PAGE}/<int:pk>/codigo/", views.criar_codigo, name="criar_codigo"),
    path(f"{PAGE}/aparelhos/<int:pk>/revogar/", views.revogar, name="revogar"),
    path(f"{PAGE}/pedidos/<int:pk>/permitir/", views.permitir_senha, name="permitir_senha"),
    path(f"{PAGE}/pedidos/<int:pk>/recusar/", views.recusar_senha, name="recusar_senha"),
    path("acs/", views.app, name="app"),
    path("acs/sw.js", views.service_worker, name="service_worker"),
    path("acs/manifesto.webmanifest", views.manifesto, name="manifesto"),
]
#: the API stands outside the namespace of the pages: Ninja looks for its own addresses from the root
urlpatterns = [path("", include((pages, "acs"))), path("api/acs/", api.urls)]
