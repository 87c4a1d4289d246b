"""The pages: where to send and as whom, an export sent, its progress; who may, and both ways into the same PEC."""

import pytest
from pec_de_teste import andar, destino, exportada, pedir, servidor, simulador, situacoes
from producao import em, exportar, receber, registro

from saude.auditoria.models import Evento
from saude.contas.actions import set_rules_installation
from saude.transmissao import actions, remessa
from saude.transmissao.models import Destino, Transmissao

pytestmark = pytest.mark.django_db(transaction=True)
PEC = "/administrando/instalacao/pec/"
SENHA = "uma-senha-que-o-PEC-mostrou"


def page_of(t: Transmissao) -> str:
    return f"/executando/sistema/transmissoes/{t.pk}/"


def send_page(export) -> str:
    return f"/executando/sistema/exportacoes/{export.pk}/transmitir/"


def form(**more):
    return {
        "endereco": "https://pec.timbo.example/", "usuario": "credencial", "senha_nova": SENHA, "conexoes": "3",
        "prazo_horas": "48", "autoridade": "", "entrada": "campos", "duplicada": "", **more,
    }  # fmt: skip


@pytest.fixture
def admin(client, criar_usuario):
    user = criar_usuario("Administrador")
    client.force_login(user)
    return user


# -- where to


def test_the_password_is_kept_sealed_and_never_shown(client, admin, entidade):
    assert client.post(PEC, form()).status_code == 302
    row = Destino.objects.get()
    assert (row.entidade, row.endereco, row.conexoes) == (entidade, "https://pec.timbo.example", 3)
    assert SENHA not in row.senha and row.senha.startswith("cofre1.")
    page = client.get(PEC).text
    assert SENHA not in page and row.senha not in page and "Há uma guardada" in page
    told = str(list(Evento.objects.values_list("detalhe", flat=True)))
    assert SENHA not in told and "credencial'" not in told


def test_the_password_belongs_to_its_address_and_user(client, admin):
    client.post(PEC, form())
    kept = Destino.objects.get().senha
    assert client.post(PEC, form(senha_nova="", conexoes="5")).status_code == 302
    assert Destino.objects.get().senha == kept
    for other in ({"endereco": "https://atacante.example"}, {"usuario": "outro"}):
        answer = client.post(PEC, form(senha_nova="", **other))
        assert answer.status_code == 422 and "Informe a senha" in answer.text
    assert Destino.objects.get().senha == kept


@pytest.mark.parametrize(
    "more, words",
    [
        ({"endereco": "http://pec.timbo.example"}, "https://"),
        ({"endereco": "https://u:s@pec.example"}, "não leva usuário"),
        ({"endereco": "pec"}, "forma https://"),
        ({"endereco": "http://127.0.0.1:9100"}, "quem administra a instalação"),
        ({"conexoes": "0"}, "maior"),
        ({"conexoes": "99"}, "menor"),
        ({"autoridade": "não é PEM"}, "certificado em PEM"),
        ({"autoridade": "-----BEGIN PRIVATE KEY-----"}, "sem chave privada"),
    ],
)
def test_what_is_wrong_is_said_and_not_kept(client, admin, more, words):
    answer = client.post(PEC, form(**more))
    assert answer.status_code == 422 and words in answer.text and not Destino.objects.exists()


def test_a_sealed_password_moved_to_another_municipality_does_not_open(entidade, outra_entidade):
    with simulador() as pec:
        mine = destino(entidade, pec.url)
        other = destino(outra_entidade, pec.url, senha="x")
        Destino.objects.filter(pk=other.pk).update(senha=mine.senha)
        row = actions.test_destino(destino=Destino.objects.get(pk=other.pk), by="teste")
    assert not row.teste_certo and "não confere" in row.teste


def test_testing_the_connection(client, admin, entidade):
    set_rules_installation(by="teste", usuario=admin, sim=True)
    assert "Salve o endereço" in client.post(f"{PEC}testar/", follow=True).text
    with simulador() as pec:
        data = form(endereco=pec.url, usuario="simulado", senha_nova="errada")
        client.post(PEC, data)
        assert "recusou o usuário ou a senha" in client.post(f"{PEC}testar/", follow=True).text
        client.post(PEC, data | {"senha_nova": "simulado"})
        assert "O PEC aceitou a credencial" in client.post(f"{PEC}testar/", follow=True).text
        assert pec.store.totals() == {}, "a test sends no ficha"
    assert [e["resultado"] == "certo" for e in events("pec.testado")] == [False, True]


def events(tipo):
    return list(Evento.objects.filter(tipo=tipo).order_by("pk").values_list("detalhe", flat=True))


# -- an export, sent


def test_seen_confirmed_sent_and_looked_at(client, admin, entidade):
    with simulador("recusa=25%") as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 8)
        page = client.get(f"/executando/sistema/exportacoes/{export.pk}/").text
        assert send_page(export) in page
        page = client.get(send_page(export)).text
        assert "Transmitir 8" in page and pec.url in page
        assert client.post(send_page(export), {"confere": "outra coisa"}).status_code == 409
        assert not Transmissao.objects.exists()
        confere = page.partition('name="confere" value="')[2].partition('"')[0]
        answer = client.post(send_page(export), {"confere": confere})
        t = Transmissao.objects.get()
        assert answer.url == page_of(t) and client.post(send_page(export), {"confere": ""}).url == page_of(t)
        waiting = client.get(page_of(t)).text
        assert "Na fila" in waiting and "every 2s" in waiting
        andar(t)
    assert situacoes(t) == {"aceita": 6, "recusada": 2}
    assert client.get(f"{page_of(t)}andamento/").headers["HX-Refresh"] == "true"
    done = client.get(page_of(t)).text
    assert "Concluída" in done and "Recusadas (2)" in done and "Ver e corrigir" in done
    ficha = t.envios.filter(situacao="recusada").first().ficha
    assert ficha.uuid in done
    detail = client.get(f"/fichas/{ficha.uuid}/").text
    assert "Recusada pelo PEC" in detail and "na transmissão" in detail and "Corrigir e reenviar" in detail
    assert len(events("transmissao.pedida")) == 1 == len(events("transmissao.concluida"))


def test_paused_resumed_and_asked_again_by_its_buttons(client, admin, entidade):
    with simulador("C13") as pec:
        destino(entidade, pec.url)
        t = pedir(exportada(entidade, 2))
        assert "Pausar" in client.get(page_of(t)).text
        client.post(f"{page_of(t)}pausar/")
        assert "Pausada por quem transmite" in client.get(page_of(t)).text
        client.post(f"{page_of(t)}retomar/")
        andar(t)
        page = client.get(page_of(t)).text
        assert "recebimento pela API está desligado" in page and "Retomar" in page
        assert "não está deixando entrar" in client.get(PEC).text
    with simulador() as pec:
        Destino.objects.update(endereco=pec.url)
        client.post(f"{page_of(t)}retomar/")
        assert andar(t).estado == "concluida"
        assert "Não há ficha a pedir de novo" in client.post(f"{page_of(t)}repetir/", follow=True).text
        assert "já não estava em curso" in client.post(f"{page_of(t)}pausar/", follow=True).text


def test_without_a_pec_or_a_file_it_says_what_is_missing(client, admin, entidade):
    from saude.exportacao.files import path_of

    export = exportada(entidade, 1)
    page = client.get(send_page(export)).text
    assert "ainda não foram informados" in page and PEC in page and 'name="confere"' not in page
    destino(entidade, "https://pec.example")
    path_of(export).unlink()
    assert "não está inteiro" in client.get(send_page(export)).text
    assert client.post(send_page(export), {"confere": "1 0 https://pec.example"}).status_code == 409


# -- both ways into the same PEC


def test_downloaded_and_then_transmitted_is_warned_of_and_the_reverse(client, admin, entidade):
    with simulador() as pec:
        destino(entidade, pec.url)
        export = exportada(entidade, 2)
        assert "já foi baixado" not in client.get(send_page(export)).text
        b"".join(client.get(f"/executando/sistema/exportacoes/{export.pk}/baixar/"))
        assert "já foi baixado" in client.get(send_page(export)).text
        receber(entidade, registro())
        second = exportar(entidade)
        t = andar(pedir(second))
    assert t.estado == "concluida"
    address = f"/executando/sistema/exportacoes/{second.pk}/baixar/"
    warned = client.get(address)
    assert warned.status_code == 409 and "já foi transmitida" in warned.text and "?ciente=1" in warned.text
    taken = client.get(f"{address}?ciente=1")
    assert taken.status_code == 200 and b"".join(taken)[:2] == b"PK"
    assert "foi transmitida ao PEC" in client.get(f"/executando/sistema/retorno/marcar/{second.pk}/").text
    assert send_page(second) not in client.get(f"/executando/sistema/exportacoes/{second.pk}/").text


# -- who may


def test_permissions_and_municipalities(client, criar_usuario, entidade, outra_entidade):
    destino(entidade, "https://pec.example")
    export = exportada(entidade, 1)
    t = pedir(export)
    acts = [f"{page_of(t)}{what}/" for what in ("pausar", "retomar", "repetir")]
    client.force_login(criar_usuario("Consulta"))
    assert client.get(page_of(t)).status_code == 200 and "Pausar" not in client.get(page_of(t)).text
    assert client.get(send_page(export)).status_code == 403 == client.get(PEC).status_code
    assert {client.post(url).status_code for url in acts} == {403}
    client.force_login(criar_usuario("Coordenador"))
    assert client.get(PEC).status_code == 403 == client.post(f"{PEC}testar/").status_code
    assert client.get(page_of(t)).status_code == 200
    client.force_login(criar_usuario("Administrador", username="vizinho", entidade=outra_entidade))
    for url in (page_of(t), f"{page_of(t)}andamento/", send_page(export)):
        assert client.get(url).status_code == 404, url
    assert {client.post(url).status_code for url in acts} == {404}
    assert "pec.example" not in client.get(PEC).text
    t.refresh_from_db()
    assert t.estado == "espera"


def test_who_works_in_an_area_transmits_its_exports_only(client, criar_usuario, entidade):
    from saude.cadastros.models import Estabelecimento

    destino(entidade, "https://pec.example")
    whole = exportada(entidade, 1)
    receber(entidade, em("2222222", registro()))
    part = exportar(entidade, cnes=frozenset({"2222222"}))
    mine = Estabelecimento.objects.create(entidade=entidade, cnes="2222222", nome="Posto")
    user = criar_usuario(None, username="posto", permissoes=["ver", "exportar"], estabelecimento=mine)
    client.force_login(user)
    assert client.get(send_page(whole)).status_code == 404
    assert client.get(send_page(part)).status_code == 200
    assert client.get(page_of(pedir(whole))).status_code == 404
    assert client.get(page_of(pedir(part))).status_code == 200


# -- who asked is told


def test_who_asked_is_told_when_it_halts_and_when_it_is_over(client, admin, entidade):
    from saude.avisos.models import Aviso

    with simulador("C14") as pec:
        destino(entidade, pec.url)
        t = andar(pedir(exportada(entidade, 2), by=admin))
        halted = Aviso.objects.get(usuario=admin, especie="transmissao")
        assert "espera por você" in halted.texto and "unificada" in halted.texto
        assert halted.endereco == page_of(t) and "transmissão" in client.get("/avisos/").text
    with simulador("recusa=50%") as pec:
        Destino.objects.update(endereco=pec.url)
        actions.resume(transmissao=t, by=admin)
        andar(t)
    texts = set(Aviso.objects.filter(especie="transmissao").values_list("texto", flat=True))
    assert len(texts) == 2 and any("1 aceita, 1 recusada" in text for text in texts)


# -- who keeps the service running


def test_the_service_page_and_the_metrics_tell_what_does_not_go_on(client, admin, entidade):
    set_rules_installation(by="teste", usuario=admin, sim=True)
    assert "Transmissões que não andam" not in client.get("/servico/").text
    with servidor(lambda _: b"HTTP/1.1 400 X\r\nContent-Length: 18\r\n\r\nCredencial inativa") as url:
        destino(entidade, url)
        t = andar(pedir(exportada(entidade, 2)))
    assert t.causa == "credencial_inativa"
    page = client.get("/servico/").text
    assert "Transmissões que não andam" in page and "A credencial está inativa" in page
    found = client.get("/metricas").text
    assert 'saude_transmissoes{estado="pausada"} 1.0' in found
    assert 'saude_transmissao_fichas{situacao="a enviar"} 2.0' in found
    assert "saude_transmissoes_que_nao_andam 1.0" in found


def test_a_task_for_one_that_is_not_there_does_nothing(entidade):
    remessa.run(987_654)
    assert not Transmissao.objects.exists()
