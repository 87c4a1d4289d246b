from django.urls import path

from saude.correcao import descarte, ficha, reabrir, reprocesso

app_name = "fichas"
JOBS = "executando/sistema/exportacao/reprocessamentos/"
urlpatterns = [
    path("fichas/<str:uuid>/", ficha.detalhe, name="detalhe"),
    path("fichas/<str:uuid>/corrigir/", ficha.corrigir, name="corrigir"),
    path("fichas/<str:uuid>/corrigir/verificar/", ficha.verificar, name="verificar"),
    path("fichas/<str:uuid>/reprocessar/", reprocesso.reprocessar_uma, name="reprocessar_uma"),
    path("fichas/<str:uuid>/reabrir/", reabrir.reabrir, name="reabrir"),
    path("fichas/<str:uuid>/baixar/", ficha.baixar, name="baixar"),
    path("fichas/<str:uuid>/descartar/", descarte.descartar, name="descartar"),
    path("fichas/<str:uuid>/restaurar/", descarte.restaurar, name="restaurar"),
    path("executando/sistema/exportacao/descartadas/", descarte.descartadas, name="descartadas"),
    path(JOBS + "novo/", reprocesso.reprocessar, name="reprocessar"),
]
