from django.urls import path

from saude.fichas import views

app_name = "fichas"
JOBS = "executando/sistema/exportacao/reprocessamentos/"
urlpatterns = [
    path("fichas/<str:uuid>/", views.detalhe, name="detalhe"),
    path("fichas/<str:uuid>/corrigir/", views.corrigir, name="corrigir"),
    path("fichas/<str:uuid>/corrigir/verificar/", views.verificar, name="verificar"),
    path("fichas/<str:uuid>/reprocessar/", views.reprocessar_uma, name="reprocessar_uma"),
    path("fichas/<str:uuid>/baixar/", views.baixar, name="baixar"),
    path(JOBS + "novo/", views.reprocessar, name="reprocessar"),
    path(JOBS + "<int:pk>/", views.reprocessamento, name="reprocessamento"),
    path(JOBS + "<int:pk>/andamento/", views.andamento, name="andamento"),
]
