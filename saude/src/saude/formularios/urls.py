from django.urls import path

from saude.formularios import views

app_name = "formularios"
urlpatterns = [
    path("formularios/opcoes/<str:fonte>/", views.opcoes, name="opcoes"),
    path("formularios/bloco/<str:tipo>/<str:versao>/", views.bloco, name="bloco"),
]
