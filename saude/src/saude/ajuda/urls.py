from django.urls import include, path

from saude.ajuda import views

pages = [
    path("ajuda/", views.indice, name="indice"),
    path("ajuda/glossario/", views.glossario, name="glossario"),
    path("ajuda/passeio/", views.passeio, name="passeio"),
    path("ajuda/imagens/<str:nome>", views.imagem, name="imagem"),
    path("ajuda/regras/<str:codigo>/", views.regra, name="regra"),
    path("ajuda/fichas/<str:tipo>/", views.regras, name="regras"),
    path("ajuda/capitulo/<str:chave>/", views.capitulo, name="capitulo"),
]
urlpatterns = [path("", include((pages, "ajuda")))]
