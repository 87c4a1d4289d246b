from django.urls import path

from saude.site import conferidor, health, servico, views

urlpatterns = [
    path("", views.home, name="inicio"),
    path("favicon.ico", views.favicon),
    path("conferidor/", conferidor.conferidor, name="conferidor"),
    path("conferidor/<path:nome>", conferidor.conferidor),
    path("saude/viva", health.alive, name="saude_viva"),
    path("saude/pronta", health.ready, name="saude_pronta"),
    path("servico/", servico.servico, name="servico"),
    path("servico/lotes/<int:pk>/repetir/", servico.repetir_lote, name="servico_repetir_lote"),
    path("servico/lotes/<int:pk>/cancelar/", servico.cancelar_lote, name="servico_cancelar_lote"),
    path("servico/tarefas/<int:pk>/repetir/", servico.repetir, name="servico_repetir"),
    path("servico/tarefas/<int:pk>/cancelar/", servico.cancelar, name="servico_cancelar"),
]
