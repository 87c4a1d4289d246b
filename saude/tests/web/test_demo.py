"""The four users of the demonstration."""

from django.contrib.auth import authenticate

from saude.contas.models import Usuario
from saude.contas.queries import work_context
from saude.site.demonstracao import USERS, set_passwords


def test_passwords_are_set_anew_and_data_stays(entidade):
    set_passwords("primeira")
    ids = set(Usuario.objects.values_list("pk", flat=True))
    set_passwords("segunda")
    assert set(Usuario.objects.values_list("pk", flat=True)) == ids
    for username in USERS:
        assert authenticate(username=username, password="primeira") is None
        assert authenticate(username=username, password="segunda").username == username


def test_each_user_has_the_preset_of_the_name(entidade):
    set_passwords("demo")
    allowed = {u.username: work_context(u).permissoes for u in Usuario.objects.all()}
    assert {"administrar", "instalacao"} <= allowed["administrador"]
    assert {u.entidade for u in Usuario.objects.all()} == {entidade}
    assert allowed["coordenador"] == {"ver", "corrigir", "reprocessar", "exportar", "configurar"}
    assert allowed["digitador"] == {"ver", "corrigir", "reprocessar"}
    assert allowed["consulta"] == {"ver"}
