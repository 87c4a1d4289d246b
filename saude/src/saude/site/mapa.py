"""The URL map. Each app owns its addresses, rooted at /."""

from django.urls import include, path

from saude.web import views

_MAPS = [
    "saude.site.urls",
    "saude.contas.urls",
    "saude.entrada.urls",
    "saude.correio.urls",
    "saude.cadastros.urls",
    "saude.auditoria.urls",
    "saude.retorno.urls",  # adds to the API, so before it is mapped
    "saude.recebimento.urls",
    "saude.mudancas.urls",
    "saude.fila.urls",
    "saude.correcao.urls",
    "saude.correcao.urls_causa",
    "saude.correcao.urls_clientes",
    "saude.transmissao.urls",
    "saude.exportacao.urls",
    "saude.atualizacao.urls",
    "saude.formularios.urls",
    "saude.acs.urls",
    "saude.registrar.urls",
    "saude.arquivos.urls",
    "saude.painel.urls",
    "saude.metricas.urls",
    "saude.privacidade.urls",
    "saude.avisos.urls",
    "saude.ajuda.urls",
]

urlpatterns = [path("", include(urls)) for urls in _MAPS]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
