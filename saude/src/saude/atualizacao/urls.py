from django.urls import include, path

from saude.atualizacao import views

CADASTROS = "configurando/cadastros"
TABELAS = f"{CADASTROS}/tabelas-de-referencia"

tabelas = [
    path(f"{TABELAS}/", views.lista, name="lista"),
    path(f"{TABELAS}/enviar/<str:tipo>/", views.enviar, name="enviar"),
    path(f"{TABELAS}/demonstracao/", views.cnes_corrigido, name="cnes_corrigido"),
    path(f"{TABELAS}/<int:pk>/", views.publicacao, name="publicacao"),
    path(f"{TABELAS}/<int:pk>/andamento/", views.andamento, name="andamento"),
    path(f"{TABELAS}/<int:pk>/confirmar/", views.confirmar, name="confirmar"),
    path(f"{TABELAS}/<int:pk>/desistir/", views.desistir, name="desistir"),
]
urlpatterns = [
    path("", include((tabelas, "referencias"))),
    path(f"{CADASTROS}/estabelecimentos/", views.estabelecimentos, name="estabelecimentos"),
    path(f"{CADASTROS}/estabelecimentos/<int:pk>/", views.estabelecimento, name="estabelecimento"),
    path(f"{CADASTROS}/equipes/", views.equipes, name="equipes"),
    path(f"{CADASTROS}/equipes/<int:pk>/", views.equipe, name="equipe"),
    path(f"{CADASTROS}/profissionais/", views.profissionais, name="profissionais"),
    path(f"{CADASTROS}/profissionais/<int:pk>/", views.profissional, name="profissional"),
]
