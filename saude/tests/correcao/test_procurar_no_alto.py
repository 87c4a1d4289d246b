"""The search of the header: name, CPF, CNS or UUID; nothing of a citizen in an address, the trail as the pages'."""

import pytest
from django.test import Client
from html_lido import lido
from producao import CPF, com_cpf, em, receber, registro

from saude.auditoria.models import Evento
from saude.cadastros.models import Estabelecimento
from saude.fichas.models import Ficha

FIRST, SECOND = "1111111", "2222222"


@pytest.fixture
def entra(client: Client, criar_usuario):
    def enter(preset: str = "Consulta", **more) -> Client:
        client.force_login(criar_usuario(preset, **more))
        return client

    return enter


def ask(client: Client, text: str):
    return client.post("/clientes/procurar/", {"q": text})


@pytest.fixture
def maria(entidade) -> Ficha:
    receber(entidade, em(FIRST, registro("FVD"), "MARIA DA SILVA SOUZA", CPF))
    return Ficha.objects.get()


@pytest.mark.parametrize(
    "text", ["maria souza", CPF, f"{CPF[:3]}.{CPF[3:6]}.{CPF[6:9]}-{CPF[9:]}", "20/03/1985"]
)
def test_a_citizen_is_found_and_the_address_says_nothing(entra, maria, text):
    client = entra()
    response = ask(client, text)
    assert response.url.startswith("/clientes/?busca=")
    assert not any(part in response.url.lower() for part in ("maria", "souza", CPF, "1985"))
    assert "MARIA DA SILVA SOUZA" in lido(client.get(response.url))
    assert Evento.objects.filter(tipo="cliente.buscado").count() == 1


@pytest.mark.parametrize("cut", [slice(None), slice(0, 17), slice(8, 17)])
def test_a_ficha_is_found_by_its_uuid(entra, maria, cut):
    client = entra()
    response = ask(client, maria.uuid[cut])
    assert response.url.startswith("/busca/?uuid=")
    assert f"/fichas/{maria.chave}/" in lido(client.get(response.url, follow=True))


@pytest.mark.parametrize(
    ("text", "where"),
    [("", "/busca/"), ("\x00", "/busca/"), ("deadbeef", "/clientes/?busca="), ("700000000000005", "/clientes/?busca="),
     ("123456789-01", "/clientes/?busca="), ("1111111-5526efaa-", "/busca/?uuid="),
     ("1111111-55267890", "/busca/?uuid="),
     ("15-09-2026", "/clientes/?busca="), ("x" * 200, "/clientes/?busca=")],
)  # fmt: skip
def test_what_is_not_clear_goes_where_it_does_no_harm(entra, entidade, text, where):
    assert ask(entra(), text).url.startswith(where)


def test_of_another_area_or_entidade_nobody_is_found(client, maria, criar_usuario, entidade, outra_entidade):
    there = Estabelecimento.objects.create(entidade=entidade, cnes=SECOND, nome="UBS 2")
    for user in (
        criar_usuario("Digitador", username="la", estabelecimento=there),
        criar_usuario("Digitador", username="fora", entidade=outra_entidade),
    ):
        client.force_login(user)
        assert "MARIA DA SILVA" not in lido(client.get(ask(client, "maria souza").url))
        assert maria.chave not in lido(client.get(ask(client, maria.uuid[:20]).url)).replace(
            f'value="{maria.uuid[:20]}"', ""
        )


def test_by_an_address_it_is_not_asked(entra, maria):
    assert entra().get("/clientes/procurar/?q=maria").status_code == 405


def test_the_header_asks_by_post(entra, entidade):
    html = lido(entra().get("/executando/sistema/exportacao/"))
    assert 'action="/clientes/procurar/" method="post"' in " ".join(html.split())


def test_causes_stand_under_their_rule_and_those_of_the_cnes_apart():
    from saude.inconsistencias.queries import Causa
    from saude.painel.causas import by_rule, of_cnes

    found = [
        Causa(f"{c}|{v}", c, "erro", "m", "", n) for c, v, n in (("A", "1", 9), ("B", "2", 5), ("A", "3", 2))
    ]
    assert [(r.codigo, [c.fichas for c in r.causas]) for r in by_rule(found)] == [("A", [9, 2]), ("B", [5])]
    assert of_cnes("CTX-LOT-003") and of_cnes("CTX-INE-001") and not of_cnes("FVD-001-e1")


def test_com_cpf_is_told_by_it(entidade):
    receber(entidade, com_cpf(registro("FVD")))
    assert Ficha.objects.get().atendidos.get().cliente.cpf == CPF
