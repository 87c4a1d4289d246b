from django.urls import path

from saude.contas import manager, views, views_sessoes, views_tokens

urlpatterns = [
    path("sair/", views.sair, name="sair"),
    path("conta/senha/", views.trocar_senha, name="trocar_senha"),
    path("conta/sessoes/", views_sessoes.sessoes, name="sessoes"),
    path("conta/sessoes/encerrar/", views_sessoes.encerrar, name="encerrar_sessao"),
    path("conta/bloquear/", views_sessoes.bloquear, name="bloquear"),
    path("conta/bloqueada/", views_sessoes.tela_bloqueada, name="tela_bloqueada"),
    path("conta/desbloquear/", views_sessoes.desbloquear, name="desbloquear"),
    path("conta/contexto/", views.trocar_contexto, name="trocar_contexto"),
    path("administrando/acessos/", manager.acessos, name="administrando_acessos"),
    path("administrando/acessos/novo/", manager.novo_usuario, name="administrando_novo_usuario"),
    path("administrando/acessos/existente/", manager.usuario_existente, name="administrando_existente"),
    path("administrando/acessos/<int:pk>/", manager.usuario, name="administrando_usuario"),
    path("administrando/acessos/<int:pk>/senha/", manager.nova_senha, name="administrando_nova_senha"),
    path("administrando/acessos/<int:pk>/situacao/", manager.situacao_usuario, name="administrando_situacao"),
    path("administrando/acessos/<int:pk>/sessoes/", manager.encerrar_sessoes, name="administrando_sessoes"),
    path("administrando/acessos/<int:pk>/documento/", manager.documento, name="administrando_documento"),
    path(
        "administrando/acessos/<int:pk>/instalacao/", manager.instalacao, name="administrando_dar_instalacao"
    ),
    path("administrando/acessos/pedidos/<int:pk>/", manager.responder_pedido, name="administrando_pedido"),
    path("administrando/acessos/<int:pk>/revogar/", manager.revogar, name="administrando_revogar"),
    path("administrando/acessos/tokens/", views_tokens.lista, name="administrando_tokens"),
    path("administrando/acessos/tokens/<int:pk>/", views_tokens.alterar, name="administrando_token"),
    path(
        "administrando/acessos/tokens/<int:pk>/revogar/",
        views_tokens.revogar,
        name="administrando_revogar_token",
    ),
]
