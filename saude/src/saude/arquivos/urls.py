from django.urls import path

from saude.arquivos import views, views_planilha

app_name = "arquivos"
urlpatterns = [
    path("arquivos/conferir/", views.conferir, name="conferir"),
    path("arquivos/conferir/<uuid:uuid>/", views.conferencia, name="conferencia"),
    path("arquivos/conferir/<uuid:uuid>/andamento/", views.andamento, name="andamento"),
    path("arquivos/conferir/<uuid:uuid>/receber/", views.receber, name="receber"),
    path("arquivos/conferir/<uuid:uuid>/desfazer/", views.desfazer, name="desfazer"),
    path("arquivos/conferir/<uuid:uuid>/apagar/", views.apagar, name="apagar"),
    path("arquivos/conferir/<uuid:uuid>/<int:posicao>/", views.item, name="item"),
    path("arquivos/comparar/", views.comparar_dois, name="comparar_dois"),
    path("arquivos/comparar/<uuid:a>/<uuid:b>/", views.comparar, name="comparar"),
    path("arquivos/comparar/<uuid:a>/<uuid:b>/<int:i>/<int:j>/", views.comparar_ficha, name="comparar_ficha"),
    path("fichas/<str:uuid>/versoes/", views.versoes, name="versoes"),
    path("arquivos/planilha/", views_planilha.planilha, name="planilha"),
    path("arquivos/planilha/modelo/<str:tipo>.<str:formato>", views_planilha.modelo, name="modelo"),
    path("arquivos/planilha/<uuid:uuid>/", views_planilha.mapear, name="mapear"),
    path("arquivos/planilha/<uuid:uuid>/previa/", views_planilha.previa, name="previa"),
    path("arquivos/planilha/<uuid:uuid>/receber/", views_planilha.receber, name="receber_planilha"),
    path("arquivos/planilha/<uuid:uuid>/desfazer/", views_planilha.desfazer, name="desfazer_planilha"),
    path("arquivos/planilha/<uuid:uuid>/descartar/", views_planilha.descartar, name="descartar"),
]
