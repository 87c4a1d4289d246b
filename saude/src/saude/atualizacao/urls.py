from django.urls import include, path

from saude.atualizacao import views, views_versao

CADASTROS = "configurando/cadastros"
TABELAS = f"{CADASTROS}/tabelas-de-referencia"

tabelas = [
    path(f"{TABELAS}/", views.lista, name="lista"),
    path(f"{TABELAS}/enviar/<str:tipo>/", views.enviar, name="enviar"),
    path(f"{TABELAS}/demonstracao/", views.cnes_corrigido, name="cnes_corrigido"),
    path(f"{TABELAS}/<int:pk>/", views.publicacao, name="publicacao"),
    path(f"{TABELAS}/<int:pk>/andamento/", views.andamento, name="andamento"),
    path(f"{TABELAS}/<int:pk>/confirmar/", views.confirmar, name="confirmar"),
    path(f"{TABELAS}/<int:pk>/restaurar/", views.restaurar, name="restaurar"),
    path(f"{TABELAS}/<int:pk>/desistir/", views.desistir, name="desistir"),
]
INSTALACAO = "administrando/instalacao"
regeneracao = [
    path(f"{INSTALACAO}/regenerar/", views_versao.inicio, name="inicio"),
    path(f"{INSTALACAO}/regenerar/<int:pk>/", views_versao.regeneracao, name="regeneracao"),
    path(f"{INSTALACAO}/regenerar/<int:pk>/andamento/", views_versao.andamento, name="andamento"),
    path(f"{INSTALACAO}/regenerar/<int:pk>/lista/", views_versao.lista, name="lista"),
    path(f"{INSTALACAO}/regenerar/<int:pk>/confirmar/", views_versao.confirmar, name="confirmar"),
    path(f"{INSTALACAO}/regenerar/<int:pk>/desistir/", views_versao.desistir, name="desistir"),
]
urlpatterns = [
    path(f"{INSTALACAO}/", views_versao.instalacao, name="instalacao"),
    path(f"{INSTALACAO}/versao-proposta/", views_versao.proposta, name="versao_proposta"),
    path("", include((regeneracao, "regenerar"))),
    path("", include((tabelas, "referencias"))),
    path(f"{CADASTROS}/estabelecimentos/", views.estabelecimentos, name="estabelecimentos"),
    path(f"{CADASTROS}/estabelecimentos/<int:pk>/", views.estabelecimento, name="estabelecimento"),
    path(f"{CADASTROS}/equipes/", views.equipes, name="equipes"),
    path(f"{CADASTROS}/equipes/<int:pk>/", views.equipe, name="equipe"),
    path(f"{CADASTROS}/profissionais/", views.profissionais, name="profissionais"),
    path(f"{CADASTROS}/profissionais/<int:pk>/", views.profissional, name="profissional"),
]
