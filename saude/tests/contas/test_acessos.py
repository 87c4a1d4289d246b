import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from saude.acesso.permissoes import PRESETS, Permissao
from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.contas.actions import (
    create_token,
    create_user,
    grant,
    new_password,
    reset_password,
    revoke,
    revoke_token,
    set_active,
)
from saude.contas.models import Acesso, ApiToken, Usuario
from saude.contas.queries import may_manage, token_by_secret, work_context


@pytest.fixture
def ubs(entidade):
    return Estabelecimento.objects.create(entidade=entidade, cnes="2513838", nome="UBS Centro")


@pytest.fixture
def outra_ubs(entidade):
    return Estabelecimento.objects.create(entidade=entidade, cnes="2513846", nome="UBS Vila Germer")


def test_presets_as_the_manual_says():
    assert PRESETS["Administrador"] == tuple(Permissao.values)
    assert set(PRESETS["Coordenador"]) == set(Permissao.values) - {"administrar"}
    assert PRESETS["Digitador"] == ("ver", "corrigir", "reprocessar")
    assert PRESETS["Consulta"] == ("ver",)


def test_context_is_chosen_alone_and_can_be_changed(entidade, outra_entidade, criar_usuario, ubs):
    user = criar_usuario("Coordenador")
    grant(by="teste", usuario=user, entidade=outra_entidade, permissoes=["ver"])
    first = work_context(user)
    assert (first.entidade, first.area) == (outra_entidade, None)  # Rio Branco comes first by name
    assert first.permissoes == {"ver"}
    second = work_context(user, entidade.pk, ubs.pk)
    assert (second.entidade, second.area) == (entidade, ubs)
    assert "exportar" in second.permissoes


def test_context_of_another_entidade_is_not_chosen(entidade, outra_entidade, criar_usuario):
    assert work_context(criar_usuario("Consulta"), outra_entidade.pk).entidade == entidade


def test_access_to_one_area_is_not_access_to_all(entidade, criar_usuario, ubs, outra_ubs):
    user = criar_usuario("Digitador", estabelecimento=ubs)
    context = work_context(user)
    assert context.area == ubs and context.areas == (ubs,) and not context.todas_as_areas
    assert work_context(user, entidade.pk, outra_ubs.pk).area == ubs
    grant(by="teste", usuario=user, entidade=entidade, estabelecimento=outra_ubs, permissoes=["ver"])
    both, one = frozenset({ubs.cnes, outra_ubs.cnes}), frozenset({ubs.cnes})
    for area in (ubs, outra_ubs):  # the área in the header does not change what may be done where
        context = work_context(user, entidade.pk, area.pk)
        assert context.area == area and context.permissoes == set(PRESETS["Digitador"])
        assert context.limites == {"ver": both, "corrigir": one, "reprocessar": one}


def test_area_adds_to_what_holds_everywhere(entidade, criar_usuario, ubs):
    user = criar_usuario("Consulta")
    grant(by="teste", usuario=user, entidade=entidade, estabelecimento=ubs, permissoes=["corrigir"])
    assert work_context(user).permissoes == {"ver", "corrigir"}
    assert work_context(user).limites == {"ver": None, "corrigir": frozenset({ubs.cnes})}


def test_administrar_is_never_of_one_area(entidade, criar_usuario, ubs):
    user = criar_usuario("Consulta")
    with pytest.raises(ValidationError, match="entidade inteira"):
        grant(by="teste", usuario=user, entidade=entidade, estabelecimento=ubs, permissoes=["administrar"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Acesso.objects.create(
            usuario=user, entidade=entidade, estabelecimento=ubs, permissoes=["administrar"]
        )


def test_area_of_another_entidade_is_refused(outra_entidade, criar_usuario, ubs):
    user = criar_usuario("Consulta")
    with pytest.raises(ValidationError, match="outra entidade"):
        grant(by="t", usuario=user, entidade=outra_entidade, estabelecimento=ubs, permissoes=["ver"])


def test_the_last_administrator_stays(entidade, criar_usuario):
    admin = criar_usuario("Administrador")
    for action in (
        lambda: revoke(by=admin, acesso=admin.acessos.get()),
        lambda: set_active(by=admin, usuario=admin, ativo=False, entidade=entidade),
        lambda: grant(by=admin, usuario=admin, entidade=entidade, permissoes=["ver"]),
    ):
        with pytest.raises(ValidationError, match="nenhum administrador"):
            action()
    admin.refresh_from_db()
    assert admin.is_active and "administrar" in admin.acessos.get().permissoes


def test_password_of_who_works_elsewhere_is_not_mine_to_reset(entidade, outra_entidade, criar_usuario):
    admin, user = criar_usuario("Administrador"), criar_usuario("Consulta")
    assert may_manage(admin, user)
    grant(by="teste", usuario=user, entidade=outra_entidade, permissoes=["ver"])
    with pytest.raises(ValidationError, match="entidades que você não administra"):
        reset_password(by=admin, usuario=user, senha="provisoria-2024", entidade=entidade)


def test_superuser_is_out_of_reach_of_an_administrator(entidade, criar_usuario):
    admin, user = criar_usuario("Administrador"), criar_usuario("Consulta")
    user.is_superuser = True
    user.save()
    assert not may_manage(admin, user)


def test_every_change_is_in_the_trail(entidade, criar_usuario):
    admin = criar_usuario("Administrador")
    user = create_user(
        by=admin, entidade=entidade, username="novo", nome="Novo", senha="senha-boa-123", preset="Consulta"
    )
    revoke(by=admin, acesso=user.acessos.get())
    rows = Evento.objects.filter(usuario_id=admin.pk).order_by("id")
    assert [r.tipo for r in rows] == ["usuario.criado", "acesso.concedido", "acesso.revogado"]
    assert rows[1].detalhe["permissoes"] == ["ver"]
    assert {r.entidade_id for r in rows} == {entidade.pk}


def test_an_action_refused_leaves_nothing(entidade, db):
    with pytest.raises(ValidationError):
        create_user(by="t", entidade=entidade, username="x", nome="X", senha="curta", preset="Consulta")
    with pytest.raises(ValidationError):
        create_user(by="t", entidade=entidade, username="x", nome="X", senha="senha-boa-123")
    assert not Usuario.objects.exists()
    assert not Evento.objects.filter(tipo="usuario.criado").exists()


def test_provisional_passwords_pass_the_policy(entidade, db):
    seen = {new_password() for _ in range(50)}
    assert len(seen) == 50
    for n, password in enumerate(seen):
        create_user(by="t", entidade=entidade, username=f"u{n}", nome="U", senha=password, preset="Consulta")


def test_token_is_known_only_by_its_hash_until_revoked(entidade, criar_usuario):
    token, secret = create_token(by=criar_usuario(), entidade=entidade, nome="PEP", limite_por_minuto=10)
    assert secret not in str(ApiToken.objects.values().get(pk=token.pk))
    assert token_by_secret(secret) == token
    assert token_by_secret(secret + "x") is None
    revoke_token(by="teste", token=token)
    assert token_by_secret(secret) is None
