from django.urls import path

from saude.cadastros import views

CADASTROS = "configurando/cadastros"

urlpatterns = [
    path(f"{CADASTROS}/especialidades/", views.especialidades, name="especialidades"),
    path(f"{CADASTROS}/especialidades/nova/", views.especialidade, name="especialidade_nova"),
    path(f"{CADASTROS}/especialidades/<int:pk>/", views.especialidade, name="especialidade"),
    path(f"{CADASTROS}/versoes-do-ledi/", views.versoes, name="versoes_ledi"),
    path(f"{CADASTROS}/versoes-do-ledi/<str:versao>/", views.versao, name="versao_ledi"),
    path(
        f"{CADASTROS}/versoes-do-ledi/<str:versao>/restaurar/",
        views.restaurar_versao,
        name="versao_ledi_restaurar",
    ),
    path(f"{CADASTROS}/prazos/", views.prazos, name="prazos"),
    path(f"{CADASTROS}/prazos/feriados/", views.incluir_feriado, name="feriado_incluir"),
    path(f"{CADASTROS}/prazos/feriados/<int:pk>/remover/", views.remover_feriado, name="feriado_remover"),
    path(f"{CADASTROS}/prazos/<str:competencia>/", views.prazo, name="prazo"),
    path(f"{CADASTROS}/prazos/<str:competencia>/restaurar/", views.restaurar_prazo, name="prazo_restaurar"),
]
