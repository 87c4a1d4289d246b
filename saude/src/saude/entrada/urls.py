from django.urls import path

from saude.entrada import views, views_govbr, views_meu, views_senha

urlpatterns = [
    path("entrar/", views.entrar, name="entrar"),
    path("entrar/segundo-fator/", views.segundo_fator, name="segundo_fator"),
    path("entrar/segundo-fator/chave/", views.segundo_fator_chave, name="segundo_fator_chave"),
    path("entrar/esqueci/", views_senha.esqueci, name="senha_esquecida"),
    path("entrar/nova-senha/", views_senha.escolher, name="senha_escolher"),
    path("entrar/nova-senha/<str:token>/", views_senha.com_token, name="senha_nova"),
    path("entrar/gov-br/", views_govbr.entrar, name="govbr_entrar"),
    path("entrar/gov-br/volta/", views_govbr.volta, name="govbr_volta"),
    path("administrando/gov-br/", views_govbr.configurar, name="govbr_configurar"),
    path("conta/segundo-fator/", views_meu.meu, name="segundo_fator_meu"),
    path("conta/segundo-fator/aplicativo/", views_meu.aplicativo, name="fator_aplicativo"),
    path("conta/segundo-fator/chave/opcoes/", views_meu.chave_opcoes, name="fator_chave_opcoes"),
    path("conta/segundo-fator/chave/", views_meu.chave_nova, name="fator_chave"),
    path("conta/segundo-fator/codigos/", views_meu.codigos, name="fator_codigos"),
    path("conta/segundo-fator/<int:pk>/remover/", views_meu.remover, name="fator_remover"),
    path(
        "administrando/acessos/<int:pk>/segundo-fator/",
        views_meu.de_outra_pessoa,
        name="administrando_segundo_fator",
    ),
]
