from django.urls import path

from saude.mudancas import fichas_do_lote, lotes, presenca, reavaliadas, repetir, versoes

app_name = "mudancas"
JOBS = "executando/sistema/exportacao/reprocessamentos/"
TABLES = "configurando/cadastros/tabelas-de-referencia/"
urlpatterns = [
    path(JOBS, lotes.lista, name="lotes"),
    path(JOBS + "<int:pk>/", lotes.lote, name="lote"),
    path(JOBS + "<int:pk>/fichas/<str:situacao>/", fichas_do_lote.fichas, name="fichas"),
    path(TABLES + "<int:pk>/fichas/<str:quais>/", reavaliadas.reavaliadas, name="reavaliadas"),
    path(JOBS + "<int:pk>/andamento/", lotes.andamento, name="andamento"),
    path(JOBS + "<int:pk>/repetir/", repetir.repetir, name="repetir"),
    path(JOBS + "<int:pk>/previa/", lotes.ver_previa, name="previa"),
    path(JOBS + "<int:pk>/marcar/", lotes.marcar, name="marcar"),
    path(JOBS + "<int:pk>/confirmar/", lotes.confirmar, name="confirmar"),
    path(JOBS + "<int:pk>/desistir/", lotes.desistir, name="desistir"),
    path(JOBS + "<int:pk>/desfazer/", lotes.desfazer, name="desfazer"),
    path("fichas/<str:uuid>/versoes/<int:revisao>/voltar/", versoes.voltar, name="voltar_versao"),
    path("fichas/<str:uuid>/corrigir/presenca/", presenca.bater, name="presenca"),
]
