from django.urls import path

from saude.auditoria import views

urlpatterns = [
    path("administrando/auditoria/", views.auditoria, name="auditoria"),
    path("administrando/auditoria/exportar.csv", views.auditoria_csv, name="auditoria_csv"),
]
